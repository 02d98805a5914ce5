// ANTLR's tree of an expression → Expr. Used for one statement, one thread.
#pragma once

#include <string>
#include <vector>

#include "engine/sql/tree_reader.h"

namespace weir::sql {

class ExpressionBuilder : public TreeReader {
 public:
  using TreeReader::TreeReader;

  ExprPtr expression(SqlParser::ExpressionContext* ctx);
  ExprPtr value_expression(SqlParser::ValueExpressionContext* ctx);
  std::vector<ExprPtr> value_expressions(const std::vector<SqlParser::ValueExpressionContext*>& contexts);
  // expr->* as an item of SELECT: the struct before the arrow; null for anything else.
  ExprPtr all_fields_of(SqlParser::ExpressionContext* ctx);
  // The right side of a property: a literal, perhaps with a minus.
  ExprPtr property_value(SqlParser::LiteralContext* ctx) const;

 private:
  ExprPtr predicate(const ExprPtr& operand, SqlParser::PredicateContext* ctx, antlr4::ParserRuleContext* whole);
  ExprPtr unary(SqlParser::UnaryContext* ctx);
  ExprPtr binary(SqlParser::BinaryContext* ctx);
  ExprPtr primary(SqlParser::PrimaryContext* ctx);
  ExprPtr typed_literal(SqlParser::TypedLiteralContext* ctx) const;
  ExprPtr case_expression(SqlParser::CaseContext* ctx);
  ExprPtr cast(SqlParser::CastContext* ctx);
  ExprPtr map_constructor(SqlParser::MapConstructorContext* ctx);
  ExprPtr struct_constructor(SqlParser::StructConstructorContext* ctx);
  ExprPtr function_call(SqlParser::FunctionCallContext* ctx);
  ExprPtr lambda(SqlParser::LambdaContext* ctx);
  ExprPtr column(SqlParser::ColumnContext* ctx) const;
  std::vector<ExprPtr> expressions(const std::vector<SqlParser::ExpressionContext*>& contexts);

  bool is_lambda_parameter(const std::string& name) const;

  std::vector<std::string> lambda_parameters_;  // of all lambdas around the place, outermost first
};

}  // namespace weir::sql
