// The language's words, taken from the grammar itself: which there are and which may also be names. Any thread.
#pragma once

#include <antlr4-runtime.h>

#include <string>
#include <vector>

namespace weir::sql {

class KeywordTable {
 public:
  static const KeywordTable& instance();

  // The word of a token type in upper case, or empty for other tokens.
  const std::string& word(size_t token_type) const;
  // The token type of an upper-case keyword; INVALID_TYPE for other words.
  size_t type_of(const std::string& keyword) const;
  bool is_keyword(size_t token_type) const { return !word(token_type).empty(); }
  // A keyword that cannot be a name without quotes.
  bool is_reserved(size_t token_type) const { return is_keyword(token_type) && !usable_as_name_.contains(token_type); }
  bool is_reserved(const std::string& upper_case_word) const;
  // All of them, sorted.
  const std::vector<std::string>& words() const { return sorted_; }
  // "SELECT" for keywords, "'('" for punctuation, a description such as "a number" for literals and names.
  std::string describe(size_t token_type) const;

 private:
  KeywordTable();
  std::vector<std::string> words_;     // by token type
  std::vector<std::string> literals_;  // by token type: punctuation in quotes
  std::vector<std::string> sorted_;
  std::vector<std::string> reserved_;  // sorted
  antlr4::misc::IntervalSet usable_as_name_;
};

}  // namespace weir::sql
