// libFuzzer entry: any bytes as a JSON record of every type, and as a JSON Schema whose columns are inferred or
// refused.
#include <cstdint>

#include "engine/formats/json_schema.h"
#include "tests/fuzz/round_trip.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace weir;
  static fuzz::RoundTrip trip = [] {
    FormatContext context{{FormatKind::kJson}, false, "t", fuzz::primitive_columns(), nullptr};
    context.columns.push_back(
        {"A", Type::array(Type::structure({{"X", Type::date()}, {"Y", Type::array(Type::float64())}}))});
    context.columns.push_back(
        {"M", Type::map(Type::string(), Type::structure({{"B", Type::bytes()}, {"C", Type::time()}}))});
    return fuzz::RoundTrip(std::move(context));
  }();
  const std::string_view record(reinterpret_cast<const char*>(data), size);
  trip.run(record);
  try {
    RegisteredSchema schema;
    schema.schema = record;
    columns_of_json_schema({FormatKind::kJsonSr}, false, schema);
  } catch (const SchemaRegistryError&) {
  }
  return 0;
}
