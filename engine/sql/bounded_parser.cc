#include "engine/sql/bounded_parser.h"

#include "engine/sql/error.h"
#include "engine/sql/nesting.h"

namespace weir::sql {

namespace {

// One pair of brackets costs at most this many calls of rules: primary, argument, lambda, expression, valueExpression.
constexpr size_t kRulesPerLevel = 5;

}  // namespace

void BoundedParser::enterRule(antlr4::ParserRuleContext* ctx, size_t state, size_t rule_index) {
  WeirSqlParser::enterRule(ctx, state, rule_index);
  if (rule_index == RuleStatement) check_depth(ctx);
}

void BoundedParser::enterRecursionRule(antlr4::ParserRuleContext* ctx, size_t state, size_t rule_index,
                                       int precedence) {
  WeirSqlParser::enterRecursionRule(ctx, state, rule_index, precedence);
  check_depth(ctx);
}

void BoundedParser::check_depth(antlr4::ParserRuleContext* ctx) const {
  size_t depth = 0;
  for (antlr4::tree::ParseTree* at = ctx; at != nullptr; at = at->parent) ++depth;
  if (depth <= (kMaxNesting + 10) * kRulesPerLevel) return;
  throw StatementError(StatementError::Kind::kSyntax,
                       "Syntax Error: expressions nested too deeply; split the statement",
                       source_.position(_ctx->getStart()));
}

}  // namespace weir::sql
