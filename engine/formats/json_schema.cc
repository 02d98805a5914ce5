#include "engine/formats/json_schema.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/formats/codec.h"
#include "engine/formats/connect_names.h"

namespace weir {
namespace {

using SchemaJson = nlohmann::ordered_json;

SchemaJson logical_schema(const char* title, const char* type, const char* connect_type) {
  return {{"type", type}, {"title", title}, {"connect.version", 1}, {"connect.type", connect_type}};
}

SchemaJson nullable_schema(SchemaJson schema) {
  return {{"oneOf", SchemaJson::array({{{"type", "null"}}, std::move(schema)})}};
}

SchemaJson schema_of_type(const Type& type);

SchemaJson schema_of_fields(const std::vector<StructField>& fields) {
  SchemaJson properties = SchemaJson::object();
  int index = 0;
  for (const StructField& field : fields) {
    SchemaJson property = nullable_schema(schema_of_type(*field.type));
    property["connect.index"] = index++;
    properties[field.name] = std::move(property);
  }
  return {{"type", "object"}, {"properties", std::move(properties)}};
}

SchemaJson schema_of_type(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kBoolean:
      return {{"type", "boolean"}};
    case TypeKind::kInt:
      return {{"type", "integer"}, {"connect.type", "int32"}};
    case TypeKind::kBigint:
      return {{"type", "integer"}, {"connect.type", "int64"}};
    case TypeKind::kDouble:
      return {{"type", "number"}, {"connect.type", "float64"}};
    case TypeKind::kBytes:
      return {{"type", "string"}, {"connect.type", "bytes"}};
    case TypeKind::kDate:
      return logical_schema(kConnectDate, "integer", "int32");
    case TypeKind::kTime:
      return logical_schema(kConnectTime, "integer", "int32");
    case TypeKind::kTimestamp:
      return logical_schema(kConnectTimestamp, "integer", "int64");
    case TypeKind::kDecimal: {
      SchemaJson schema = logical_schema(kConnectDecimal, "number", "bytes");
      schema["connect.parameters"] = {{"scale", std::to_string(type.scale())},
                                      {"connect.decimal.precision", std::to_string(type.precision())}};
      return schema;
    }
    case TypeKind::kArray:
      return {{"type", "array"}, {"items", nullable_schema(schema_of_type(*type.element()))}};
    case TypeKind::kMap:
      if (type.map_key()->kind() != TypeKind::kString) {
        return {{"type", "array"},
                {"connect.type", "map"},
                {"items", schema_of_fields({{"key", type.map_key()}, {"value", type.map_value()}})}};
      }
      return {{"type", "object"},
              {"connect.type", "map"},
              {"additionalProperties", nullable_schema(schema_of_type(*type.map_value()))}};
    case TypeKind::kStruct:
      return schema_of_fields(type.fields());
    case TypeKind::kString:
    case TypeKind::kNull:
      return {{"type", "string"}};
  }
  return {{"type", "string"}};
}

std::string upper_name(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return name;
}

std::string string_member(const SchemaJson& schema, const char* name) {
  auto found = schema.find(name);
  return found != schema.end() && found->is_string() ? found->get<std::string>() : std::string();
}

[[noreturn]] void reject_json_schema(const std::string& what) {
  throw SchemaRegistryError(SchemaRegistryError::Kind::kInvalid, what);
}

// The properties of an object schema: those with a connect.index at their place, the others in the order of the
// document.
std::vector<std::pair<std::string, const SchemaJson*>> ordered_properties(const SchemaJson& schema) {
  std::vector<std::pair<int64_t, std::pair<std::string, const SchemaJson*>>> indexed;
  if (auto properties = schema.find("properties"); properties != schema.end() && properties->is_object()) {
    for (auto& [name, property] : properties->items()) {
      int64_t index = static_cast<int64_t>(indexed.size());
      if (property.is_object() && property.contains("connect.index") && property["connect.index"].is_number_integer()) {
        index = property["connect.index"].get<int64_t>();
      }
      indexed.push_back({index, {name, &property}});
    }
  }
  std::stable_sort(indexed.begin(), indexed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::pair<std::string, const SchemaJson*>> ordered;
  ordered.reserve(indexed.size());
  for (auto& entry : indexed) ordered.push_back(std::move(entry.second));
  return ordered;
}

// Reads one schema document.
class JsonSchemaReader {
 public:
  JsonSchemaReader(const std::string& text, bool keep_names) : keep_names_(keep_names) {
    root_ = SchemaJson::parse(text, nullptr, false);
    if (root_.is_discarded()) reject_json_schema("The registered schema is no JSON");
  }

  const SchemaJson& root() const { return root_; }

  // Follows local references and takes `null` out of unions. Null: nothing but JSON text can hold it.
  const SchemaJson* resolve(const SchemaJson& schema) {
    const SchemaJson* at = &schema;
    for (int steps = 0; steps < kMaxSteps; ++steps) {
      if (!at->is_object()) return nullptr;
      if (auto ref = at->find("$ref"); ref != at->end() && ref->is_string()) {
        at = target_of(ref->get<std::string>());
      } else if (const SchemaJson* only = only_alternative(*at)) {
        at = only;
      } else {
        return at;
      }
      if (at == nullptr) return nullptr;
    }
    return nullptr;
  }

  TypePtr type_of(const SchemaJson& schema) {
    const SchemaJson* resolved = resolve(schema);
    // A schema that contains itself has no SQL type.
    if (resolved == nullptr || !open_.insert(resolved).second) return Type::string();
    TypePtr type = type_of_resolved(*resolved);
    open_.erase(resolved);
    return type;
  }

  std::vector<StructField> fields_of(const SchemaJson& schema) {
    std::vector<StructField> fields;
    std::set<std::string> names;
    for (auto& [name, property] : ordered_properties(schema)) {
      std::string field = keep_names_ ? name : upper_name(name);
      if (!names.insert(field).second) {
        reject_json_schema("The schema has several properties that differ from " + field +
                           " only by case: name the columns in the statement");
      }
      fields.push_back({std::move(field), type_of(*property)});
    }
    return fields;
  }

 private:
  static constexpr int kMaxSteps = 64;  // of references to references: they go round in a circle

  const SchemaJson* target_of(const std::string& ref) const {
    if (ref.empty() || ref[0] != '#')
      reject_json_schema("The schema refers to another document, " + ref + ", which is not supported");
    try {
      return &root_.at(SchemaJson::json_pointer(ref.substr(1)));
    } catch (const nlohmann::json::exception&) {
      reject_json_schema("The schema refers to " + ref + ", which it doesn't contain");
    }
  }

  // Of oneOf, anyOf or allOf: the one alternative that isn't null, when there is but one. Null: several, or no such
  // keyword.
  static const SchemaJson* only_alternative(const SchemaJson& schema) {
    for (const char* keyword : {"oneOf", "anyOf", "allOf"}) {
      auto found = schema.find(keyword);
      if (found == schema.end() || !found->is_array()) continue;
      const SchemaJson* only = nullptr;
      for (const SchemaJson& alternative : *found) {
        if (alternative.is_object() && string_member(alternative, "type") == "null") continue;
        if (only != nullptr) return nullptr;
        only = &alternative;
      }
      return only;
    }
    return nullptr;
  }

  static bool is_union(const SchemaJson& schema) {
    return schema.contains("oneOf") || schema.contains("anyOf") || schema.contains("allOf");
  }

  // "type": "integer", or ["null", "integer"].
  static std::string type_name(const SchemaJson& schema) {
    auto found = schema.find("type");
    if (found == schema.end())
      return schema.contains("properties") ? "object" : schema.contains("items") ? "array" : "";
    if (found->is_string()) return found->get<std::string>();
    std::string name;
    if (found->is_array()) {
      for (const SchemaJson& entry : *found) {
        if (!entry.is_string() || entry == "null") continue;
        if (!name.empty()) return "";
        name = entry.get<std::string>();
      }
    }
    return name;
  }

  TypePtr type_of_resolved(const SchemaJson& schema) {
    if (is_union(schema)) return Type::string();
    const std::string name = type_name(schema);
    const std::string connect_type = string_member(schema, "connect.type");
    const std::string title = string_member(schema, "title");
    if (name == "boolean") return Type::boolean();
    if (connect_type == "bytes") return title == kConnectDecimal ? decimal_of(schema) : Type::bytes();
    if (name == "integer" || name == "number") return number_of(name, connect_type, title);
    if (name == "array") {
      auto items = schema.find("items");
      if (items == schema.end() || !items->is_object()) return Type::array(Type::string());
      if (connect_type != "map") return Type::array(type_of(*items));
      const SchemaJson* entry = resolve(*items);
      const SchemaJson* value = entry == nullptr ? nullptr : find_property(*entry, "value");
      return Type::map(Type::string(), value == nullptr ? Type::string() : type_of(*value));
    }
    if (name == "object") {
      std::vector<StructField> fields = connect_type == "map" ? std::vector<StructField>() : fields_of(schema);
      if (!fields.empty()) return Type::structure(std::move(fields));
      auto additional = schema.find("additionalProperties");
      if (additional != schema.end() && additional->is_object()) return Type::map(Type::string(), type_of(*additional));
    }
    return Type::string();
  }

  static const SchemaJson* find_property(const SchemaJson& schema, const char* name) {
    auto properties = schema.find("properties");
    if (properties == schema.end() || !properties->is_object()) return nullptr;
    auto found = properties->find(name);
    return found == properties->end() ? nullptr : &*found;
  }

  static TypePtr number_of(const std::string& name, const std::string& connect_type, const std::string& title) {
    if (connect_type == "int8" || connect_type == "int16") return Type::integer();
    if (connect_type == "int32") {
      if (title == kConnectDate) return Type::date();
      if (title == kConnectTime) return Type::time();
      return Type::integer();
    }
    const bool is_float =
        connect_type == "float32" || connect_type == "float64" || (connect_type.empty() && name == "number");
    if (is_float) return Type::float64();
    return title == kConnectTimestamp ? Type::timestamp() : Type::bigint();
  }

  static int int_parameter(const SchemaJson& schema, const char* name, int otherwise) {
    auto parameters = schema.find("connect.parameters");
    if (parameters == schema.end() || !parameters->is_object()) return otherwise;
    auto found = parameters->find(name);
    if (found == parameters->end()) return otherwise;
    if (found->is_number_integer()) return found->get<int>();
    if (!found->is_string()) return otherwise;
    const std::string text = found->get<std::string>();
    const bool digits = !text.empty() && text.size() <= 4 && text.find_first_not_of("0123456789") == std::string::npos;
    return digits ? std::stoi(text) : otherwise;
  }

  static TypePtr decimal_of(const SchemaJson& schema) {
    const int scale = int_parameter(schema, "scale", 0);
    const int precision = int_parameter(schema, "connect.decimal.precision", kMaxDecimalPrecision);
    if (scale < 0 || scale > kMaxDecimalPrecision) {
      reject_json_schema("The schema has a decimal of scale " + std::to_string(scale) + ", more than DECIMAL's " +
                         std::to_string(kMaxDecimalPrecision) + " digits");
    }
    return Type::decimal(std::clamp(precision, std::max(scale, 1), kMaxDecimalPrecision), scale);
  }

  SchemaJson root_;
  bool keep_names_;
  std::set<const SchemaJson*> open_;  // what is being read
};

}  // namespace

std::string json_schema_of(const FormatContext& context) {
  if (is_unwrapped(context)) return nullable_schema(schema_of_type(*context.columns[0].type)).dump();
  std::vector<StructField> fields;
  for (const FormatColumn& column : context.columns) fields.push_back({column.name, column.type});
  return schema_of_fields(fields).dump();
}

std::vector<FormatColumn> columns_of_json_schema(const FormatSpec& spec, bool is_key, const RegisteredSchema& schema) {
  JsonSchemaReader reader(schema.schema, spec.schema_id.has_value());
  if (is_key) return {{"ROWKEY", reader.type_of(reader.root())}};
  if (!spec.wrap_single_value) return {{"ROWVAL", reader.type_of(reader.root())}};
  const SchemaJson* record = reader.resolve(reader.root());
  std::vector<StructField> fields;
  if (record != nullptr && string_member(*record, "connect.type") != "map") fields = reader.fields_of(*record);
  if (fields.empty()) {
    reject_json_schema(
        "The schema with id " + std::to_string(schema.id) +
        " describes no record with properties: set WRAP_SINGLE_VALUE=false to read the value as one column");
  }
  std::vector<FormatColumn> columns;
  columns.reserve(fields.size());
  for (StructField& field : fields) columns.push_back({std::move(field.name), std::move(field.type)});
  return columns;
}

std::vector<int> column_order_of_json_schema(const std::string& text, const FormatContext& context) {
  if (is_unwrapped(context)) return {0};
  JsonSchemaReader reader(text, true);
  const SchemaJson* record = reader.resolve(reader.root());
  const std::string schema = "The schema with id " + std::to_string(context.spec.schema_id.value_or(0));
  std::vector<int> order;
  if (record != nullptr) {
    std::set<std::string> required;
    if (auto found = record->find("required"); found != record->end() && found->is_array()) {
      for (const SchemaJson& name : *found) {
        if (name.is_string()) required.insert(name.get<std::string>());
      }
    }
    for (auto& [name, property] : ordered_properties(*record)) {
      auto column = std::find_if(context.columns.begin(), context.columns.end(),
                                 [&name = name](const FormatColumn& candidate) { return candidate.name == name; });
      if (column != context.columns.end()) {
        order.push_back(static_cast<int>(column - context.columns.begin()));
      } else if (required.contains(name)) {
        reject_json_schema(schema + " requires the field " + name + ", which is no column of the " + side_of(context));
      }
    }
  }
  for (size_t i = 0; i < context.columns.size(); ++i) {
    if (std::find(order.begin(), order.end(), static_cast<int>(i)) == order.end()) {
      reject_json_schema(schema + " has no field for the column " + context.columns[i].name + " of the " +
                         side_of(context));
    }
  }
  return order;
}

}  // namespace weir
