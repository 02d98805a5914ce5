// libFuzzer entry: the first byte picks the delimiter, the rest is a record of DELIMITED.
#include <cstdint>

#include "tests/fuzz/round_trip.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace weir;
  static std::vector<fuzz::RoundTrip> trips = [] {
    std::vector<fuzz::RoundTrip> made;
    for (const char* delimiter : {",", "\t", " ", "|", "$"}) {
      FormatSpec spec{FormatKind::kDelimited};
      spec.delimiter = delimiter;
      made.emplace_back(FormatContext{spec, false, "t", fuzz::primitive_columns(), nullptr});
    }
    return made;
  }();
  if (size == 0) return 0;
  trips[data[0] % trips.size()].run({reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
