// Regular expressions with Java's syntax on PCRE2, compiled to machine code.
//
// What Java writes in another way is translated (java_regex_syntax.h); what differs beyond that: case-insensitive
// matching knows all of Unicode, \b takes only ASCII letters for letters (as JDK 19 and later do), '.' also stops at
// vertical tab and form feed, look-behind needs alternatives of fixed length.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

// Immutable; any thread. Copies share the code.
class JavaRegex {
 public:
  // Throws std::invalid_argument that quotes the expression and says what is wrong with it.
  explicit JavaRegex(std::string_view pattern);

  int group_count() const;
  // The number of a named group.
  std::optional<int> group_named(const std::string& name) const;

 private:
  friend class RegexMatcher;
  struct Code;
  std::shared_ptr<const Code> code_;
};

// Finds matches of any expression in texts. Owns the working memory; one thread. The text must outlive the use of its
// groups.
class RegexMatcher {
 public:
  RegexMatcher();
  RegexMatcher(RegexMatcher&&) noexcept;
  RegexMatcher& operator=(RegexMatcher&&) noexcept;
  ~RegexMatcher();
  // A copy starts with working memory of its own.
  RegexMatcher(const RegexMatcher&);
  RegexMatcher& operator=(const RegexMatcher&);

  // Starts a search through the text.
  void reset(const JavaRegex& regex, std::string_view text);
  // The next match, as Java's Matcher.find: it starts where the last one ended, or a character later if that was empty.
  // False at the end, and when the search takes too many steps: failed() tells which.
  bool find();
  bool failed() const { return failed_; }

  size_t start() const;
  size_t end() const;
  // Nothing for a group that took no part in the match.
  std::optional<std::string_view> group(int number) const;
  const JavaRegex& regex() const { return *regex_; }
  std::string_view text() const { return text_; }

 private:
  struct Memory;
  std::unique_ptr<Memory> memory_;
  const JavaRegex* regex_ = nullptr;
  std::string_view text_;
  size_t from_ = 0;
  bool exhausted_ = false;
  bool failed_ = false;
};

// Appends a replacement in which $1, ${name} stand for groups of the present match and \ quotes the next character.
// False, with what is wrong in `error`, for a group that doesn't exist and for an unfinished $ or \.
bool append_replacement(std::string& out, std::string_view replacement, const RegexMatcher& match, std::string& error);

}  // namespace weir
