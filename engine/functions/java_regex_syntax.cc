#include "engine/functions/java_regex_syntax.h"

#include <cctype>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <vector>

#include "engine/functions/text_encoding.h"
#include "engine/functions/utf16_text.h"

namespace weir {
namespace {

// The inside of a PCRE2 character class for a property that Java knows under another name; empty if it isn't one.
std::string_view java_property_class(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> kClasses[] = {
      {"Lower", "a-z"},
      {"Upper", "A-Z"},
      {"ASCII", "\\x00-\\x7F"},
      {"Alpha", "a-zA-Z"},
      {"Digit", "0-9"},
      {"Alnum", "a-zA-Z0-9"},
      {"Punct", "!-\\/:-@\\[-`{-~"},
      {"Graph", "!-~"},
      {"Print", " -~"},
      {"Blank", " \\t"},
      {"Cntrl", "\\x00-\\x1F\\x7F"},
      {"XDigit", "0-9a-fA-F"},
      {"Space", " \\t\\n\\x0B\\f\\r"},
      {"IsAlphabetic", "\\p{L}\\p{Nl}"},
      {"IsLetter", "\\p{L}"},
      {"IsLowercase", "\\p{Ll}"},
      {"IsUppercase", "\\p{Lu}"},
      {"IsTitlecase", "\\p{Lt}"},
      {"IsDigit", "\\p{Nd}"},
      {"IsPunctuation", "\\p{P}"},
      {"IsControl", "\\p{Cc}"},
      {"IsWhite_Space", "\\p{Xps}"},
      {"javaLowerCase", "\\p{Ll}"},
      {"javaUpperCase", "\\p{Lu}"},
      {"javaTitleCase", "\\p{Lt}"},
      {"javaAlphabetic", "\\p{L}\\p{Nl}"},
      {"javaLetter", "\\p{L}"},
      {"javaDigit", "\\p{Nd}"},
      {"javaLetterOrDigit", "\\p{L}\\p{Nd}"},
      {"javaWhitespace", "\\p{Z}\\t-\\r\\x1C-\\x1F"},
      {"javaSpaceChar", "\\p{Z}"},
      {"javaISOControl", "\\x00-\\x1F\\x7F-\\x{9F}"},
  };
  for (const auto& [known, inside] : kClasses) {
    if (known == name) return inside;
  }
  return {};
}

std::string hex_escape(uint32_t code) {
  char text[16];
  std::snprintf(text, sizeof text, "\\x{%X}", code);
  return text;
}

// A set of characters: what stands inside one pair of brackets, and sets that can't.
struct CharacterSet {
  std::string items;
  std::vector<std::string> alternatives;

  bool empty() const { return items.empty() && alternatives.empty(); }
  // A pattern for one character of the set.
  std::string pattern() const {
    if (alternatives.empty()) return "[" + items + "]";
    std::string out = "(?:";
    if (!items.empty()) out += "[" + items + "]|";
    for (size_t i = 0; i < alternatives.size(); ++i) out += (i > 0 ? "|" : "") + alternatives[i];
    return out + ")";
  }
};

class RegexTranslator {
 public:
  explicit RegexTranslator(std::string_view pattern) : in_(pattern) {}

  RegexSyntax translate() {
    while (at_ < in_.size()) {
      const char c = in_[at_];
      if (c == '\\') {
        translate_escape();
      } else if (c == '[') {
        ++at_;
        out_ += translate_class();
      } else if (c == '{') {
        translate_counter();
      } else if (c == '(') {
        translate_group_start();
      } else if (c == '#' && comments_) {
        while (at_ < in_.size() && in_[at_] != '\n') out_ += in_[at_++];
      } else {
        out_ += c;
        ++at_;
      }
    }
    return {std::move(out_), unicode_};
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw std::invalid_argument("the regular expression '" + std::string(in_) + "' is not valid: " + what +
                                " at character " + std::to_string(at_ + 1));
  }

  bool starts_with(std::string_view text) const { return in_.substr(at_, text.size()) == text; }

  // \uXXXX, behind the u: the code point, of a surrogate pair if two follow each other.
  uint32_t take_utf16_code() {
    const auto unit = [this]() -> std::optional<uint32_t> {
      if (at_ + 4 > in_.size()) return std::nullopt;
      uint32_t value = 0;
      for (size_t i = at_; i < at_ + 4; ++i) {
        const int digit = hex_value(in_[i]);
        if (digit < 0) return std::nullopt;
        value = value * 16 + static_cast<uint32_t>(digit);
      }
      at_ += 4;
      return value;
    };
    const auto high = unit();
    if (!high) fail("\\u needs four hexadecimal digits");
    if (*high >= 0xD800 && *high < 0xDC00 && starts_with("\\u")) {
      const size_t before = at_;
      at_ += 2;
      const auto low = unit();
      if (low && *low >= 0xDC00 && *low < 0xE000) return 0x10000 + ((*high - 0xD800) << 10) + (*low - 0xDC00);
      at_ = before;
    }
    return *high;
  }

  // \0n, \0nn, \0mnn, behind the 0.
  uint32_t take_octal_code() {
    uint32_t code = 0;
    int digits = 0;
    while (digits < 3 && at_ < in_.size() && in_[at_] >= '0' && in_[at_] <= '7' && code * 8 + 7 <= 0377) {
      code = code * 8 + static_cast<uint32_t>(in_[at_++] - '0');
      ++digits;
    }
    if (digits == 0) fail("\\0 needs octal digits");
    return code;
  }

  // \p or \P, behind the letter: the property's name.
  std::string take_property() {
    if (at_ < in_.size() && in_[at_] != '{') return std::string(1, in_[at_++]);
    const size_t close = in_.find('}', at_);
    if (close == std::string_view::npos) fail("the name of a property isn't closed");
    std::string name(in_.substr(at_ + 1, close - at_ - 1));
    at_ = close + 1;
    for (std::string_view prefix : {"script=", "sc=", "general_category=", "gc="}) {
      if (name.starts_with(prefix)) name.erase(0, prefix.size());
    }
    return name;
  }

  // The set of a property; `negated` for \P.
  CharacterSet property_set(bool negated) {
    const std::string name = take_property();
    const std::string_view inside = java_property_class(name);
    if (!inside.empty()) {
      if (!negated) return {std::string(inside), {}};
      return {{}, {"[^" + std::string(inside) + "]"}};
    }
    const std::string plain = name.starts_with("Is") ? name.substr(2) : name;
    return {std::string(negated ? "\\P{" : "\\p{") + plain + "}", {}};
  }

  // The text between \Q and \E, behind the \Q.
  std::string_view take_quoted() {
    const size_t end = in_.find("\\E", at_);
    const std::string_view text = in_.substr(at_, end == std::string_view::npos ? end : end - at_);
    at_ = end == std::string_view::npos ? in_.size() : end + 2;
    return text;
  }

  static void append_literal(std::string& out, std::string_view text) {
    for (char c : text) {
      if (static_cast<unsigned char>(c) < 0x80 && !std::isalnum(static_cast<unsigned char>(c))) out += '\\';
      out += c;
    }
  }

  void translate_escape() {
    ++at_;
    if (at_ == in_.size()) fail("it ends with '\\'");
    const char c = in_[at_++];
    switch (c) {
      case 'Q':
        append_literal(out_, take_quoted());
        return;
      case 'u':
        out_ += hex_escape(take_utf16_code());
        return;
      case '0':
        out_ += hex_escape(take_octal_code());
        return;
      case 'p':
      case 'P':
        out_ += property_set(c == 'P').pattern();
        return;
      case 'E':
        fail("'\\E' without '\\Q'");
      case 'N':
      case 'K':
      case 'C':
      case 'g':
      case 'o':
        fail(std::string("'\\") + c + "' has no meaning");
      default:
        out_ += '\\';
        out_ += c;
    }
  }

  // Behind the opening bracket.
  std::string translate_class() {
    const bool negated = starts_with("^");
    if (negated) ++at_;
    std::vector<CharacterSet> parts(1);
    for (bool first = true;; first = false) {
      if (at_ == in_.size()) fail("a character class isn't closed");
      if (in_[at_] == ']' && !first) {
        ++at_;
        break;
      }
      if (starts_with("&&")) {
        at_ += 2;
        if (!parts.back().empty()) parts.emplace_back();
        continue;
      }
      translate_class_item(parts.back());
    }
    if (parts.size() > 1 && parts.back().empty()) parts.pop_back();
    if (parts[0].empty()) fail("a character class is empty");
    if (negated && parts.size() == 1 && parts[0].alternatives.empty()) return "[^" + parts[0].items + "]";
    std::string out;
    for (size_t i = 1; i < parts.size(); ++i) out += "(?=" + parts[i].pattern() + ")";
    out += parts[0].pattern();
    if (negated) return "(?:(?!" + out + ")(?s:.))";
    return parts.size() > 1 ? "(?:" + out + ")" : out;
  }

  void translate_class_item(CharacterSet& set) {
    const char c = in_[at_++];
    if (c == '[') {
      set.alternatives.push_back(translate_class());
    } else if (c == '\\') {
      translate_class_escape(set);
    } else if (c == ']' || c == '^' || c == ':' || c == '.' || c == '=') {
      // The last three would make a POSIX class of "[:alpha:]".
      set.items += '\\';
      set.items += c;
    } else {
      set.items += c;
    }
  }

  void translate_class_escape(CharacterSet& set) {
    if (at_ == in_.size()) fail("a character class isn't closed");
    const char c = in_[at_++];
    switch (c) {
      case 'Q':
        append_literal(set.items, take_quoted());
        return;
      case 'u':
        set.items += hex_escape(take_utf16_code());
        return;
      case '0':
        set.items += hex_escape(take_octal_code());
        return;
      case 'p':
      case 'P': {
        CharacterSet property = property_set(c == 'P');
        set.items += property.items;
        for (std::string& alternative : property.alternatives) set.alternatives.push_back(std::move(alternative));
        return;
      }
      case 'b':
      case 'E':
      case 'N':
        fail(std::string("'\\") + c + "' has no meaning in a character class");
      default:
        set.items += '\\';
        set.items += c;
    }
  }

  // Java refuses a brace that doesn't count, PCRE2 would take it literally.
  void translate_counter() {
    size_t end = at_ + 1;
    const auto digits = [&] {
      const size_t from = end;
      while (end < in_.size() && std::isdigit(static_cast<unsigned char>(in_[end]))) ++end;
      return end > from;
    };
    if (!digits()) fail("'{' needs a number of repetitions; write '\\{' for the character");
    if (end < in_.size() && in_[end] == ',') {
      ++end;
      digits();
    }
    if (end >= in_.size() || in_[end] != '}') fail("a number of repetitions isn't closed");
    out_ += in_.substr(at_, end + 1 - at_);
    at_ = end + 1;
  }

  // Flags that PCRE2 doesn't have, or has with another meaning: d, u, U.
  void translate_group_start() {
    out_ += in_[at_++];
    if (starts_with("*")) fail("nothing to repeat before '*'");
    if (!starts_with("?")) return;
    size_t end = at_ + 1;
    while (end < in_.size() && (std::isalpha(static_cast<unsigned char>(in_[end])) || in_[end] == '-')) ++end;
    if (end >= in_.size() || (in_[end] != ')' && in_[end] != ':') || end == at_ + 1) return;
    std::string flags;
    bool off = false;
    for (char flag : in_.substr(at_ + 1, end - at_ - 1)) {
      if (flag == '-') off = true;
      if (flag == 'x') comments_ = !off;
      if (flag == 'U' && !off) unicode_ = true;
      if (flag != 'd' && flag != 'u' && flag != 'U') flags += flag;
    }
    if (flags == "-") flags.clear();
    out_ += "?" + flags;
    at_ = end;
    // A group of its own for flags that are gone would be empty: "(?)" is allowed.
  }

  std::string_view in_;
  size_t at_ = 0;
  std::string out_;
  bool comments_ = false;
  bool unicode_ = false;
};

}  // namespace

RegexSyntax translate_java_regex(std::string_view pattern) { return RegexTranslator(pattern).translate(); }

}  // namespace weir
