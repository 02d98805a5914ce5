// libFuzzer entry: the text up to the first zero byte is a schema, the rest a record. Any schema is parsed or refused,
// its columns are inferred or refused, and any record is read or reported, into the inferred columns and as JSON.
#include <algorithm>
#include <cstdint>
#include <string>

#include "engine/formats/avro_columns.h"
#include "engine/formats/avro_reader.h"
#include "engine/formats/avro_walk.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace weir;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const size_t zero = std::min(text.find('\0'), text.size());
  const std::string_view record = std::string_view(text).substr(std::min(zero + 1, text.size()));
  try {
    const auto schema = AvroSchema::parse(text.substr(0, zero));
    try {
      avro_to_json(*schema, record);
    } catch (const std::invalid_argument&) {
    }
    std::vector<std::unique_ptr<ColumnSlots>> slots;
    std::vector<std::unique_ptr<Column>> columns;
    std::vector<AvroTarget> targets;
    for (const FormatColumn& column : columns_of_avro_schema({FormatKind::kAvro}, false, *schema)) {
      slots.push_back(std::make_unique<ColumnSlots>(column.type));
      columns.push_back(std::make_unique<Column>(column.type, 2));
      slots.back()->bind(*columns.back());
      targets.push_back({column.name, slots.back().get()});
    }
    const AvroReadStep plan = plan_avro_reading(*schema, targets, false);
    AvroReader reader;
    Arena arena;
    for (size_t row = 0; row < 2; ++row) {
      if (!reader.read(plan, record, row, arena)) {
        if (reader.error().empty()) __builtin_trap();
        for (const auto& column : slots) column->set_null(row);
      }
    }
    for (const auto& column : slots) column->finish();
    for (const auto& column : columns) column->value(1);
  } catch (const SchemaRegistryError&) {
  } catch (const AvroMismatch&) {
  }
  return 0;
}
