#include "engine/formats/protobuf_columns.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <stdexcept>

#include "engine/formats/protobuf_shape.h"

namespace weir {
namespace {

using ProtoField = google::protobuf::FieldDescriptor;
using ProtoMessage = google::protobuf::Descriptor;

constexpr const char* kDefaultMessageName = "ConnectDefault";

[[noreturn]] void reject_proto_columns(const std::string& message) {
  throw SchemaRegistryError(SchemaRegistryError::Kind::kInvalid, message);
}

// ---- columns from a schema

class ProtoTypeReader {
 public:
  ProtoTypeReader(const ProtobufSchema& schema, bool keep_names) : schema_(schema), keep_names_(keep_names) {}

  std::vector<StructField> fields_of(const ProtoMessage& message) {
    if (!open_.insert(&message).second) {
      reject_proto_columns("The message " + message.full_name() +
                           " contains itself, which no SQL type can. Declare the columns in the statement");
    }
    std::vector<StructField> fields;
    for (int i = 0; i < message.real_oneof_decl_count(); ++i) {
      const auto& oneof = *message.oneof_decl(i);
      std::vector<StructField> members;
      for (int j = 0; j < oneof.field_count(); ++j) add(*oneof.field(j), members);
      fields.push_back({cased(column_of_oneof(oneof)), Type::structure(std::move(members))});
    }
    for (int i = 0; i < message.field_count(); ++i) {
      if (message.field(i)->real_containing_oneof() == nullptr) add(*message.field(i), fields);
    }
    open_.erase(&message);
    return fields;
  }

 private:
  std::string cased(std::string name) const {
    if (keep_names_) return name;
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return name;
  }

  void add(const ProtoField& field, std::vector<StructField>& fields) {
    if (field.type() == ProtoField::TYPE_GROUP) return;  // a relic of proto2
    TypePtr type = type_of(field);
    if (type) fields.push_back({cased(schema_.name_of(field)), std::move(type)});
  }

  // Null: nothing that a column could hold.
  TypePtr type_of(const ProtoField& field) {
    if (is_map_field(field)) {
      TypePtr value = type_of(*field.message_type()->field(1));
      return value ? Type::map(Type::string(), std::move(value)) : nullptr;
    }
    TypePtr type = element_type(field);
    return type && field.is_repeated() ? Type::array(std::move(type)) : type;
  }

  TypePtr element_type(const ProtoField& field) {
    switch (shape_of_field(field)) {
      case ProtobufShape::kScalar:
        return scalar_type(field);
      case ProtobufShape::kWrapper:
        return scalar_type(*field.message_type()->field(0));
      case ProtobufShape::kDecimal:
        return decimal_type(field);
      case ProtobufShape::kDate:
        return Type::date();
      case ProtobufShape::kTime:
        return Type::time();
      case ProtobufShape::kTimestamp:
        return Type::timestamp();
      case ProtobufShape::kMessage:
        break;
    }
    std::vector<StructField> fields = fields_of(*field.message_type());
    return fields.empty() ? nullptr : Type::structure(std::move(fields));
  }

  static TypePtr scalar_type(const ProtoField& field) {
    switch (field.type()) {
      case ProtoField::TYPE_INT32:
      case ProtoField::TYPE_SINT32:
      case ProtoField::TYPE_SFIXED32:
        return Type::integer();
      case ProtoField::TYPE_DOUBLE:
      case ProtoField::TYPE_FLOAT:
        return Type::float64();
      case ProtoField::TYPE_BOOL:
        return Type::boolean();
      case ProtoField::TYPE_STRING:
      case ProtoField::TYPE_ENUM:
        return Type::string();
      case ProtoField::TYPE_BYTES:
        return Type::bytes();
      default:
        return Type::bigint();
    }
  }

  TypePtr decimal_type(const ProtoField& field) const {
    const auto number = [&](const char* name, int otherwise) {
      const auto& parameters = schema_.parameters_of(field);
      const auto found = parameters.find(name);
      if (found == parameters.end()) return otherwise;
      const std::string& text = found->second;
      const bool digits =
          !text.empty() && text.size() <= 4 && text.find_first_not_of("0123456789") == std::string::npos;
      return digits ? std::stoi(text) : otherwise;
    };
    const int scale = number("scale", 0);
    if (scale > kMaxDecimalPrecision) {
      reject_proto_columns("The field " + field.full_name() + " is a decimal of scale " + std::to_string(scale) +
                           ", more than DECIMAL's " + std::to_string(kMaxDecimalPrecision) + " digits");
    }
    const int precision = number("precision", kMaxDecimalPrecision);
    return Type::decimal(std::clamp(precision, std::max(scale, 1), kMaxDecimalPrecision), scale);
  }

  const ProtobufSchema& schema_;
  bool keep_names_;
  std::set<const ProtoMessage*> open_;
};

// ---- a schema from columns

bool is_proto_identifier(const std::string& name) {
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) != 0) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return c == '_' || (static_cast<unsigned char>(c) < 0x80 && std::isalnum(static_cast<unsigned char>(c)) != 0);
  });
}

class ProtoTextWriter {
 public:
  ProtoTextWriter(ProtobufNullable nullable, const std::string& message) : nullable_(nullable) {
    const size_t dot = message.rfind('.');
    if (dot != std::string::npos) package_ = message.substr(0, dot);
    name_ = dot == std::string::npos ? message : message.substr(dot + 1);
  }

  // `count`: how many of the names ConnectDefault… are taken.
  std::string write(const std::vector<StructField>& fields, int count) {
    count_ = count;
    const std::string body = message_text(name_, fields);
    std::string out = "syntax = \"proto3\";\n";
    if (!package_.empty()) out += "package " + package_ + ";\n";
    if (!imports_.empty()) out += "\n";
    for (const std::string& import : imports_) out += "import \"" + import + "\";\n";
    return out + "\n" + body;
  }

 private:
  std::string message_text(const std::string& name, const std::vector<StructField>& fields) {
    std::string lines, nested;
    int number = 0;
    for (const StructField& field : fields) {
      if (!is_proto_identifier(field.name)) {
        throw std::invalid_argument("The field name `" + field.name +
                                    "` can't be one of a Protobuf message, which takes letters, digits and _ and no "
                                    "digit first. Give it another name");
      }
      lines += field_text(field, ++number, nested, false);
    }
    return "message " + name + " {\n" + indented(lines) + (nested.empty() ? "" : "\n" + indented(nested)) + "}\n";
  }

  std::string field_text(const StructField& field, int number, std::string& nested, bool in_map) {
    const Type* type = field.type.get();
    const bool repeated = type->kind() == TypeKind::kArray || type->kind() == TypeKind::kMap;
    if (type->kind() == TypeKind::kArray) type = type->element().get();
    std::string options;
    const std::string word = type_text(*type, field.name, nested, options);
    const bool optional = nullable_ == ProtobufNullable::kOptional && !repeated && !in_map;
    return std::string(repeated   ? "repeated "
                       : optional ? "optional "
                                  : "") +
           word + " " + field.name + " = " + std::to_string(number) + options + ";\n";
  }

  std::string type_text(const Type& type, const std::string& field, std::string& nested, std::string& options) {
    switch (type.kind()) {
      case TypeKind::kBoolean:
        return scalar("bool", "BoolValue");
      case TypeKind::kInt:
        return scalar("int32", "Int32Value");
      case TypeKind::kBigint:
        return scalar("int64", "Int64Value");
      case TypeKind::kDouble:
        return scalar("double", "DoubleValue");
      case TypeKind::kString:
        return scalar("string", "StringValue");
      case TypeKind::kBytes:
        return scalar("bytes", "BytesValue");
      case TypeKind::kDecimal:
        import("confluent/meta.proto");
        import("confluent/type/decimal.proto");
        options = " [(confluent.field_meta) = {\n  params: [\n" + parameter("precision", type.precision()) + ",\n" +
                  parameter("scale", type.scale()) + "\n  ]\n}]";
        return "confluent.type.Decimal";
      case TypeKind::kDate:
        import("google/type/date.proto");
        return "google.type.Date";
      case TypeKind::kTime:
        import("google/type/timeofday.proto");
        return "google.type.TimeOfDay";
      case TypeKind::kTimestamp:
        import("google/protobuf/timestamp.proto");
        return "google.protobuf.Timestamp";
      case TypeKind::kMap:
        return map_entry(type, nested);
      case TypeKind::kStruct: {
        std::string name = kDefaultMessageName + std::to_string(++count_);
        if (name == field) name += "Message";  // a message can't hold a field and a message of one name
        nested += message_text(name, type.fields());
        return name;
      }
      default:
        throw std::invalid_argument("PROTOBUF can't hold " + type.to_string());
    }
  }

  std::string map_entry(const Type& type, std::string& nested) {
    std::string name = kDefaultMessageName + std::to_string(++count_) + "Entry";
    std::string inner;
    const std::string key = field_text({"key", type.map_key()}, 1, inner, true);
    const std::string value = field_text({"value", type.map_value()}, 2, inner, true);
    nested +=
        "message " + name + " {\n" + indented(key + value) + (inner.empty() ? "" : "\n" + indented(inner)) + "}\n";
    return name;
  }

  std::string scalar(const char* plain, const char* wrapper) {
    if (nullable_ != ProtobufNullable::kWrapper) return plain;
    import("google/protobuf/wrappers.proto");
    return std::string("google.protobuf.") + wrapper;
  }

  static std::string parameter(const char* key, int value) {
    return "    {\n      key: \"" + std::string(key) + "\",\n      value: \"" + std::to_string(value) + "\"\n    }";
  }

  static std::string indented(const std::string& text) {
    std::string out;
    bool line_begins = true;
    for (const char c : text) {
      if (line_begins && c != '\n') out += "  ";
      out.push_back(c);
      line_begins = c == '\n';
    }
    return out;
  }

  void import(const std::string& file) {
    if (std::find(imports_.begin(), imports_.end(), file) == imports_.end()) imports_.push_back(file);
  }

  ProtobufNullable nullable_;
  std::string package_, name_;
  std::vector<std::string> imports_;
  int count_ = 0;
};

}  // namespace

std::vector<FormatColumn> columns_of_protobuf_schema(const FormatSpec& spec, const ProtobufSchema& schema) {
  const ProtoMessage& message = schema.message(spec.schema_full_name);
  ProtoTypeReader reader(schema, spec.schema_id.has_value());
  std::vector<FormatColumn> columns;
  for (StructField& field : reader.fields_of(message))
    columns.push_back({std::move(field.name), std::move(field.type)});
  if (columns.empty()) reject_proto_columns("The message " + message.full_name() + " has no fields");
  return columns;
}

std::string protobuf_message_name(const FormatSpec& spec) {
  // A name like the default ones is no name: the messages inside are numbered on from the outermost.
  if (spec.schema_full_name.starts_with(kDefaultMessageName)) return std::string(kDefaultMessageName) + "1";
  return spec.schema_full_name.empty() ? std::string(kDefaultMessageName) + "1" : spec.schema_full_name;
}

std::string protobuf_text_of(const FormatContext& context) {
  const bool named = protobuf_message_name(context.spec) == context.spec.schema_full_name &&
                     !context.spec.schema_full_name.starts_with(kDefaultMessageName);
  std::vector<StructField> fields;
  for (const FormatColumn& column : context.columns) fields.push_back({column.name, column.type});
  return ProtoTextWriter(context.spec.protobuf_nullable, protobuf_message_name(context.spec))
      .write(fields, named ? 0 : 1);
}

}  // namespace weir
