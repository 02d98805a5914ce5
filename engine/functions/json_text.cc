#include "engine/functions/json_text.h"

#include <bitset>
#include <cstdlib>

#include "engine/functions/utf16_text.h"
#include "engine/types/text.h"

namespace weir {
namespace {

bool is_json_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_json_digit(char c) { return c >= '0' && c <= '9'; }

int hex_digit_value(char c) {
  if (is_json_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The four hexadecimal digits of an escape; -1 if they aren't there.
int32_t escaped_unit(std::string_view text, size_t at) {
  if (at + 4 > text.size()) return -1;
  int32_t unit = 0;
  for (size_t i = at; i < at + 4; ++i) {
    const int digit = hex_digit_value(text[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

// Checks one value and finds its end.
class JsonChecker {
 public:
  explicit JsonChecker(std::string_view text) : text_(text) {}

  // Without recursion: `is_object_` remembers what each open bracket is.
  bool check_value() {
    while (true) {
      if (!check_start()) return false;
      // After a complete value: close what ends here, go on with the next element.
      while (true) {
        if (opened_) {
          opened_ = false;
          break;
        }
        if (depth_ == 0) return true;
        skip_blanks();
        if (accept(',')) {
          skip_blanks();
          if (is_object_[depth_ - 1] && !check_name()) return false;
          break;
        }
        if (!accept(is_object_[depth_ - 1] ? '}' : ']')) return false;
        --depth_;
      }
    }
  }

  void skip_blanks() {
    while (at_ < text_.size() && is_json_blank(text_[at_])) ++at_;
  }
  size_t position() const { return at_; }

 private:
  bool accept(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool accept_word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  // A scalar, an empty container, or the start of one up to its first value; `opened_` then tells that a value must
  // follow.
  bool check_start() {
    skip_blanks();
    if (at_ >= text_.size()) return false;
    switch (text_[at_]) {
      case '{':
      case '[':
        return check_container(text_[at_] == '{');
      case '"':
        return check_string();
      case 't':
        return accept_word("true");
      case 'f':
        return accept_word("false");
      case 'n':
        return accept_word("null");
      default:
        return check_number();
    }
  }

  bool check_container(bool object) {
    ++at_;
    skip_blanks();
    if (depth_ == kMaxJsonDepth) return false;
    if (accept(object ? '}' : ']')) return true;
    is_object_[depth_++] = object;
    opened_ = true;
    return !object || check_name();
  }

  bool check_name() {
    if (at_ >= text_.size() || text_[at_] != '"' || !check_string()) return false;
    skip_blanks();
    return accept(':');
  }

  bool check_string() {
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') continue;
      if (at_ >= text_.size()) return false;
      const char escape = text_[at_++];
      if (escape == 'u') {
        if (escaped_unit(text_, at_) < 0) return false;
        at_ += 4;
      } else if (std::string_view("\"\\/bfnrt").find(escape) == std::string_view::npos) {
        return false;
      }
    }
    return false;
  }

  bool check_digits() {
    const size_t first = at_;
    while (at_ < text_.size() && is_json_digit(text_[at_])) ++at_;
    return at_ > first;
  }

  bool check_number() {
    accept('-');
    const size_t first = at_;
    if (!check_digits()) return false;
    if (text_[first] == '0' && at_ > first + 1) return false;
    if (accept('.') && !check_digits()) return false;
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (!accept('+')) accept('-');
      if (!check_digits()) return false;
    }
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t depth_ = 0;
  bool opened_ = false;
  std::bitset<kMaxJsonDepth> is_object_;
};

JsonKind kind_of_start(char c) {
  switch (c) {
    case '{':
      return JsonKind::kObject;
    case '[':
      return JsonKind::kArray;
    case '"':
      return JsonKind::kString;
    case 't':
      return JsonKind::kTrue;
    case 'f':
      return JsonKind::kFalse;
    case 'n':
      return JsonKind::kNull;
    default:
      return JsonKind::kNumber;
  }
}

// Where the string that starts at `at` ends.
size_t end_of_string(std::string_view text, size_t at) {
  for (++at; text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at + 1;
}

// Where the value that starts at `at` ends, in a text that was checked.
size_t end_of_value(std::string_view text, size_t at) {
  const char first = text[at];
  if (first == '"') return end_of_string(text, at);
  if (first != '{' && first != '[') {
    while (at < text.size() && text[at] != ',' && text[at] != ']' && text[at] != '}' && !is_json_blank(text[at])) ++at;
    return at;
  }
  size_t depth = 0;
  while (true) {
    const char c = text[at];
    if (c == '"') {
      at = end_of_string(text, at);
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    ++at;
    if (depth == 0) return at;
  }
}

// A number with a fraction or an exponent as Java's BigDecimal.toString prints it.
void append_big_decimal(std::string& out, std::string_view text) {
  const bool negative = text[0] == '-';
  std::string digits;
  int64_t scale = 0;
  size_t at = negative ? 1 : 0;
  bool fraction = false;
  for (; at < text.size() && text[at] != 'e' && text[at] != 'E'; ++at) {
    if (text[at] == '.') {
      fraction = true;
      continue;
    }
    if (fraction) ++scale;
    if (!digits.empty() || text[at] != '0') digits += text[at];
  }
  if (at < text.size()) scale -= std::strtoll(std::string(text.substr(at + 1)).c_str(), nullptr, 10);
  if (digits.empty()) {
    digits = "0";
  } else if (negative) {
    out += '-';
  }
  const int64_t exponent = static_cast<int64_t>(digits.size()) - 1 - scale;
  if (scale >= 0 && exponent >= -6) {
    const auto behind = static_cast<size_t>(scale);
    if (behind >= digits.size()) digits.insert(0, behind - digits.size() + 1, '0');
    if (behind > 0) digits.insert(digits.size() - behind, 1, '.');
    out += digits;
    return;
  }
  out += digits[0];
  if (digits.size() > 1) out += '.' + digits.substr(1);
  if (exponent != 0) out += (exponent > 0 ? "E+" : "E") + std::to_string(exponent);
}

void append_compact_number(std::string& out, std::string_view text) {
  if (text.find_first_of(".eE") != std::string_view::npos) return append_big_decimal(out, text);
  out += text == "-0" ? "0" : text;
}

void append_compact_string(std::string& out, std::string_view quoted) {
  if (quoted.find('\\') == std::string_view::npos) {
    out += quoted;
    return;
  }
  std::string scratch;
  append_json_quoted(out, json_string_text(quoted, scratch));
}

}  // namespace

std::optional<JsonView> read_json(std::string_view text, size_t* after) {
  JsonChecker checker(text);
  checker.skip_blanks();
  const size_t start = checker.position();
  if (!checker.check_value()) return std::nullopt;
  const std::string_view value = text.substr(start, checker.position() - start);
  const JsonKind kind = kind_of_start(value[0]);
  const bool delimited = kind == JsonKind::kObject || kind == JsonKind::kArray || kind == JsonKind::kString;
  if (!delimited && checker.position() < text.size() && !is_json_blank(text[checker.position()])) return std::nullopt;
  checker.skip_blanks();
  if (after) *after = checker.position();
  return JsonView{kind, value};
}

bool is_blank_json(std::string_view text) {
  for (char c : text) {
    if (!is_json_blank(c)) return false;
  }
  return true;
}

void JsonWalker::skip_blanks() {
  while (is_json_blank(text_[at_])) ++at_;
}

std::string_view JsonWalker::take_value() {
  skip_blanks();
  const size_t end = end_of_value(text_, at_);
  const std::string_view value = text_.substr(at_, end - at_);
  at_ = end;
  skip_blanks();
  return value;
}

bool JsonWalker::next() {
  skip_blanks();
  if (text_[at_] == ',') ++at_;
  skip_blanks();
  if (text_[at_] == ']' || text_[at_] == '}') return false;
  if (object_) {
    name_ = take_value();
    ++at_;  // the colon
  }
  const std::string_view value = take_value();
  value_ = {kind_of_start(value[0]), value};
  return true;
}

std::string_view json_string_text(std::string_view quoted, std::string& scratch) {
  const std::string_view text = quoted.substr(1, quoted.size() - 2);
  size_t at = text.find('\\');
  if (at == std::string_view::npos) return text;
  scratch.assign(text.substr(0, at));
  while (at < text.size()) {
    if (text[at] != '\\') {
      scratch += text[at++];
      continue;
    }
    const char escape = text[at + 1];
    at += 2;
    switch (escape) {
      case 'b':
        scratch += '\b';
        break;
      case 'f':
        scratch += '\f';
        break;
      case 'n':
        scratch += '\n';
        break;
      case 'r':
        scratch += '\r';
        break;
      case 't':
        scratch += '\t';
        break;
      case 'u': {
        auto code = static_cast<char32_t>(escaped_unit(text, at));
        at += 4;
        if (code >= 0xD800 && code < 0xDC00 && text.substr(at, 2) == "\\u") {
          const auto low = static_cast<char32_t>(escaped_unit(text, at + 2));
          if (low >= 0xDC00 && low < 0xE000) {
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            at += 6;
          }
        }
        char bytes[4];
        scratch.append(bytes, encode_utf8(code, bytes));
        break;
      }
      default:
        scratch += escape;
    }
  }
  return scratch;
}

void append_compact_json(std::string& out, const JsonView& value) {
  switch (value.kind) {
    case JsonKind::kTrue:
    case JsonKind::kFalse:
    case JsonKind::kNull:
      out += value.text;
      return;
    case JsonKind::kNumber:
      return append_compact_number(out, value.text);
    case JsonKind::kString:
      return append_compact_string(out, value.text);
    case JsonKind::kArray:
    case JsonKind::kObject:
      break;
  }
  // Token by token: brackets, commas and colons as they are, white space left out.
  for (size_t at = 0; at < value.text.size();) {
    const char c = value.text[at];
    if (is_json_blank(c)) {
      ++at;
    } else if (c == '{' || c == '}' || c == '[' || c == ']' || c == ',' || c == ':') {
      out += c;
      ++at;
    } else {
      const size_t end = end_of_value(value.text, at);
      append_compact_json(out, {kind_of_start(c), value.text.substr(at, end - at)});
      at = end;
    }
  }
}

}  // namespace weir
