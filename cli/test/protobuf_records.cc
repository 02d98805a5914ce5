#include "cli/test/protobuf_records.h"

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "engine/types/decimal.h"
#include "engine/types/text.h"

namespace weir::cli {

namespace {

const JsonNode* member_of_any_case(const JsonNode& node, const std::string& name) {
  if (const JsonNode* exact = node.find(name)) return exact;
  const auto same = [&](const auto& member) {
    return std::equal(member.name.begin(), member.name.end(), name.begin(), name.end(),
                      [](unsigned char a, unsigned char b) { return std::toupper(a) == std::toupper(b); });
  };
  const auto found = std::find_if(node.members.begin(), node.members.end(), same);
  return found == node.members.end() ? nullptr : &found->value;
}

Value proto_value_of_json(const Type& type, const JsonNode* node) {
  if (node == nullptr || node->is_null()) return {};
  const auto unfit = [&] { return std::invalid_argument("the test record's " + node->dump() + " is no " + type.to_string()); };
  switch (type.kind()) {
    case TypeKind::kBoolean:
      if (node->kind != JsonNode::Kind::kBoolean) throw unfit();
      return node->boolean;
    case TypeKind::kInt:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kBigint:
    case TypeKind::kTimestamp: {
      const auto whole = parse_bigint(node->text);
      if (whole) return *whole;
      const auto number = parse_double(node->text);
      if (!number) throw unfit();
      return static_cast<int64_t>(*number);
    }
    case TypeKind::kDouble: {
      const auto number = parse_double(node->text);
      if (!number) throw unfit();
      return *number;
    }
    case TypeKind::kDecimal: {
      const auto number = text_to_decimal(node->text, type.precision(), type.scale());
      if (!number) throw unfit();
      return *number;
    }
    case TypeKind::kString:
      return node->kind == JsonNode::Kind::kString ? node->text : node->dump();
    case TypeKind::kBytes: {
      const auto bytes = base64_decode(node->text);
      if (!bytes) throw unfit();
      return *bytes;
    }
    case TypeKind::kArray: {
      ValueList list;
      for (const JsonNode& item : node->items) list.push_back(proto_value_of_json(*type.element(), &item));
      return list;
    }
    case TypeKind::kMap: {
      ValueMap map;
      for (const auto& [name, value] : node->members) map.emplace_back(name, proto_value_of_json(*type.map_value(), &value));
      return map;
    }
    case TypeKind::kStruct: {
      ValueList fields;
      for (const StructField& field : type.fields()) {
        fields.push_back(proto_value_of_json(*field.type, member_of_any_case(*node, field.name)));
      }
      return fields;
    }
    case TypeKind::kNull:
      break;
  }
  throw unfit();
}

JsonNode json_of_proto_value(const Type& type, const Value& value) {
  JsonNode node;
  if (value.is_null()) return node;
  switch (type.kind()) {
    case TypeKind::kBoolean:
      node.kind = JsonNode::Kind::kBoolean;
      node.boolean = value.as_bool();
      break;
    case TypeKind::kInt:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kBigint:
    case TypeKind::kTimestamp:
      node.kind = JsonNode::Kind::kNumber;
      node.text = std::to_string(value.as_int());
      break;
    case TypeKind::kDouble:
      node.kind = JsonNode::Kind::kNumber;
      node.text = java_double(value.as_double());
      node.inexact = true;
      break;
    case TypeKind::kDecimal:
      node.kind = JsonNode::Kind::kNumber;
      node.text = decimal_to_string(value.as_decimal(), type.scale());
      break;
    case TypeKind::kString:
    case TypeKind::kBytes:
      node.kind = JsonNode::Kind::kString;
      node.text = type.kind() == TypeKind::kBytes ? base64_encode(value.as_string()) : value.as_string();
      break;
    case TypeKind::kArray:
      node.kind = JsonNode::Kind::kArray;
      for (const Value& item : value.as_list()) node.items.push_back(json_of_proto_value(*type.element(), item));
      break;
    case TypeKind::kMap:
      node.kind = JsonNode::Kind::kObject;
      for (const auto& [name, item] : value.as_map()) {
        node.members.emplace_back(name.as_string(), json_of_proto_value(*type.map_value(), item));
      }
      break;
    case TypeKind::kStruct:
      node.kind = JsonNode::Kind::kObject;
      for (size_t i = 0; i < type.fields().size(); ++i) {
        const StructField& field = type.fields()[i];
        node.members.emplace_back(field.name, json_of_proto_value(*field.type, value.as_list()[i]));
      }
      break;
    case TypeKind::kNull:
      break;
  }
  return node;
}

// The fields as a schema has them, whatever the source declares.
void take_schema(FormatContext& side, int id) {
  side.spec.schema_id = id;
  side.columns = infer_columns(side.spec, side.is_key, side.topic, *side.registry);
}

}  // namespace

std::string protobuf_bytes_of_json(FormatContext side, const JsonNode& node) {
  if (side.spec.kind == FormatKind::kProtobuf) {
    const auto latest = side.registry->latest(side.topic + (side.is_key ? "-key" : "-value"));
    if (!side.spec.schema_id && !latest) throw std::invalid_argument("the topic " + side.topic + " has no schema");
    take_schema(side, side.spec.schema_id ? *side.spec.schema_id : latest->id);
  }
  // A key's only column that is NULL would be no key; the cases mean a message without its field.
  side.is_key = false;
  const std::unique_ptr<RowEncoder> encoder = make_encoder(side);
  Arena arena;
  std::vector<std::unique_ptr<Column>> columns;
  std::vector<const Column*> views;
  for (const FormatColumn& column : side.columns) {
    columns.push_back(std::make_unique<Column>(column.type));
    const Value value = proto_value_of_json(*column.type, member_of_any_case(node, column.name));
    columns.back()->append_value(value, arena);
    views.push_back(columns.back().get());
  }
  encoder->begin(views);
  std::string out, error;
  bool is_null = false;
  if (!encoder->encode(0, out, is_null, error)) throw std::invalid_argument("the test record can't be written: " + error);
  return out;
}

JsonNode json_of_protobuf_bytes(FormatContext side, std::string_view bytes) {
  if (side.spec.kind == FormatKind::kProtobuf) {
    const auto id = schema_id_of(bytes);
    if (!id) throw std::invalid_argument("a record in " + side.topic + " has no schema id before its message");
    take_schema(side, *id);
  }
  std::vector<int> wanted;
  std::vector<StructField> fields;
  std::vector<std::unique_ptr<Column>> columns;
  std::vector<Column*> views;
  for (size_t i = 0; i < side.columns.size(); ++i) {
    wanted.push_back(static_cast<int>(i));
    fields.push_back({side.columns[i].name, side.columns[i].type});
    columns.push_back(std::make_unique<Column>(side.columns[i].type));
    views.push_back(columns.back().get());
  }
  Arena arena;
  RowErrors errors;
  RowBits bad;
  const log::OptionalBytes payload = bytes;
  make_decoder(side, wanted)->decode({&payload, 1}, views, arena, errors, bad);
  if (errors.count() > 0) throw std::invalid_argument(errors.errors()[0].message);
  ValueList values;
  for (const auto& column : columns) values.push_back(column->value(0));
  return json_of_proto_value(*Type::structure(fields), values);
}

}  // namespace weir::cli
