// Avro records and schemas for tests.
#pragma once

#include <initializer_list>

#include "engine/formats/avro_bytes.h"
#include "engine/formats/avro_schema.h"
#include "tests/unit/formats/format_fixture.h"
#include "tests/unit/formats/memory_registry.h"

namespace weir::test {

inline FormatContext avro_context(std::vector<FormatColumn> columns, std::shared_ptr<MemoryRegistry> registry) {
  FormatContext context = value_context(FormatKind::kAvro, std::move(columns));
  context.registry = std::move(registry);
  return context;
}

// Registers the schema and returns the record's bytes behind its header.
inline std::string avro_record(MemoryRegistry& registry, const std::string& schema, const std::string& body) {
  std::string out;
  append_schema_header(out, registry.register_schema("t-value", "AVRO", schema));
  return out + body;
}

inline std::string avro_long(int64_t value) {
  TextBuffer out;
  append_avro_long(out, value);
  return std::string(out.view());
}
inline std::string avro_text(const std::string& text) { return avro_long(static_cast<int64_t>(text.size())) + text; }
inline std::string avro_double(double value) {
  TextBuffer out;
  append_avro_raw(out, value);
  return std::string(out.view());
}

// Reads one record of the schema into the columns: the row, or "error: …".
inline std::string read_avro(const std::string& schema, const std::string& body, std::vector<FormatColumn> columns,
                             bool wrapped = true) {
  auto registry = std::make_shared<MemoryRegistry>();
  const std::string record = avro_record(*registry, schema, body);
  FormatContext context = avro_context(std::move(columns), registry);
  context.spec.wrap_single_value = wrapped;
  return decode_one(context, record);
}

inline std::string record_of(const std::string& fields, const std::string& name = "R") {
  return R"({"type":"record","name":")" + name + R"(","fields":[)" + fields + "]}";
}
inline std::string field_of(const std::string& name, const std::string& type) {
  return R"({"name":")" + name + R"(","type":)" + type + "}";
}

}  // namespace weir::test
