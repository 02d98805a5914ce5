// Turns syntax trees of expressions into bound ones over one flat schema: looks up columns and functions, finds types,
// makes every implicit cast explicit. Refers to its schema, so it lives on the stack of one call. One thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/catalog/catalog.h"
#include "engine/functions/registry.h"
#include "engine/plan/bound_expr.h"
#include "engine/plan/physical_plan.h"
#include "engine/sql/ast.h"

namespace weir {

class ExpressionBinder {
 public:
  ExpressionBinder(const PlanSchema& schema, const FunctionRegistry& functions, const Catalog* catalog)
      : schema_(schema), functions_(functions), catalog_(catalog) {}

  // Throws StatementError with the place of the part at fault.
  BoundExprPtr bind(const sql::ExprPtr& expression) const;
  BoundExprPtr bind_table_function(const sql::ExprPtr& call) const;

 private:
  BoundExprPtr bind_node(const sql::Expr& e) const;
  BoundExprPtr bind_column(const sql::ColumnRef& e) const;
  BoundExprPtr bind_dereference(const sql::Dereference& e) const;
  BoundExprPtr bind_subscript(const sql::Subscript& e) const;
  BoundExprPtr bind_unary(const sql::Unary& e) const;
  BoundExprPtr bind_binary(const sql::Binary& e) const;
  BoundExprPtr bind_cast(const sql::Cast& e) const;
  BoundExprPtr bind_function(const sql::FunctionCall& e) const;
  BoundExprPtr bind_call(const ScalarFunction& function, const sql::FunctionCall& e) const;
  static void check_literal_arguments(const BoundExpr& call, const sql::Position& pos);
  BoundExprPtr bind_lambda(const sql::Lambda& e, const std::vector<TypePtr>& inputs) const;
  BoundExprPtr bind_lambda_variable(const sql::LambdaVariable& e) const;
  BoundExprPtr bind_array(const sql::ArrayConstructor& e) const;
  BoundExprPtr bind_map(const sql::MapConstructor& e) const;
  BoundExprPtr bind_struct(const sql::StructConstructor& e) const;

  BoundExprPtr bind_comparison(const sql::Comparison& e) const;
  BoundExprPtr bind_logical(const sql::Logical& e) const;
  BoundExprPtr bind_not(const sql::Not& e) const;
  BoundExprPtr bind_between(const sql::Between& e) const;
  BoundExprPtr bind_in(const sql::In& e) const;
  BoundExprPtr bind_like(const sql::Like& e) const;
  BoundExprPtr bind_is_null(const sql::IsNull& e) const;
  BoundExprPtr bind_case(const sql::Case& e) const;
  BoundExprPtr bind_condition(const sql::ExprPtr& e, const char* where) const;
  // `left` op `right` with both brought to the type in which they are compared.
  BoundExprPtr compare(sql::CompareOp op, const BoundExprPtr& left, const BoundExprPtr& right, const sql::Position& pos,
                       std::string text) const;

  // Of the lambdas around the place that is being bound, outermost first.
  struct LambdaParameter {
    std::string name;
    TypePtr type;
  };
  std::vector<LambdaParameter> lambda_parameters_;

  const PlanSchema& schema_;
  const FunctionRegistry& functions_;
  const Catalog* catalog_;
};

// The type in which values of the two types are compared; nullptr: they are not comparable. STRING goes with the types
// of time.
TypePtr comparison_type(const TypePtr& left, const TypePtr& right);
// The operand as the comparison's type; text that can't be read as it is refused at once where it is a literal.
BoundExprPtr comparison_operand(const BoundExprPtr& operand, const TypePtr& type, const sql::Position& pos);

// A node without its arguments: kind, type and text.
std::shared_ptr<BoundExpr> make_bound(BoundKind kind, TypePtr type, const sql::Expr& source);

}  // namespace weir
