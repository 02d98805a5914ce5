// libFuzzer entry: the first byte picks the type, the rest is a record of KAFKA.
#include <cstdint>

#include "tests/fuzz/round_trip.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace weir;
  static std::vector<fuzz::RoundTrip> trips = [] {
    std::vector<fuzz::RoundTrip> made;
    for (const FormatColumn& column : fuzz::primitive_columns()) {
      try {
        FormatSpec spec{FormatKind::kKafka};
        spec.wrap_single_value = false;
        made.emplace_back(FormatContext{spec, false, "t", {column}, nullptr});
      } catch (const std::invalid_argument&) {  // a type that KAFKA doesn't have
      }
    }
    return made;
  }();
  if (size == 0) return 0;
  trips[data[0] % trips.size()].run({reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
