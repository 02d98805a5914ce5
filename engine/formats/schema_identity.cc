#include "engine/formats/schema_identity.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

namespace weir {
namespace {

bool is_word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.'; }

// {"type": "int"} is "int", wherever Avro takes a type.
nlohmann::json shortest_avro(const nlohmann::json& schema) {
  if (schema.is_array()) {
    nlohmann::json out = nlohmann::json::array();
    for (const nlohmann::json& item : schema) out.push_back(shortest_avro(item));
    return out;
  }
  if (!schema.is_object()) return schema;
  if (schema.size() == 1 && schema.contains("type") && schema["type"].is_string()) return schema["type"];
  nlohmann::json out = nlohmann::json::object();
  for (const auto& [name, value] : schema.items()) {
    const bool holds_types = name == "type" || name == "fields" || name == "items" || name == "values";
    out[name] = holds_types ? shortest_avro(value) : value;
  }
  return out;
}

// Reads a .proto text as its words and signs; words that would run together are kept apart by one blank.
class ProtoTokens {
 public:
  explicit ProtoTokens(const std::string& text) : text_(text) {}

  // nullopt: a comment or a string that isn't closed, or nothing at all.
  std::optional<std::string> joined() {
    while (at_ < text_.size()) {
      if (std::isspace(static_cast<unsigned char>(text_[at_])) != 0) {
        ++at_;
      } else if (text_.compare(at_, 2, "//") == 0) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (text_.compare(at_, 2, "/*") == 0) {
        const size_t end = text_.find("*/", at_ + 2);
        if (end == std::string::npos) return std::nullopt;
        at_ = end + 2;
      } else if (!take_token()) {
        return std::nullopt;
      }
    }
    if (out_.empty()) return std::nullopt;
    return out_;
  }

 private:
  bool take_token() {
    const size_t begin = at_++;
    if (text_[begin] == '"' || text_[begin] == '\'') {
      while (at_ < text_.size() && text_[at_] != text_[begin]) at_ += text_[at_] == '\\' ? 2 : 1;
      if (at_ >= text_.size()) return false;
      ++at_;
    } else if (is_word_character(text_[begin])) {
      while (at_ < text_.size() && is_word_character(text_[at_])) ++at_;
      if (!out_.empty() && is_word_character(out_.back())) out_.push_back(' ');
    }
    out_.append(text_, begin, at_ - begin);
    return true;
  }

  const std::string& text_;
  size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::optional<std::string> canonical_schema(const std::string& type, const std::string& schema) {
  if (type == "PROTOBUF") return ProtoTokens(schema).joined();
  constexpr auto kReplaceBadText = nlohmann::json::error_handler_t::replace;
  if (type == "AVRO") {
    const auto json = nlohmann::json::parse(schema, nullptr, false);
    if (!json.is_string() && !json.is_object() && !json.is_array()) return std::nullopt;
    return shortest_avro(json).dump(-1, ' ', false, kReplaceBadText);
  }
  const auto json = nlohmann::ordered_json::parse(schema, nullptr, false);
  if (!json.is_object() && !json.is_boolean()) return std::nullopt;
  return json.dump(-1, ' ', false, kReplaceBadText);
}

std::string schema_identity(const std::string& type, const std::string& schema,
                            const std::vector<SchemaReference>& references) {
  std::vector<std::string> names;
  for (const SchemaReference& reference : references) {
    names.push_back(reference.name + '\0' + reference.subject + '\0' + std::to_string(reference.version));
  }
  std::sort(names.begin(), names.end());
  std::string identity = type + '\0' + canonical_schema(type, schema).value_or(schema);
  for (const std::string& name : names) identity += '\0' + name;
  return identity;
}

void check_schema_text(const std::string& subject, const std::string& type, const std::string& schema) {
  using Kind = SchemaRegistryError::Kind;
  if (type != "AVRO" && type != "JSON" && type != "PROTOBUF") {
    throw SchemaRegistryError(Kind::kInvalid, "The schema for subject " + subject + " is of the type " + type +
                                                  ", which doesn't exist. There is AVRO, JSON and PROTOBUF.");
  }
  if (canonical_schema(type, schema)) return;
  const std::string expected = type == "PROTOBUF" ? "the text of a .proto file"
                               : type == "AVRO" ? "JSON: an object, an array (a union) or the name of a type in quotes"
                                                : "a JSON object, true or false";
  throw SchemaRegistryError(Kind::kInvalid, "The schema for subject " + subject + " can't be one of the type " + type +
                                                ": expected " + expected + ".");
}

}  // namespace weir
