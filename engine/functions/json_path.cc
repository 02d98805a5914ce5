#include "engine/functions/json_path.h"

#include <cctype>
#include <stdexcept>

#include "engine/types/text.h"

namespace weir {
namespace {

[[noreturn]] void refuse_json_path(std::string_view path, const std::string& why) {
  throw std::invalid_argument("the JSON path '" + std::string(path) + "' is not valid: " + why);
}

bool is_bare_name_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) || c == '_' || c == '-' || c == ':' || byte >= 0x80;
}

// A quoted name at `at`; leaves `at` behind the closing quote.
std::string quoted_name(std::string_view path, size_t& at) {
  const char quote = path[at++];
  std::string name;
  for (; at < path.size(); ++at) {
    if (path[at] == quote) {
      ++at;
      return name;
    }
    if (path[at] == '\\' && at + 1 < path.size()) ++at;
    name += path[at];
  }
  refuse_json_path(path, "a quote isn't closed");
}

std::string bare_name(std::string_view path, size_t& at) {
  const size_t from = at;
  while (at < path.size() && is_bare_name_character(path[at])) ++at;
  if (at == from) refuse_json_path(path, "a name or number is missing at character " + std::to_string(at + 1));
  return std::string(path.substr(from, at - from));
}

bool is_json_quote(std::string_view path, size_t at) {
  return at < path.size() && (path[at] == '"' || path[at] == '\'');
}

}  // namespace

JsonPath::JsonPath(std::string_view path) {
  if (path.empty() || path[0] != '$') refuse_json_path(path, "it must start with '$'");
  for (size_t at = 1; at < path.size();) {
    const char c = path[at++];
    if (c != '.' && c != '[') refuse_json_path(path, "'.' or '[' expected at character " + std::to_string(at));
    Step step;
    step.name = is_json_quote(path, at) ? quoted_name(path, at) : bare_name(path, at);
    if (c == '[') {
      if (at >= path.size() || path[at] != ']') refuse_json_path(path, "']' is missing");
      ++at;
    }
    const auto number = parse_int(step.name);
    if (number && *number >= 0) step.index = static_cast<uint32_t>(*number);
    steps_.push_back(std::move(step));
  }
}

std::optional<JsonView> JsonPath::find(const JsonView& root) const {
  JsonView at = root;
  std::string scratch;
  for (const Step& step : steps_) {
    std::optional<JsonView> next;
    if (at.kind == JsonKind::kArray && step.index) {
      JsonWalker walker(at);
      for (uint32_t i = 0; walker.next(); ++i) {
        if (i < *step.index) continue;
        next = walker.value();
        break;
      }
    } else if (at.kind == JsonKind::kObject) {
      for (JsonWalker walker(at); walker.next();) {
        if (json_string_text(walker.name(), scratch) == step.name) next = walker.value();
      }
    }
    if (!next) return std::nullopt;
    at = *next;
  }
  return at;
}

}  // namespace weir
