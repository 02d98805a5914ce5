#include "cli/test/case_match.h"

#include <algorithm>
#include <cmath>
#include <regex>

#include "engine/plan/binder.h"
#include "engine/sql/parser.h"
#include "engine/types/text.h"

namespace weir::cli {

namespace {

std::string to_upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

// A number's text as digits and scale, as BigDecimal reads it: 1.10 → 110, 2; 1E+1 → 1, -1.
struct ExactNumber {
  bool negative = false;
  std::string digits;
  int64_t scale = 0;
  bool operator==(const ExactNumber&) const = default;
};

ExactNumber exact_number(std::string text) {
  ExactNumber out;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    out.negative = text[0] == '-';
    text.erase(0, 1);
  }
  const size_t exponent = text.find_first_of("eE");
  if (exponent != std::string::npos) {
    out.scale -= std::stoll(text.substr(exponent + 1));
    text.resize(exponent);
  }
  const size_t point = text.find('.');
  if (point != std::string::npos) {
    out.scale += static_cast<int64_t>(text.size() - point - 1);
    text.erase(point, 1);
  }
  text.erase(0, std::min(text.find_first_not_of('0'), text.size() - 1));
  out.digits = text;
  if (out.digits == "0") out.negative = false;
  return out;
}

bool is_integer(const std::string& text) { return text.find_first_of(".eE") == std::string::npos; }

bool same_number(const std::string& expected, const std::string& actual, bool exact) {
  if (is_integer(actual)) {
    // An integer matches what truncates to it.
    if (is_integer(expected)) return exact_number(expected) == exact_number(actual);
    return std::trunc(std::stod(expected)) == std::stod(actual);
  }
  if (!exact) return std::abs(std::stod(expected) - std::stod(actual)) < 1e-6;
  ExactNumber want = exact_number(expected);
  ExactNumber got = exact_number(actual);
  if (is_integer(expected) && got.scale < 0) {
    got.digits.append(static_cast<size_t>(-got.scale), '0');
    got.scale = 0;
  }
  return want == got;
}

std::string differs(const JsonNode& expected, const JsonNode& actual) {
  return "expected " + expected.dump() + ", got " + actual.dump();
}

std::string compare_window(const JsonNode& key_format, const std::optional<WindowInfo>& window) {
  static const char* const kNames[] = {"TUMBLING", "HOPPING", "SESSION"};
  const std::string wanted = to_upper(key_format.string_or("windowType", ""));
  std::string got;
  if (window) got = kNames[window->kind == sql::WindowClause::Kind::kTumbling ? 0 : window->kind == sql::WindowClause::Kind::kHopping ? 1 : 2];
  if (wanted != got) return "expected the window type '" + wanted + "', got '" + got + "'";
  const std::string size = key_format.string_or("windowSize", "");
  if (!size.empty() && window && size != std::to_string(window->size_ms)) {
    return "expected a window of " + size + " ms, got " + std::to_string(window->size_ms);
  }
  return "";
}

}  // namespace

std::string compare_values(const JsonNode& expected, const JsonNode& actual, bool exact) {
  using Kind = JsonNode::Kind;
  switch (expected.kind) {
    case Kind::kNull:
      return actual.is_null() ? "" : differs(expected, actual);
    case Kind::kBoolean:
      return actual.kind == Kind::kBoolean && actual.boolean == expected.boolean ? "" : differs(expected, actual);
    case Kind::kNumber:
      return actual.kind == Kind::kNumber && same_number(expected.text, actual.text, exact && !actual.inexact)
                 ? ""
                 : differs(expected, actual);
    case Kind::kString:
      if (actual.kind == Kind::kString && actual.text == expected.text) return "";
      if (actual.kind == Kind::kNumber && std::regex_match(expected.text, std::regex("[-+]?[0-9.]+([eE][-+]?[0-9]+)?")) &&
          exact_number(expected.text) == exact_number(actual.text)) {
        return "";
      }
      return differs(expected, actual);
    case Kind::kArray:
      if (actual.kind != Kind::kArray || actual.items.size() != expected.items.size()) return differs(expected, actual);
      for (size_t i = 0; i < expected.items.size(); ++i) {
        const std::string difference = compare_values(expected.items[i], actual.items[i], exact);
        if (!difference.empty()) return "[" + std::to_string(i) + "] " + difference;
      }
      return "";
    case Kind::kObject:
      if (actual.kind != Kind::kObject || actual.members.size() != expected.members.size()) return differs(expected, actual);
      for (const auto& [name, value] : expected.members) {
        const JsonNode* found = actual.find(name);
        if (found == nullptr) found = actual.find(to_upper(name));
        // As in ksqlDB's own runner: a field that isn't there is null.
        if (found == nullptr && value.kind == Kind::kNull) continue;
        if (found == nullptr) return name + " is missing: " + differs(expected, actual);
        const std::string difference = compare_values(value, *found, exact);
        if (!difference.empty()) return name + ": " + difference;
      }
      return "";
  }
  return "";
}

std::vector<std::string> missing_names(std::string expected, const std::string& message) {
  // The statement itself, which ksqlDB repeats behind some messages, is no part of what a message must name.
  expected.resize(std::min(expected.size(), expected.find("\nStatement:")));
  // A parser's set of tokens that it would have taken is no part of what a message must name.
  expected = std::regex_replace(expected, std::regex("(Expecting|missing|extraneous)[^\n]*"), "");
  // An apostrophe within a word is no quote.
  expected = std::regex_replace(expected, std::regex("([a-z])'([a-z])"), "$1$2");
  const auto plain = [](const std::string& text) {
    std::string out = to_upper(text);
    std::erase_if(out, [](char c) { return c == '`' || c == '\'' || c == '"'; });
    return out;
  };
  const std::string said = plain(message);
  std::vector<std::string> missing;
  // An apostrophe within a word is no quote.
  static const std::regex quoted("`([^`\n]{1,60})`|(?:^|[^A-Za-z0-9])'([^'\n]{1,60})'(?![A-Za-z0-9])");
  for (std::sregex_iterator it(expected.begin(), expected.end(), quoted), end; it != end; ++it) {
    const std::string name = (*it)[1].matched ? (*it)[1].str() : (*it)[2].str();
    const bool is_name = std::any_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) != 0; });
    if (is_name && said.find(plain(name)) == std::string::npos) missing.push_back(name);
  }
  return missing;
}

std::string compare_source(const JsonNode& expected, const Source& source) {
  const std::string type = to_upper(expected.string_or("type", ""));
  if (!type.empty() && type != sql::source_kind_name(source.kind)) return "it is a " + std::string(sql::source_kind_name(source.kind));
  const std::string schema = expected.string_or("schema", "");
  if (!schema.empty()) {
    const sql::StatementPtr parsed = sql::parse_statement(
        (schema.find("PRIMARY KEY") == std::string::npos ? "CREATE STREAM X (" : "CREATE TABLE X (") + schema + ") WITH (A='a');");
    const auto& elements = std::get<sql::CreateSource>(parsed->body).elements;
    std::string wanted, got;
    for (const auto& element : elements) {
      wanted += element.name.name + " " + resolve_type(*element.type, nullptr)->to_string() +
                (element.role == sql::ColumnDefinition::Role::kKey || element.role == sql::ColumnDefinition::Role::kPrimaryKey ? " KEY, " : ", ");
    }
    for (const SourceColumn& column : source.columns) {
      got += column.name + " " + column.type->to_string() + (column.role == SourceColumn::Role::kKey ? " KEY, " : ", ");
    }
    if (wanted != got) return "expected the columns " + wanted + "got " + got;
  }
  for (const bool key : {true, false}) {
    const JsonNode* format = expected.find(key ? "keyFormat" : "valueFormat");
    if (format == nullptr) continue;
    const std::string wanted = format->kind == JsonNode::Kind::kString ? format->text : format->string_or("format", "");
    const std::string got = format_name((key ? source.key_format : source.value_format).kind);
    if (!wanted.empty() && wanted != got) return "expected the format " + wanted + ", got " + got;
    if (!key || format->kind == JsonNode::Kind::kString) continue;
    const std::string difference = compare_window(*format, source.window);
    if (!difference.empty()) return difference;
  }
  return "";
}

}  // namespace weir::cli
