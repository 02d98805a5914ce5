#include "storage/log/kafka_jaas.h"

#include <cctype>
#include <optional>

#include "storage/log/log.h"

namespace weir::log {

namespace {

[[noreturn]] void throw_bad_jaas(const std::string& reason) {
  throw LogError(LogError::Kind::kInvalid, "The Kafka property sasl.jaas.config can't be read: " + reason +
                                               "; expected is: LoginModuleClass required option=\"value\" ...;");
}

// Words, quoted strings, '=' and ';' as java.io.StreamTokenizer sees them in such a file.
class JaasScanner {
 public:
  explicit JaasScanner(std::string_view text) : text_(text) {}

  bool at_end() {
    skip_space_and_comments();
    return at_ == text_.size();
  }
  bool take(char wanted) {
    if (at_end() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  std::optional<std::string> word() {
    if (at_end()) return std::nullopt;
    const char first = text_[at_];
    if (first == '"' || first == '\'') return quoted(first);
    const size_t start = at_;
    while (at_ < text_.size() && text_[at_] != '=' && text_[at_] != ';' && text_[at_] != '"' && !is_space(text_[at_])) {
      ++at_;
    }
    if (at_ == start) return std::nullopt;
    return std::string(text_.substr(start, at_ - start));
  }

 private:
  static bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

  void skip_space_and_comments() {
    while (at_ < text_.size()) {
      if (is_space(text_[at_])) {
        ++at_;
      } else if (text_.substr(at_, 2) == "//") {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (text_.substr(at_, 2) == "/*") {
        const size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) throw_bad_jaas("a comment isn't closed");
        at_ = end + 2;
      } else {
        return;
      }
    }
  }

  std::string quoted(char quote) {
    std::string value;
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] != '\\') {
        value += text_[at_];
        continue;
      }
      if (++at_ == text_.size()) break;
      value += unescaped();
    }
    if (at_ == text_.size()) throw_bad_jaas("a quoted value isn't closed");
    ++at_;
    return value;
  }

  // The character after a backslash; up to three octal digits, of which the first is below 4 when there are three.
  char unescaped() {
    const char c = text_[at_];
    switch (c) {
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case 'r':
        return '\r';
      case 'b':
        return '\b';
      case 'f':
        return '\f';
      default:
        break;
    }
    if (c < '0' || c > '7') return c;
    int code = 0;
    const size_t longest = c <= '3' ? 3 : 2;
    size_t digits = 0;
    for (; digits < longest && at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '7'; ++digits) {
      code = code * 8 + (text_[at_++] - '0');
    }
    --at_;
    return static_cast<char>(code);
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

JaasEntry parse_jaas(std::string_view text) {
  JaasScanner scanner(text);
  JaasEntry entry;
  const std::optional<std::string> module = scanner.word();
  if (!module) throw_bad_jaas("it names no login module");
  const size_t dot = module->rfind('.');
  entry.module = dot == std::string::npos ? *module : module->substr(dot + 1);
  const std::optional<std::string> flag = scanner.word();
  if (!flag || (*flag != "required" && *flag != "requisite" && *flag != "sufficient" && *flag != "optional")) {
    throw_bad_jaas("the login module isn't followed by 'required'");
  }
  while (!scanner.take(';')) {
    if (scanner.at_end()) throw_bad_jaas("the closing ';' is missing");
    const std::optional<std::string> name = scanner.word();
    if (!name || !scanner.take('=')) throw_bad_jaas("an option isn't of the form name=\"value\"");
    std::optional<std::string> value = scanner.word();
    if (!value) throw_bad_jaas("an option has no value");
    entry.options[*name] = std::move(*value);
  }
  if (!scanner.at_end()) throw_bad_jaas("it holds more than one login module");
  return entry;
}

}  // namespace weir::log
