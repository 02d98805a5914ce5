// Any bytes as the .proto text of a schema and as a record of PROTOBUF_NOSR: errors, never a crash.
#include <cstddef>
#include <cstdint>

#include "engine/formats/format.h"
#include "engine/formats/protobuf_columns.h"
#include "engine/types/value.h"

using namespace weir;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    RegisteredSchema schema;
    schema.schema = bytes;
    columns_of_protobuf_schema({FormatKind::kProtobuf}, ProtobufSchema(schema, nullptr));
  } catch (const SchemaRegistryError&) {
  }
  static const FormatContext context{
      {FormatKind::kProtobufNoSr},
      false,
      "t",
      {{"I", Type::integer()},
       {"S", Type::string()},
       {"D", Type::decimal(10, 2)},
       {"T", Type::timestamp()},
       {"A", Type::array(Type::structure({{"X", Type::date()}, {"Y", Type::array(Type::float64())}}))},
       {"M", Type::map(Type::string(), Type::structure({{"B", Type::bytes()}, {"C", Type::time()}}))}},
      nullptr};
  static const auto decoder = make_decoder(context, {0, 1, 2, 3, 4, 5});
  std::vector<Column> columns;
  std::vector<Column*> out;
  for (const FormatColumn& column : context.columns) columns.emplace_back(column.type);
  for (Column& column : columns) out.push_back(&column);
  Arena arena;
  RowErrors errors;
  RowBits bad;
  const log::OptionalBytes payload = bytes;
  decoder->decode({&payload, 1}, out, arena, errors, bad);
  for (const Column& column : columns) column.value(0);
  return 0;
}
