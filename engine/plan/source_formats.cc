#include "engine/plan/source_formats.h"

#include <algorithm>
#include <stdexcept>

#include "engine/formats/avro_names.h"
#include "engine/plan/messages.h"

namespace weir {

namespace {

FormatKind format_kind(const std::string& name, const sql::Position& pos) {
  const std::vector<std::string> supported = format_names();
  const auto kind = format_from_name(name);
  if (!kind)
    refuse("Unknown format: '" + name + "'." + suggestion(name, supported) + " There is " +
               list_names(supported, "and") + ".",
           pos);
  if (std::find(supported.begin(), supported.end(), format_name(*kind)) == supported.end()) {
    refuse_unsupported(std::string("The format ") + format_name(*kind), pos,
                       "There is " + list_names(supported, "and") + ".");
  }
  return *kind;
}

std::string read_delimiter(const std::string& text, const std::string& property, const sql::Position& pos) {
  if (text == "TAB") return "\t";
  if (text == "SPACE") return " ";
  const bool blank = std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isspace(c); });
  if (blank)
    refuse(property + " can't be empty or blank. Give a single character such as ';', or 'TAB' or 'SPACE'.", pos);
  size_t characters = 0;
  for (const char c : text) characters += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  if (characters != 1) {
    refuse("Invalid " + property + ": '" + text + "'. It must be a single character such as ';', or 'TAB' or 'SPACE'.",
           pos);
  }
  return text;
}

bool has_schema_names(FormatKind kind) {
  return kind == FormatKind::kAvro || kind == FormatKind::kProtobuf || kind == FormatKind::kJsonSr;
}

void check_schema_id(const WithClause& with, const std::string& side, const FormatSpec& spec) {
  const std::string name = side + "_SCHEMA_ID";
  if (with.has(name) && !uses_schema_registry(spec.kind)) {
    refuse(name + " needs a " + side + "_FORMAT whose schemas are in the registry, but it is " +
               format_name(spec.kind) + ".",
           with.position(name));
  }
}

// Properties of one side beside the format itself.
void read_side(const WithClause& with, const std::string& side, FormatSpec& spec) {
  const std::string delimiter = side + "_DELIMITER";
  if (const auto text = with.text(delimiter)) {
    spec.delimiter = read_delimiter(*text, delimiter, with.position(delimiter));
    if (spec.kind != FormatKind::kDelimited) {
      refuse(delimiter + " is for the DELIMITED format, but the " + side + "_FORMAT is " + format_name(spec.kind) + ".",
             with.position(delimiter));
    }
  }
  check_schema_id(with, side, spec);
  if (const auto id = with.integer(side + "_SCHEMA_ID", 1)) spec.schema_id = static_cast<int>(*id);
  for (const std::string& name : {side + "_SCHEMA_FULL_NAME", side + "_AVRO_SCHEMA_FULL_NAME"}) {
    const auto text = with.text(name);
    if (!text) continue;
    if (text->find_first_not_of(' ') == std::string::npos) refuse(name + " can't be empty.", with.position(name));
    if (!has_schema_names(spec.kind) || (name == side + "_AVRO_SCHEMA_FULL_NAME" && spec.kind != FormatKind::kAvro)) {
      refuse("The format " + std::string(format_name(spec.kind)) + " has no " + name + ".", with.position(name));
    }
    spec.schema_full_name = *text;
  }
  const std::string nullable = side + "_PROTOBUF_NULLABLE_REPRESENTATION";
  if (with.has(nullable) && spec.kind != FormatKind::kProtobuf && spec.kind != FormatKind::kProtobufNoSr) {
    refuse(nullable + " is for the PROTOBUF formats, but the " + side + "_FORMAT is " + format_name(spec.kind) + ".",
           with.position(nullable));
  }
  if (const auto text = with.text(nullable)) {
    const auto given = protobuf_nullable_from_name(*text);
    if (!given) refuse(nullable + " is OPTIONAL or WRAPPER, not '" + *text + "'.", with.position(nullable));
    spec.protobuf_nullable = *given;
  }
}

std::optional<FormatKind> given_kind(const WithClause& with, const std::string& side) {
  const std::string name = side + "_FORMAT";
  if (with.has("FORMAT") && with.has(name)) {
    refuse("Cannot supply both '" + name +
               "' and 'FORMAT': 'FORMAT' sets both key and value formats. Use either 'FORMAT' or "
               "'KEY_FORMAT' and 'VALUE_FORMAT'.",
           with.position(name));
  }
  for (const std::string& property : {name, std::string("FORMAT")}) {
    if (const auto text = with.text(property)) return format_kind(*text, with.position(property));
  }
  return std::nullopt;
}

// A result that is Protobuf like its source names its message likewise.
void inherit_schema_name(const FormatSpec& from, FormatSpec& spec) {
  const bool protobuf = spec.kind == FormatKind::kProtobuf || spec.kind == FormatKind::kProtobufNoSr;
  if (protobuf && from.kind == spec.kind) spec.schema_full_name = from.schema_full_name;
}

FormatKind default_key_kind(const BindContext& context, const sql::Position& pos) {
  return format_kind(session_property(context, "ksql.persistence.default.format.key", "KAFKA"), pos);
}

}  // namespace

std::string session_property(const BindContext& context, const std::string& name, const std::string& otherwise) {
  const auto found = context.properties.find(name);
  return found == context.properties.end() ? otherwise : found->second;
}

SourceFormats declared_formats(const WithClause& with, const BindContext& context, const sql::Position& pos) {
  SourceFormats out;
  // A malformed delimiter is told before a missing format.
  for (const char* name : {"KEY_DELIMITER", "VALUE_DELIMITER"}) {
    if (const auto text = with.text(name)) read_delimiter(*text, name, with.position(name));
  }
  const auto key = given_kind(with, "KEY");
  const auto value = given_kind(with, "VALUE");
  out.key.kind = key ? *key : default_key_kind(context, pos);
  if (value) {
    out.value.kind = *value;
  } else {
    const std::string name = session_property(context, "ksql.persistence.default.format.value", "");
    if (name.empty()) {
      refuse(
          "The WITH clause has no 'VALUE_FORMAT'. Give one, or set a default: SET "
          "'ksql.persistence.default.format.value'='JSON'.",
          pos);
    }
    out.value.kind = format_kind(name, pos);
  }
  read_side(with, "KEY", out.key);
  read_side(with, "VALUE", out.value);
  out.key.wrap_single_value = false;
  return out;
}

SourceFormats sink_formats(const WithClause& with, const Source& from, bool has_key, const BindContext& context,
                           const sql::Position& pos) {
  SourceFormats out;
  const auto key = given_kind(with, "KEY");
  const auto value = given_kind(with, "VALUE");
  if (key) {
    out.key.kind = *key;
  } else if (!has_key) {
    out.key.kind = FormatKind::kNone;
  } else {
    out.key.kind = from.key_format.kind == FormatKind::kNone ? default_key_kind(context, pos) : from.key_format.kind;
  }
  out.value.kind = value ? *value : from.value_format.kind;
  if (out.key.kind == from.key_format.kind) out.key.delimiter = from.key_format.delimiter;
  if (out.value.kind == from.value_format.kind) out.value.delimiter = from.value_format.delimiter;
  inherit_schema_name(from.key_format, out.key);
  inherit_schema_name(from.value_format, out.value);
  read_side(with, "KEY", out.key);
  read_side(with, "VALUE", out.value);
  out.key.wrap_single_value = false;
  return out;
}

void name_key_schema(const std::string& source, FormatSpec& key) {
  if (key.kind == FormatKind::kAvro && key.schema_full_name.empty()) key.schema_full_name = avro_key_schema_name(source);
}

void apply_wrapping(const WithClause& with, size_t value_columns, const BindContext& context, FormatSpec& value) {
  const bool always = value.kind == FormatKind::kProtobuf || value.kind == FormatKind::kProtobufNoSr;
  const bool either =
      value.kind == FormatKind::kJson || value.kind == FormatKind::kJsonSr || value.kind == FormatKind::kAvro;
  const auto given = with.boolean("WRAP_SINGLE_VALUE");
  if (given && !either && *given != always) {
    refuse("The format '" + std::string(format_name(value.kind)) + "' does not support 'WRAP_SINGLE_VALUE' set to '" +
               (*given ? "true" : "false") + "'.",
           with.position("WRAP_SINGLE_VALUE"));
  }
  if (given && either && value_columns != 1) {
    refuse("'WRAP_SINGLE_VALUE' is only for values of a single column, but there are " + std::to_string(value_columns) +
               ".",
           with.position("WRAP_SINGLE_VALUE"));
  }
  if (!either) {
    value.wrap_single_value = always;
  } else if (given) {
    value.wrap_single_value = *given;
  } else {
    value.wrap_single_value =
        value_columns != 1 || session_property(context, "ksql.persistence.wrap.single.values", "true") != "false";
  }
}

void check_columns(const FormatSpec& spec, bool is_key, const std::string& topic,
                   const std::vector<FormatColumn>& columns, const BindContext& context, const sql::Position& pos) {
  if (columns.empty()) return;
  try {
    check_format(
        {spec, is_key, topic, columns, std::shared_ptr<SchemaRegistry>(std::shared_ptr<void>(), context.registry)});
  } catch (const std::invalid_argument& error) {
    std::string text;
    for (const FormatColumn& column : columns)
      text += (text.empty() ? "" : ", ") + ("`" + column.name + "` " + column.type->to_string());
    refuse(std::string(error.what()) + ". The " + (is_key ? "key" : "value") + " has " + text + ".", pos);
  }
}

std::vector<FormatColumn> infer_side(const FormatSpec& spec, bool is_key, const std::string& topic,
                                     const BindContext& context, const sql::Position& pos) {
  if (!context.registry) {
    throw StatementError(
        StatementError::Kind::kInvalid,
        std::string("The ") + (is_key ? "key" : "value") + " columns of topic '" + topic +
            "' aren't declared, and there is no Schema Registry to take them from. Declare them, or set "
            "ksql.schema.registry.url.",
        pos);
  }
  try {
    return infer_columns(spec, is_key, topic, *context.registry);
  } catch (const SchemaRegistryError& error) {
    const bool away = error.kind() == SchemaRegistryError::Kind::kUnavailable;
    throw StatementError(away ? StatementError::Kind::kUnavailable : StatementError::Kind::kInvalid,
                         std::string("The ") + (is_key ? "key" : "value") + " columns of topic '" + topic +
                             "' aren't declared, and the Schema Registry gives none: " + error.what(),
                         pos);
  } catch (const std::invalid_argument& error) {
    refuse(error.what(), pos);
  }
}

}  // namespace weir
