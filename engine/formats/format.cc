#include "engine/formats/format.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>

#include "engine/formats/codec.h"

namespace weir {
namespace {

struct FormatName {
  FormatKind kind;
  const char* name;
};

constexpr std::array<FormatName, 8> kFormatNames = {{{FormatKind::kNone, "NONE"},
                                                     {FormatKind::kKafka, "KAFKA"},
                                                     {FormatKind::kDelimited, "DELIMITED"},
                                                     {FormatKind::kJson, "JSON"},
                                                     {FormatKind::kJsonSr, "JSON_SR"},
                                                     {FormatKind::kAvro, "AVRO"},
                                                     {FormatKind::kProtobuf, "PROTOBUF"},
                                                     {FormatKind::kProtobufNoSr, "PROTOBUF_NOSR"}}};

std::string to_upper_ascii(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

// Null: known by name, but not built yet.
const Codec* find_codec(FormatKind kind) {
  switch (kind) {
    case FormatKind::kNone:
      return &none_codec();
    case FormatKind::kKafka:
      return &kafka_codec();
    case FormatKind::kDelimited:
      return &delimited_codec();
    case FormatKind::kJson:
      return &json_codec();
    case FormatKind::kJsonSr:
      return &json_sr_codec();
    case FormatKind::kAvro:
      return &avro_codec();
    case FormatKind::kProtobuf:
      return &protobuf_codec();
    case FormatKind::kProtobufNoSr:
      return &protobuf_nosr_codec();
  }
  return nullptr;
}

const Codec& schema_codec(FormatKind kind) {
  const Codec& codec = codec_of(kind);
  if (codec.schema_type() == nullptr) {
    throw std::invalid_argument(std::string("The format ") + format_name(kind) +
                                " has no schemas: declare the columns in the statement");
  }
  return codec;
}

SchemaRegistry& registry_of(const FormatContext& context) {
  if (!context.registry) {
    throw SchemaRegistryError(SchemaRegistryError::Kind::kInvalid,
                              std::string("The format ") + format_name(context.spec.kind) + " of the " +
                                  side_of(context) +
                                  " needs a Schema Registry, and none is configured: set ksql.schema.registry.url");
  }
  return *context.registry;
}

}  // namespace

const char* format_name(FormatKind kind) {
  for (const FormatName& entry : kFormatNames) {
    if (entry.kind == kind) return entry.name;
  }
  return "?";
}

std::optional<FormatKind> format_from_name(const std::string& name) {
  const std::string upper = to_upper_ascii(name);
  for (const FormatName& entry : kFormatNames) {
    if (upper == entry.name) return entry.kind;
  }
  return std::nullopt;
}

const char* protobuf_nullable_name(ProtobufNullable nullable) {
  switch (nullable) {
    case ProtobufNullable::kOptional:
      return "OPTIONAL";
    case ProtobufNullable::kWrapper:
      return "WRAPPER";
    case ProtobufNullable::kDefault:
      break;
  }
  return "";
}

std::optional<ProtobufNullable> protobuf_nullable_from_name(const std::string& name) {
  for (const ProtobufNullable nullable : {ProtobufNullable::kOptional, ProtobufNullable::kWrapper}) {
    if (to_upper_ascii(name) == protobuf_nullable_name(nullable)) return nullable;
  }
  return std::nullopt;
}

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  for (const FormatName& entry : kFormatNames) {
    if (find_codec(entry.kind) != nullptr) names.push_back(entry.name);
  }
  return names;
}

bool uses_schema_registry(FormatKind kind) {
  return kind == FormatKind::kJsonSr || kind == FormatKind::kAvro || kind == FormatKind::kProtobuf;
}

const Codec& codec_of(FormatKind kind) {
  if (const Codec* codec = find_codec(kind)) return *codec;
  throw std::invalid_argument(std::string("The format ") + format_name(kind) + " is not supported yet");
}

std::string Codec::schema_text(const FormatContext&) const { return {}; }
std::vector<FormatColumn> Codec::columns_of(const FormatSpec&, bool, const RegisteredSchema&, SchemaRegistry&) const {
  return {};
}
std::optional<RegisteredSchema> Codec::adopted_schema(const FormatContext&) const { return std::nullopt; }

std::string subject_of(const std::string& topic, bool is_key) { return topic + (is_key ? "-key" : "-value"); }

bool is_unwrapped(const FormatContext& context) {
  return context.columns.size() == 1 && (context.is_key || !context.spec.wrap_single_value);
}

std::string side_of(const FormatContext& context) {
  return std::string(context.is_key ? "key" : "value") + " of topic " + context.topic;
}

RowError::Stage decode_stage(const FormatContext& context) {
  return context.is_key ? RowError::Stage::kDecodeKey : RowError::Stage::kDecodeValue;
}

void check_format(const FormatContext& context) {
  const Codec& codec = codec_of(context.spec.kind);
  for (const FormatColumn& column : context.columns) {
    if (column.type->kind() == TypeKind::kNull) {
      throw std::invalid_argument("Column " + column.name + " has no type: NULL alone can't be written as " +
                                  format_name(context.spec.kind));
    }
  }
  codec.check(context);
}

std::unique_ptr<RowDecoder> make_decoder(const FormatContext& context, const std::vector<int>& wanted) {
  check_format(context);
  return codec_of(context.spec.kind).make_decoder(context, wanted);
}

std::unique_ptr<RowEncoder> make_encoder(const FormatContext& context) {
  check_format(context);
  return codec_of(context.spec.kind).make_encoder(context);
}

std::vector<FormatColumn> infer_columns(const FormatSpec& spec, bool is_key, const std::string& topic,
                                        SchemaRegistry& registry) {
  const Codec& codec = schema_codec(spec.kind);
  const std::string subject = subject_of(topic, is_key);
  const std::string side = is_key ? "keys" : "values";
  std::optional<RegisteredSchema> schema =
      spec.schema_id ? registry.schema_by_id(*spec.schema_id) : registry.latest(subject);
  if (!schema) {
    throw SchemaRegistryError(SchemaRegistryError::Kind::kNotFound,
                              "There is no schema for the " + side + " of topic " + topic + ": " +
                                  registry.description() + " has no subject " + subject +
                                  ". Declare the columns in the statement, or register the schema first");
  }
  if (schema->type != codec.schema_type()) {
    throw SchemaRegistryError(SchemaRegistryError::Kind::kInvalid,
                              "The schema for the " + side + " of topic " + topic + " (" +
                                  (spec.schema_id ? "id " + std::to_string(*spec.schema_id) : "subject " + subject) +
                                  ") is of type " + schema->type + ", but the format is " + format_name(spec.kind) +
                                  ", which needs type " + codec.schema_type() + ": set " +
                                  (is_key ? "KEY_FORMAT" : "VALUE_FORMAT") + " accordingly");
  }
  return codec.columns_of(spec, is_key, *schema, registry);
}

int register_schema(const FormatContext& context) {
  const Codec& codec = schema_codec(context.spec.kind);
  check_format(context);
  SchemaRegistry& registry = registry_of(context);
  const std::string subject = subject_of(context.topic, context.is_key);
  if (!context.spec.schema_id) {
    if (const auto adopted = codec.adopted_schema(context)) return adopted->id;
    return registry.register_schema(subject, codec.schema_type(), codec.schema_text(context));
  }
  // A schema given by its id is registered as it is, so that the topic's subject names it too.
  const RegisteredSchema given = registry.schema_by_id(*context.spec.schema_id);
  const int id = registry.register_schema(subject, given.type, given.schema, given.references);
  if (id != *context.spec.schema_id) {
    throw SchemaRegistryError(SchemaRegistryError::Kind::kIncompatible,
                              "The schema with id " + std::to_string(*context.spec.schema_id) + " got another id, " +
                                  std::to_string(id) + ", when it was registered under subject " + subject + " at " +
                                  registry.description());
  }
  return id;
}

int writer_schema_id(const FormatContext& context) {
  if (context.spec.schema_id) return *context.spec.schema_id;
  const Codec& codec = schema_codec(context.spec.kind);
  return registry_of(context).writer_schema_id(subject_of(context.topic, context.is_key), codec.schema_type(),
                                               codec.schema_text(context));
}

std::string schema_text(const FormatContext& context) {
  const Codec& codec = schema_codec(context.spec.kind);
  check_format(context);
  return codec.schema_text(context);
}

}  // namespace weir
