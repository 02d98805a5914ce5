#include "cli/test/json_node.h"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "engine/types/text.h"

namespace weir::cli {

namespace {

using Parser = nlohmann::json;

class NodeBuilder : public nlohmann::json_sax<Parser> {
 public:
  JsonNode root;
  std::string failure;

  bool null() override { return add({}); }
  bool boolean(bool value) override {
    JsonNode node;
    node.kind = JsonNode::Kind::kBoolean;
    node.boolean = value;
    return add(std::move(node));
  }
  bool number_integer(number_integer_t value) override { return number(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return number(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& text) override { return number(text); }
  bool string(string_t& value) override {
    JsonNode node;
    node.kind = JsonNode::Kind::kString;
    node.text = std::move(value);
    return add(std::move(node));
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(JsonNode::Kind::kObject); }
  bool start_array(std::size_t) override { return open(JsonNode::Kind::kArray); }
  bool key(string_t& name) override {
    stack_.back()->members.push_back({std::move(name), {}});
    return true;
  }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& e) override {
    failure = e.what();
    return false;
  }

 private:
  JsonNode* place() {
    if (stack_.empty()) return &root;
    JsonNode* parent = stack_.back();
    if (parent->kind == JsonNode::Kind::kObject) return &parent->members.back().value;
    parent->items.emplace_back();
    return &parent->items.back();
  }
  bool add(JsonNode node) {
    *place() = std::move(node);
    return true;
  }
  bool number(std::string text) {
    JsonNode node;
    node.kind = JsonNode::Kind::kNumber;
    node.text = std::move(text);
    return add(std::move(node));
  }
  bool open(JsonNode::Kind kind) {
    JsonNode* node = place();
    node->kind = kind;
    stack_.push_back(node);
    return true;
  }
  bool close() {
    stack_.pop_back();
    return true;
  }
  std::vector<JsonNode*> stack_;  // only ancestors: their vectors don't grow while a child is open
};

void dump_to(const JsonNode& node, std::string& out) {
  switch (node.kind) {
    case JsonNode::Kind::kNull:
      out += "null";
      return;
    case JsonNode::Kind::kBoolean:
      out += node.boolean ? "true" : "false";
      return;
    case JsonNode::Kind::kNumber:
      out += node.text;
      return;
    case JsonNode::Kind::kString:
      append_json_quoted(out, node.text);
      return;
    case JsonNode::Kind::kArray:
      out += "[";
      for (size_t i = 0; i < node.items.size(); ++i) {
        if (i > 0) out += ",";
        dump_to(node.items[i], out);
      }
      out += "]";
      return;
    case JsonNode::Kind::kObject:
      out += "{";
      for (size_t i = 0; i < node.members.size(); ++i) {
        if (i > 0) out += ",";
        append_json_quoted(out, node.members[i].name);
        out += ":";
        dump_to(node.members[i].value, out);
      }
      out += "}";
      return;
  }
}

}  // namespace

const JsonNode* JsonNode::find(const std::string& name) const {
  for (const auto& [key, value] : members) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::string JsonNode::string_or(const std::string& name, const std::string& otherwise) const {
  const JsonNode* node = find(name);
  return node != nullptr && (node->kind == Kind::kString || node->kind == Kind::kNumber) ? node->text : otherwise;
}

std::string JsonNode::dump() const {
  std::string out;
  dump_to(*this, out);
  return out;
}

JsonNode parse_json(std::string_view text) {
  NodeBuilder builder;
  if (!Parser::sax_parse(text, &builder, Parser::input_format_t::json, true, true)) {
    throw std::invalid_argument(builder.failure.empty() ? "no JSON" : builder.failure);
  }
  return std::move(builder.root);
}

}  // namespace weir::cli
