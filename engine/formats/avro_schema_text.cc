#include "engine/formats/avro_schema_text.h"

#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "engine/formats/avro_names.h"
#include "engine/formats/codec.h"
#include "engine/formats/connect_names.h"

namespace weir {
namespace {

using AvroText = nlohmann::ordered_json;

constexpr const char* kAvroSchemaName = "io.confluent.ksql.avro_schemas.KsqlDataSourceSchema";

class AvroSchemaWriter {
 public:
  // The side as a whole: `root`, which Connect gives no version.
  AvroText side(const Type& type, const std::string& name) { return schema(type, name, true); }

 private:
  static AvroText logical(const char* kind, const char* connect_name, const char* logical_type, bool root) {
    AvroText out = {{"type", kind}};
    if (!root) out["connect.version"] = 1;
    out["connect.name"] = connect_name;
    out["logicalType"] = logical_type;
    return out;
  }

  static AvroText decimal(const Type& type, bool root) {
    AvroText out = {{"type", "bytes"}, {"scale", type.scale()}, {"precision", type.precision()}};
    if (!root) out["connect.version"] = 1;
    out["connect.parameters"] = {{"scale", std::to_string(type.scale())},
                                 {"connect.decimal.precision", std::to_string(type.precision())}};
    out["connect.name"] = kConnectDecimal;
    out["logicalType"] = "decimal";
    return out;
  }

  AvroText schema(const Type& type, const std::string& name, bool root) {
    switch (type.kind()) {
      case TypeKind::kBoolean:
        return "boolean";
      case TypeKind::kInt:
        return "int";
      case TypeKind::kBigint:
        return "long";
      case TypeKind::kDouble:
        return "double";
      case TypeKind::kString:
      case TypeKind::kNull:
        return "string";
      case TypeKind::kBytes:
        return "bytes";
      case TypeKind::kDecimal:
        return decimal(type, root);
      case TypeKind::kDate:
        return logical("int", kConnectDate, "date", root);
      case TypeKind::kTime:
        return logical("int", kConnectTime, "time-millis", root);
      case TypeKind::kTimestamp:
        return logical("long", kConnectTimestamp, "timestamp-millis", root);
      case TypeKind::kArray:
        return {{"type", "array"}, {"items", nullable(*type.element(), name)}};
      case TypeKind::kMap:
        return map(type, name);
      case TypeKind::kStruct: {
        const std::string full_name = unique(name);
        AvroText out = record(full_name);
        for (const StructField& field : type.fields()) {
          const std::string field_name = avro_field_name(field.name);
          out["fields"].push_back(this->field(field_name, *field.type, name + "_" + field_name));
        }
        out["connect.name"] = full_name;
        return out;
      }
    }
    return "string";
  }

  AvroText map(const Type& type, const std::string& name) {
    const std::string full_name = unique(name);
    AvroText entry = record(full_name);
    entry["fields"].push_back(field("key", *type.map_key(), name + "_MapKey"));
    entry["fields"].push_back(field("value", *type.map_value(), name + "_MapValue"));
    entry["connect.internal.type"] = "MapEntry";
    return {{"type", "array"}, {"items", std::move(entry)}, {"connect.name", full_name}};
  }

  // The namespace is said once: types within a type have the same.
  AvroText record(const std::string& full_name) {
    const size_t dot = full_name.rfind('.');
    AvroText out = {{"type", "record"}, {"name", full_name.substr(dot == std::string::npos ? 0 : dot + 1)}};
    if (dot != std::string::npos && !namespace_said_) out["namespace"] = full_name.substr(0, dot);
    namespace_said_ = true;
    out["fields"] = AvroText::array();
    return out;
  }

  AvroText nullable(const Type& type, const std::string& name) {
    AvroText out = AvroText::array({"null"});
    out.push_back(schema(type, name, false));
    return out;
  }

  AvroText field(const std::string& name, const Type& type, const std::string& type_name) {
    return {{"name", name}, {"type", nullable(type, type_name)}, {"default", nullptr}};
  }

  std::string unique(const std::string& name) {
    std::string out = name;
    for (int i = 2; !names_.insert(out).second; ++i) out = name + "_" + std::to_string(i);
    return out;
  }

  bool namespace_said_ = false;
  std::set<std::string> names_;
};

void check_avro_field_name(const std::string& name, const FormatColumn& column) {
  const std::string fault = avro_name_fault(avro_field_name(name));
  if (fault.empty()) return;
  throw std::invalid_argument((name == column.name ? "Column " + name : "Field " + name + " of column " + column.name) +
                              " can't be written as AVRO: " + fault + ". Give it another name, or take another format");
}

void check_avro_type_names(const Type& type, const FormatColumn& column) {
  switch (type.kind()) {
    case TypeKind::kArray:
      return check_avro_type_names(*type.element(), column);
    case TypeKind::kMap:
      check_avro_type_names(*type.map_key(), column);
      return check_avro_type_names(*type.map_value(), column);
    case TypeKind::kStruct: {
      std::set<std::string> names;
      for (const StructField& field : type.fields()) {
        check_avro_field_name(field.name, column);
        check_avro_type_names(*field.type, column);
        if (!names.insert(avro_field_name(field.name)).second) {
          throw std::invalid_argument("Column " + column.name +
                                      " can't be written as AVRO: two of its fields have the name " +
                                      avro_field_name(field.name) + " there");
        }
      }
      return;
    }
    default:
      return;
  }
}

}  // namespace

std::string avro_schema_name(const FormatSpec& spec) {
  return spec.schema_full_name.empty() ? kAvroSchemaName : spec.schema_full_name;
}

std::string avro_schema_of(const FormatContext& context) {
  AvroSchemaWriter writer;
  const std::string name = avro_schema_name(context.spec);
  if (is_unwrapped(context)) return writer.side(*context.columns[0].type, name).dump();
  std::vector<StructField> fields;
  for (const FormatColumn& column : context.columns) fields.push_back({column.name, column.type});
  return writer.side(*Type::structure(std::move(fields)), name).dump();
}

void check_avro_names(const FormatContext& context) {
  std::set<std::string> names;
  for (const FormatColumn& column : context.columns) {
    check_avro_type_names(*column.type, column);
    if (is_unwrapped(context)) continue;
    check_avro_field_name(column.name, column);
    if (!names.insert(avro_field_name(column.name)).second) {
      throw std::invalid_argument("Column " + column.name + " can't be written as AVRO: another one has the name " +
                                  avro_field_name(column.name) + " there too");
    }
  }
  const std::string name = avro_schema_name(context.spec);
  for (size_t at = 0; at <= name.size();) {
    const size_t dot = std::min(name.find('.', at), name.size());
    const std::string fault = avro_name_fault(name.substr(at, dot - at));
    if (!fault.empty()) {
      throw std::invalid_argument("'" + name + "' is no name of an Avro schema: " + fault +
                                  ". Write it as in 'com.example.Order'");
    }
    at = dot + 1;
  }
}

}  // namespace weir
