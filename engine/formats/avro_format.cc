// The format AVRO: Apache Avro's binary encoding behind Confluent's header.
#include "engine/formats/avro_columns.h"
#include "engine/formats/avro_decoder.h"
#include "engine/formats/avro_encoder.h"
#include "engine/formats/avro_schema_text.h"
#include "engine/formats/codec.h"

namespace weir {
namespace {

class AvroCodec : public Codec {
 public:
  void check(const FormatContext& context) const override { check_avro_names(context); }
  std::unique_ptr<RowDecoder> make_decoder(const FormatContext& context,
                                           const std::vector<int>& wanted) const override {
    return std::make_unique<AvroDecoder>(context, wanted);
  }
  std::unique_ptr<RowEncoder> make_encoder(const FormatContext& context) const override {
    if (!context.spec.schema_id) {
      const int id = writer_schema_id(context);
      return std::make_unique<AvroEncoder>(context, id, AvroSchema::parse(schema_text(context)));
    }
    if (!context.registry) register_schema(context);  // throws: says that there is none
    const RegisteredSchema schema = context.registry->schema_by_id(*context.spec.schema_id);
    return std::make_unique<AvroEncoder>(context, schema.id, AvroSchema::parse(schema, *context.registry));
  }
  const char* schema_type() const override { return "AVRO"; }
  std::string schema_text(const FormatContext& context) const override { return avro_schema_of(context); }
  std::vector<FormatColumn> columns_of(const FormatSpec& spec, bool is_key, const RegisteredSchema& schema,
                                       SchemaRegistry& registry) const override {
    return columns_of_avro_schema(spec, is_key, *AvroSchema::parse(schema, registry));
  }
};

}  // namespace

const Codec& avro_codec() {
  static const AvroCodec codec;
  return codec;
}

}  // namespace weir
