#include "cli/test/avro_records.h"

#include <cmath>
#include <stdexcept>

#include "engine/formats/avro_names.h"
#include "engine/formats/avro_value_writer.h"
#include "engine/formats/avro_walk.h"
#include "engine/types/decimal.h"
#include "engine/types/text.h"

namespace weir::cli {

namespace {

using NodeKind = JsonNode::Kind;

[[noreturn]] void avro_unfit(const AvroNode& type, const JsonNode& node) {
  throw std::invalid_argument("the test record's " + node.dump() + " is no Avro " + avro_kind_name(type.kind));
}

const JsonNode* find_avro_member(const JsonNode& node, const std::string& name) {
  if (const JsonNode* exact = node.find(name)) return exact;
  for (const auto& [member, value] : node.members) {
    if (avro_names_match(member, name)) return &value;
  }
  return nullptr;
}

void append_avro_json(const AvroNode& type, const JsonNode& node, TextBuffer& out);

void append_avro_scalar_bytes(const AvroNode& type, const JsonNode& node, TextBuffer& out) {
  if (type.logical == AvroLogical::kDecimal) {
    const auto value = text_to_decimal(node.text, kMaxDecimalPrecision, type.scale);
    if (!value) avro_unfit(type, node);
    if (type.kind == AvroKind::kBytes) {
      append_avro_decimal(out, *value);
    } else if (!append_avro_fixed_decimal(out, *value, type.size)) {
      avro_unfit(type, node);
    }
    return;
  }
  const auto bytes = node.kind == NodeKind::kString ? base64_decode(node.text) : std::nullopt;
  if (!bytes || (type.kind == AvroKind::kFixed && bytes->size() != type.size)) avro_unfit(type, node);
  if (type.kind == AvroKind::kBytes) return append_avro_bytes(out, *bytes);
  if (!bytes->empty()) out.append(std::string_view(*bytes));
}

void append_avro_record(const AvroNode& type, const JsonNode& node, TextBuffer& out) {
  if (node.kind != NodeKind::kObject) avro_unfit(type, node);
  for (const AvroField& field : type.fields) {
    const JsonNode* member = find_avro_member(node, field.name);
    const auto otherwise = field.has_default ? avro_default_bytes(*field.type, field.default_value) : std::nullopt;
    if (member == nullptr && otherwise) {
      out.append(std::string_view(*otherwise));
    } else {
      static const JsonNode null;
      append_avro_json(*field.type, member == nullptr ? null : *member, out);
    }
  }
}

void append_avro_items(const AvroNode& type, const JsonNode& node, TextBuffer& out) {
  const bool map = type.kind == AvroKind::kMap;
  // A map whose schema is an array of entries is an object in a case.
  const bool entries = !map && node.kind == NodeKind::kObject && type.item().kind == AvroKind::kRecord;
  if (!entries && node.kind != (map ? NodeKind::kObject : NodeKind::kArray)) avro_unfit(type, node);
  const size_t count = node.kind == NodeKind::kObject ? node.members.size() : node.items.size();
  if (count > 0) append_avro_long(out, static_cast<int64_t>(count));
  for (const JsonNode& item : node.items) append_avro_json(type.item(), item, out);
  for (const auto& [name, value] : node.members) {
    if (map) {
      append_avro_bytes(out, name);
      append_avro_json(type.item(), value, out);
      continue;
    }
    JsonNode entry, key;
    key.kind = NodeKind::kString;
    key.text = name;
    entry.kind = NodeKind::kObject;
    entry.members = {{"key", key}, {"value", value}};
    append_avro_json(type.item(), entry, out);
  }
  append_avro_long(out, 0);
}

void append_avro_union(const AvroNode& type, const JsonNode& node, TextBuffer& out) {
  for (size_t i = 0; i < type.children.size(); ++i) {
    const AvroNode& branch = *type.children[i];
    if ((branch.kind == AvroKind::kNull) != node.is_null()) continue;
    TextBuffer bytes;
    append_avro_long(bytes, static_cast<int64_t>(i));
    try {
      append_avro_json(branch, node, bytes);
    } catch (const std::invalid_argument&) {
      if (i + 1 == type.children.size()) throw;
      continue;
    }
    out.append(bytes.view());
    return;
  }
  avro_unfit(type, node);
}

void append_avro_json(const AvroNode& type, const JsonNode& node, TextBuffer& out) {
  switch (type.kind) {
    case AvroKind::kNull:
      if (!node.is_null()) avro_unfit(type, node);
      return;
    case AvroKind::kBoolean:
      if (node.kind != NodeKind::kBoolean) avro_unfit(type, node);
      return out.append(node.boolean ? '\1' : '\0');
    case AvroKind::kInt:
    case AvroKind::kLong: {
      // A number with a fraction is cut, as Java's intValue and longValue do; keys of maps are numbers in quotes.
      const auto value = parse_bigint(node.text.substr(0, node.text.find('.')));
      if ((node.kind != NodeKind::kNumber && node.kind != NodeKind::kString) || !value) avro_unfit(type, node);
      return append_avro_long(out, *value);
    }
    case AvroKind::kFloat:
    case AvroKind::kDouble: {
      const auto value = parse_double(node.text);
      if ((node.kind != NodeKind::kNumber && node.kind != NodeKind::kString) || !value) avro_unfit(type, node);
      if (type.kind == AvroKind::kFloat) return append_avro_raw(out, static_cast<float>(*value));
      return append_avro_raw(out, *value);
    }
    case AvroKind::kString:
      if (node.is_null()) avro_unfit(type, node);
      return append_avro_bytes(out, node.kind == NodeKind::kString ? node.text : node.dump());
    case AvroKind::kEnum:
      for (size_t i = 0; i < type.symbols.size(); ++i) {
        if (node.kind == NodeKind::kString && type.symbols[i] == node.text)
          return append_avro_long(out, static_cast<int64_t>(i));
      }
      avro_unfit(type, node);
    case AvroKind::kBytes:
    case AvroKind::kFixed:
      return append_avro_scalar_bytes(type, node, out);
    case AvroKind::kRecord:
      return append_avro_record(type, node, out);
    case AvroKind::kArray:
    case AvroKind::kMap:
      return append_avro_items(type, node, out);
    case AvroKind::kUnion:
      return append_avro_union(type, node, out);
  }
}

// Builds the tree from the outside in: the innermost open array or object takes what comes.
class AvroJsonTree final : public AvroVisitor {
 public:
  JsonNode root;

  void null() override { add({}); }
  void boolean(bool value) override {
    JsonNode node;
    node.kind = NodeKind::kBoolean;
    node.boolean = value;
    add(std::move(node));
  }
  void integer(int64_t value) override { add(number_of(std::to_string(value))); }
  void number(double value) override {
    JsonNode node = std::isfinite(value) ? number_of(java_double(value)) : text_of(java_double(value));
    node.inexact = true;
    add(std::move(node));
  }
  void decimal(Int128 unscaled, int scale) override { add(number_of(decimal_to_string(unscaled, scale))); }
  void string(std::string_view text) override { add(text_of(text)); }
  void bytes(std::string_view bytes) override { add(text_of(base64_encode(bytes))); }
  void begin_array() override { open(NodeKind::kArray); }
  void end_array() override { close(); }
  void begin_object() override { open(NodeKind::kObject); }
  void member(std::string_view name) override { name_ = name; }
  void end_object() override { close(); }

 private:
  static JsonNode number_of(std::string text) {
    JsonNode node;
    node.kind = NodeKind::kNumber;
    node.text = std::move(text);
    return node;
  }
  static JsonNode text_of(std::string_view text) {
    JsonNode node;
    node.kind = NodeKind::kString;
    node.text = text;
    return node;
  }
  void add(JsonNode node) {
    if (open_.empty()) {
      root = std::move(node);
    } else if (open_.back().second.kind == NodeKind::kArray) {
      open_.back().second.items.push_back(std::move(node));
    } else {
      open_.back().second.members.emplace_back(std::move(name_), std::move(node));
    }
  }
  void open(NodeKind kind) {
    JsonNode node;
    node.kind = kind;
    open_.emplace_back(std::move(name_), std::move(node));
  }
  void close() {
    auto [name, node] = std::move(open_.back());
    open_.pop_back();
    name_ = std::move(name);
    add(std::move(node));
  }

  std::string name_;
  std::vector<std::pair<std::string, JsonNode>> open_;  // with the name under which each goes into the one before
};

}  // namespace

std::string avro_bytes_of_json(const RegisteredSchema& schema, SchemaRegistry& registry, const JsonNode& node) {
  TextBuffer body;
  append_avro_json(AvroSchema::parse(schema, registry)->root(), node, body);
  std::string out;
  append_schema_header(out, schema.id);
  return out += body.view();
}

JsonNode json_of_avro_bytes(SchemaRegistry& registry, std::string_view bytes) {
  const auto id = schema_id_of(bytes);
  if (!id) throw std::invalid_argument("the record has no schema id before its Avro");
  const auto schema = AvroSchema::parse(registry.schema_by_id(*id), registry);
  AvroJsonTree tree;
  const std::string error = walk_avro(*schema, bytes.substr(5), tree);
  if (!error.empty())
    throw std::invalid_argument("the record is no Avro of schema " + std::to_string(*id) + ": " + error);
  return tree.root;
}

}  // namespace weir::cli
