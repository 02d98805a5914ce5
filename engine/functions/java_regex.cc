#include "engine/functions/java_regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <cctype>
#include <stdexcept>

#include "engine/functions/java_regex_syntax.h"
#include "engine/functions/utf16_text.h"

namespace weir {
namespace {

struct RegexDeleter {
  void operator()(pcre2_code* p) const { pcre2_code_free(p); }
  void operator()(pcre2_compile_context* p) const { pcre2_compile_context_free(p); }
  void operator()(pcre2_match_data* p) const { pcre2_match_data_free(p); }
  void operator()(pcre2_match_context* p) const { pcre2_match_context_free(p); }
  void operator()(pcre2_jit_stack* p) const { pcre2_jit_stack_free(p); }
};
template <class T>
using RegexOwned = std::unique_ptr<T, RegexDeleter>;

// Some milliseconds: what takes longer on one text backtracks without end.
constexpr uint32_t kMaxRegexSteps = 2'000'000;
// Deep backtracking runs on this stack, not on the thread's.
constexpr size_t kRegexStackStart = size_t{32} * 1024;
constexpr size_t kRegexStackMax = size_t{8} * 1024 * 1024;

PCRE2_SPTR regex_text(std::string_view text) {
  static constexpr char kEmpty[] = "";
  return reinterpret_cast<PCRE2_SPTR>(text.data() ? text.data() : kEmpty);
}

}  // namespace

struct JavaRegex::Code {
  RegexOwned<pcre2_code> compiled;
  int groups = 0;
};

JavaRegex::JavaRegex(std::string_view pattern) {
  const RegexSyntax syntax = translate_java_regex(pattern);
  const RegexOwned<pcre2_compile_context> context(pcre2_compile_context_create(nullptr));
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_ANY);
  int error = 0;
  PCRE2_SIZE at = 0;
  // Texts are UTF-8 by contract, but not checked row by row.
  const uint32_t options =
      PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C | (syntax.unicode ? PCRE2_UCP : 0);
  auto code = std::make_shared<Code>();
  code->compiled.reset(
      pcre2_compile(regex_text(syntax.pattern), syntax.pattern.size(), options, &error, &at, context.get()));
  if (!code->compiled) {
    PCRE2_UCHAR message[256];
    pcre2_get_error_message(error, message, sizeof message);
    throw std::invalid_argument("the regular expression '" + std::string(pattern) +
                                "' is not valid: " + reinterpret_cast<const char*>(message));
  }
  // Without the compiler for this processor the interpreter does it.
  pcre2_jit_compile(code->compiled.get(), PCRE2_JIT_COMPLETE);
  uint32_t groups = 0;
  pcre2_pattern_info(code->compiled.get(), PCRE2_INFO_CAPTURECOUNT, &groups);
  code->groups = static_cast<int>(groups);
  code_ = std::move(code);
}

int JavaRegex::group_count() const { return code_->groups; }

std::optional<int> JavaRegex::group_named(const std::string& name) const {
  const int number =
      pcre2_substring_number_from_name(code_->compiled.get(), reinterpret_cast<PCRE2_SPTR>(name.c_str()));
  if (number < 0) return std::nullopt;
  return number;
}

struct RegexMatcher::Memory {
  RegexOwned<pcre2_match_context> context{pcre2_match_context_create(nullptr)};
  RegexOwned<pcre2_jit_stack> stack{pcre2_jit_stack_create(kRegexStackStart, kRegexStackMax, nullptr)};
  RegexOwned<pcre2_match_data> match;
  int groups = -1;

  Memory() {
    pcre2_jit_stack_assign(context.get(), nullptr, stack.get());
    pcre2_set_match_limit(context.get(), kMaxRegexSteps);
  }
  const PCRE2_SIZE* offsets() const { return pcre2_get_ovector_pointer(match.get()); }
};

RegexMatcher::RegexMatcher() : memory_(std::make_unique<Memory>()) {}
RegexMatcher::RegexMatcher(RegexMatcher&&) noexcept = default;
RegexMatcher& RegexMatcher::operator=(RegexMatcher&&) noexcept = default;
RegexMatcher::~RegexMatcher() = default;
RegexMatcher::RegexMatcher(const RegexMatcher&) : RegexMatcher() {}
RegexMatcher& RegexMatcher::operator=(const RegexMatcher& other) {
  if (this != &other) *this = RegexMatcher();
  return *this;
}

void RegexMatcher::reset(const JavaRegex& regex, std::string_view text) {
  if (memory_->groups < regex.group_count()) {
    memory_->groups = regex.group_count();
    memory_->match.reset(pcre2_match_data_create(static_cast<uint32_t>(memory_->groups) + 1, nullptr));
  }
  regex_ = &regex;
  text_ = text;
  from_ = 0;
  exhausted_ = false;
  failed_ = false;
}

bool RegexMatcher::find() {
  if (exhausted_) return false;
  const int outcome = pcre2_match(regex_->code_->compiled.get(), regex_text(text_), text_.size(), from_, 0,
                                  memory_->match.get(), memory_->context.get());
  if (outcome < 0) {
    exhausted_ = true;
    failed_ = outcome != PCRE2_ERROR_NOMATCH;
    return false;
  }
  from_ = end();
  if (end() == start()) {
    if (from_ >= text_.size()) {
      exhausted_ = true;
    } else {
      from_ += utf8_width(text_[from_], text_.size() - from_);
    }
  }
  return true;
}

size_t RegexMatcher::start() const { return memory_->offsets()[0]; }
size_t RegexMatcher::end() const { return memory_->offsets()[1]; }

std::optional<std::string_view> RegexMatcher::group(int number) const {
  if (number < 0 || number > regex_->group_count()) return std::nullopt;
  const PCRE2_SIZE* bounds = memory_->offsets() + 2 * static_cast<size_t>(number);
  const PCRE2_SIZE begin = bounds[0], end = bounds[1];
  if (begin == PCRE2_UNSET || begin > end) return std::nullopt;
  return text_.substr(begin, end - begin);
}

namespace {

// The group that the reference at `at` (behind the $) stands for; -1 with an error if there is none.
int take_group_reference(std::string_view replacement, size_t& at, const JavaRegex& regex, std::string& error) {
  if (at < replacement.size() && replacement[at] == '{') {
    const size_t close = replacement.find('}', at);
    if (close == std::string_view::npos) {
      error = "the replacement '" + std::string(replacement) + "' has a '${' without '}'";
      return -1;
    }
    const std::string name(replacement.substr(at + 1, close - at - 1));
    at = close + 1;
    const auto number = regex.group_named(name);
    if (!number) error = "the regular expression has no group named '" + name + "'";
    return number.value_or(-1);
  }
  if (at >= replacement.size() || !std::isdigit(static_cast<unsigned char>(replacement[at]))) {
    error =
        "the replacement '" + std::string(replacement) + "' has a '$' without a group; write '\\$' for the character";
    return -1;
  }
  int number = replacement[at++] - '0';
  if (number > regex.group_count()) {
    error = "the regular expression has no group " + std::to_string(number);
    return -1;
  }
  // More digits belong to the number as long as there is such a group.
  while (at < replacement.size() && std::isdigit(static_cast<unsigned char>(replacement[at]))) {
    const int longer = number * 10 + (replacement[at] - '0');
    if (longer > regex.group_count()) break;
    number = longer;
    ++at;
  }
  return number;
}

}  // namespace

bool append_replacement(std::string& out, std::string_view replacement, const RegexMatcher& match, std::string& error) {
  for (size_t at = 0; at < replacement.size();) {
    const char c = replacement[at++];
    if (c == '\\') {
      if (at == replacement.size()) {
        error = "the replacement '" + std::string(replacement) + "' ends with '\\'; write '\\\\' for the character";
        return false;
      }
      out += replacement[at++];
    } else if (c == '$') {
      const int number = take_group_reference(replacement, at, match.regex(), error);
      if (number < 0) return false;
      if (const auto group = match.group(number)) out += *group;
    } else {
      out += c;
    }
  }
  return true;
}

}  // namespace weir
