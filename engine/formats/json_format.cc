// The formats JSON and JSON_SR: what they can hold, their readers and writers.
#include <stdexcept>

#include "engine/formats/codec.h"
#include "engine/formats/json_decoder.h"
#include "engine/formats/json_encoder.h"
#include "engine/formats/json_schema.h"

namespace weir {
namespace {

void check_json_map_keys(const Type& type, const FormatColumn& column, const char* format) {
  switch (type.kind()) {
    case TypeKind::kArray:
      check_json_map_keys(*type.element(), column, format);
      break;
    case TypeKind::kMap:
      if (type.map_key()->kind() != TypeKind::kString) {
        throw std::invalid_argument("Column " + column.name + ": " + format +
                                    " only supports MAP types with STRING keys, not " + type.to_string());
      }
      check_json_map_keys(*type.map_value(), column, format);
      break;
    case TypeKind::kStruct:
      for (const StructField& field : type.fields()) check_json_map_keys(*field.type, column, format);
      break;
    default:
      break;
  }
}

class JsonCodec : public Codec {
 public:
  void check(const FormatContext& context) const override {
    for (const FormatColumn& column : context.columns) {
      check_json_map_keys(*column.type, column, format_name(context.spec.kind));
    }
  }
  std::unique_ptr<RowDecoder> make_decoder(const FormatContext& context,
                                           const std::vector<int>& wanted) const override {
    return std::make_unique<JsonDecoder>(context, wanted, false);
  }
  std::unique_ptr<RowEncoder> make_encoder(const FormatContext& context) const override {
    return std::make_unique<JsonEncoder>(context);
  }
};

class JsonSrCodec : public JsonCodec {
 public:
  void check(const FormatContext&) const override {}  // a map with other keys is an array of entries
  std::unique_ptr<RowDecoder> make_decoder(const FormatContext& context,
                                           const std::vector<int>& wanted) const override {
    return std::make_unique<JsonDecoder>(context, wanted, true);
  }
  std::unique_ptr<RowEncoder> make_encoder(const FormatContext& context) const override {
    if (!context.spec.schema_id) return std::make_unique<JsonEncoder>(context, writer_schema_id(context));
    if (!context.registry) register_schema(context);  // throws: says that there is none
    const RegisteredSchema schema = context.registry->schema_by_id(*context.spec.schema_id);
    return std::make_unique<JsonEncoder>(context, context.spec.schema_id,
                                         column_order_of_json_schema(schema.schema, context));
  }
  const char* schema_type() const override { return "JSON"; }
  std::string schema_text(const FormatContext& context) const override { return json_schema_of(context); }
  std::vector<FormatColumn> columns_of(const FormatSpec& spec, bool is_key, const RegisteredSchema& schema,
                                       SchemaRegistry&) const override {
    return columns_of_json_schema(spec, is_key, schema);
  }
};

}  // namespace

const Codec& json_codec() {
  static const JsonCodec codec;
  return codec;
}

const Codec& json_sr_codec() {
  static const JsonSrCodec codec;
  return codec;
}

}  // namespace weir
