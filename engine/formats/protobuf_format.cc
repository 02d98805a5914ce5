// The formats PROTOBUF and PROTOBUF_NOSR: what they can hold, their readers and writers.
#include <stdexcept>

#include "engine/formats/codec.h"
#include "engine/formats/protobuf_columns.h"
#include "engine/formats/protobuf_decoder.h"
#include "engine/formats/protobuf_encoder.h"

namespace weir {
namespace {

void check_protobuf_type(const Type& type, const FormatColumn& column, const char* format) {
  switch (type.kind()) {
    case TypeKind::kArray: {
      const TypeKind element = type.element()->kind();
      if (element == TypeKind::kArray || element == TypeKind::kMap) {
        throw std::invalid_argument("Column " + column.name + ": " + format + " can't hold " + type.to_string() +
                                    ", because a list of lists or maps is no field of a message. Put the inner one "
                                    "into a STRUCT");
      }
      check_protobuf_type(*type.element(), column, format);
      break;
    }
    case TypeKind::kMap:
      if (type.map_key()->kind() != TypeKind::kString) {
        throw std::invalid_argument("Column " + column.name + ": " + format +
                                    " only supports MAP types with STRING keys, not " + type.to_string());
      }
      check_protobuf_type(*type.map_value(), column, format);
      break;
    case TypeKind::kStruct:
      for (const StructField& field : type.fields()) check_protobuf_type(*field.type, column, format);
      break;
    default:
      break;
  }
}

std::shared_ptr<const ProtobufSchema> derived_protobuf_schema(const FormatContext& context) {
  RegisteredSchema schema;
  schema.type = "PROTOBUF";
  schema.schema = protobuf_text_of(context);
  return std::make_shared<const ProtobufSchema>(schema, nullptr);
}

class ProtobufNoSrCodec : public Codec {
 public:
  void check(const FormatContext& context) const override {
    for (const FormatColumn& column : context.columns) {
      check_protobuf_type(*column.type, column, format_name(context.spec.kind));
    }
    if (!context.columns.empty()) protobuf_text_of(context);  // throws for names that no message can have
  }
  std::unique_ptr<RowDecoder> make_decoder(const FormatContext& context,
                                           const std::vector<int>& wanted) const override {
    return std::make_unique<ProtobufDecoder>(context, wanted, derived_protobuf_schema(context));
  }
  std::unique_ptr<RowEncoder> make_encoder(const FormatContext& context) const override {
    auto schema = derived_protobuf_schema(context);
    const auto& message = schema->message("");
    return std::make_unique<ProtobufEncoder>(context, std::move(schema), message, "");
  }
};

class ProtobufCodec : public ProtobufNoSrCodec {
 public:
  std::unique_ptr<RowDecoder> make_decoder(const FormatContext& context,
                                           const std::vector<int>& wanted) const override {
    require_registry(context);
    return std::make_unique<ProtobufDecoder>(context, wanted, nullptr);
  }

  std::unique_ptr<RowEncoder> make_encoder(const FormatContext& context) const override {
    require_registry(context);
    if (context.spec.schema_id) {
      return encoder_of(context, context.registry->schema_by_id(*context.spec.schema_id));
    }
    if (const auto adopted = adopted_schema(context)) return encoder_of(context, *adopted);
    auto schema = derived_protobuf_schema(context);
    const auto& message = schema->message("");
    return std::make_unique<ProtobufEncoder>(context, std::move(schema), message,
                                             protobuf_header(writer_schema_id(context), message));
  }

  const char* schema_type() const override { return "PROTOBUF"; }
  std::string schema_text(const FormatContext& context) const override { return protobuf_text_of(context); }
  std::vector<FormatColumn> columns_of(const FormatSpec& spec, bool, const RegisteredSchema& schema,
                                       SchemaRegistry& registry) const override {
    return columns_of_protobuf_schema(spec, ProtobufSchema(schema, &registry));
  }

  // A message that is asked for by its name, is in the subject's schema and takes the columns is written as it is
  // there.
  std::optional<RegisteredSchema> adopted_schema(const FormatContext& context) const override {
    const std::string& name = context.spec.schema_full_name;
    if (name.empty() || name != protobuf_message_name(context.spec) || !context.registry) return std::nullopt;
    auto latest = context.registry->latest(subject_of(context.topic, context.is_key));
    if (!latest || latest->type != "PROTOBUF") return std::nullopt;
    try {
      const auto schema = std::make_shared<const ProtobufSchema>(*latest, context.registry.get());
      if (!schema->has_message(name)) return std::nullopt;
      ProtobufEncoder(context, schema, schema->message(name), "");
    } catch (const std::invalid_argument&) {
      return std::nullopt;
    } catch (const SchemaRegistryError& error) {
      if (error.kind() == SchemaRegistryError::Kind::kUnavailable) throw;
      return std::nullopt;
    }
    return latest;
  }

 private:
  static void require_registry(const FormatContext& context) {
    if (!context.registry) register_schema(context);  // throws: says that there is none
  }

  static std::unique_ptr<RowEncoder> encoder_of(const FormatContext& context, const RegisteredSchema& registered) {
    const std::string title = "The schema with id " + std::to_string(registered.id);
    if (registered.type != "PROTOBUF") {
      throw SchemaRegistryError(
          SchemaRegistryError::Kind::kInvalid,
          title + " is of type " + registered.type + ", but the " + side_of(context) + " is written as PROTOBUF");
    }
    const auto schema = std::make_shared<const ProtobufSchema>(registered, context.registry.get());
    const auto& message = schema->message(context.spec.schema_full_name);
    try {
      return std::make_unique<ProtobufEncoder>(context, schema, message, protobuf_header(registered.id, message));
    } catch (const std::invalid_argument& error) {
      throw SchemaRegistryError(SchemaRegistryError::Kind::kInvalid,
                                title + " doesn't take the columns of the " + side_of(context) + ": " + error.what());
    }
  }
};

}  // namespace

const Codec& protobuf_codec() {
  static const ProtobufCodec codec;
  return codec;
}

const Codec& protobuf_nosr_codec() {
  static const ProtobufNoSrCodec codec;
  return codec;
}

}  // namespace weir
