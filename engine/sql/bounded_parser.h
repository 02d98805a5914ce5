// The generated parser with a limit on how deeply its rules call each other, so that no text can overflow the stack.
// Brackets are counted before parsing (nesting.h); this is for what nests without them. One thread.
#pragma once

#include "WeirSqlParser.h"
#include "engine/sql/source_text.h"

namespace weir::sql {

class BoundedParser : public grammar::WeirSqlParser {
 public:
  BoundedParser(antlr4::TokenStream* tokens, const SourceText& source) : WeirSqlParser(tokens), source_(source) {}

  void enterRule(antlr4::ParserRuleContext* ctx, size_t state, size_t rule_index) override;
  void enterRecursionRule(antlr4::ParserRuleContext* ctx, size_t state, size_t rule_index, int precedence) override;

 private:
  // Throws StatementError.
  void check_depth(antlr4::ParserRuleContext* ctx) const;

  const SourceText& source_;
};

}  // namespace weir::sql
