// What a user probably meant, for mistakes that are made often. One thread.
#pragma once

#include <antlr4-runtime.h>

#include <optional>
#include <string>
#include <vector>

#include "engine/sql/expected_words.h"
#include "engine/sql/grammar_walk.h"
#include "engine/sql/source_text.h"

namespace weir::sql {

class SyntaxHints {
 public:
  // `wrong` is the first token that cannot stand where it does; `before` the places of the token before it (empty if
  // wrong is the first), `here` those of the wrong one.
  SyntaxHints(GrammarWalk& walk, const std::vector<antlr4::Token*>& tokens, size_t wrong,
              const GrammarWalk::Places& before, const GrammarWalk::Places& here, const ExpectedWords& expected,
              const SourceText& source);

  // A keyword that was misspelt, and where: at the wrong token or just before it, where the misspelt word passed as an
  // alias.
  struct Misspelling {
    size_t token = 0;
    std::string keyword;
  };
  std::optional<Misspelling> misspelling();
  // What other dialects of SQL have there and this one has not: a message of its own, or empty.
  std::string foreign_sql() const;
  // A sentence that helps beside what was found and expected, or empty.
  std::string hint();

 private:
  std::string word(size_t token) const;  // upper case
  size_t type(size_t token) const { return tokens_[token]->getType(); }
  std::vector<size_t> types_from(size_t token) const;
  bool adjacent(size_t left) const;  // no space between the token and the next one

  std::string reserved_word();
  std::string comma_too_many();
  std::string name_to_quote() const;
  std::string value_to_quote() const;
  std::string clause_order() const;
  std::string open_parenthesis() const;

  GrammarWalk& walk_;
  const std::vector<antlr4::Token*>& tokens_;
  const size_t wrong_;
  const GrammarWalk::Places& before_;
  const GrammarWalk::Places& here_;
  const ExpectedWords& expected_;
  const SourceText& source_;
};

}  // namespace weir::sql
