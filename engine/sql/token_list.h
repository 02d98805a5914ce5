// A text cut into tokens: the one lexical pass that parsing, splitting and the substitution of variables share.
// Comments and spaces are left out. Owned by the call that parses; one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "WeirSqlLexer.h"
#include "engine/sql/source_text.h"

namespace weir::sql {

using SqlToken = grammar::WeirSqlLexer;  // for its token types

class TokenList {
 public:
  // Never fails for what the tokens are, only for bytes that are not UTF-8 (StatementError).
  explicit TokenList(std::string text);

  const SourceText& source() const { return *source_; }
  size_t size() const { return tokens_.size(); }
  const antlr4::Token* operator[](size_t i) const { return tokens_[i].get(); }

  // The tokens of one statement, its semicolon left out.
  struct Range {
    size_t begin = 0;
    size_t end = 0;
    bool complete = true;  // a semicolon follows
  };
  // All statements of the text; empty ones are dropped.
  std::vector<Range> statements() const;
  Range all() const { return {0, tokens_.size(), false}; }

  // Throws StatementError for what can be in no statement: text that is never closed, stray characters, too much text,
  // too much nesting. What passes is safe to parse by recursion.
  void check(const Range& range) const;

  // The range as the parser takes it, with a last token of type EOF that stands where the statement ends.
  std::vector<std::unique_ptr<antlr4::Token>> copy(const Range& range) const;

  // From the first token to the last one of the range.
  Position position(const Range& range) const;

 private:
  std::unique_ptr<SourceText> source_;
  std::unique_ptr<grammar::WeirSqlLexer> lexer_;
  std::vector<std::unique_ptr<antlr4::Token>> tokens_;
};

}  // namespace weir::sql
