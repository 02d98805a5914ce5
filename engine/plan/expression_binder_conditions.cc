// ExpressionBinder: comparisons and everything else that is true or false, and CASE.
#include "engine/plan/cast_rules.h"
#include "engine/plan/coercion.h"
#include "engine/plan/expression_binder.h"
#include "engine/plan/messages.h"
#include "engine/sql/formatter.h"

namespace weir {

namespace {

const char* comparison_name(sql::CompareOp op) {
  switch (op) {
    case sql::CompareOp::kEqual:
      return "=";
    case sql::CompareOp::kNotEqual:
      return "<>";
    case sql::CompareOp::kLess:
      return "<";
    case sql::CompareOp::kLessEqual:
      return "<=";
    case sql::CompareOp::kGreater:
      return ">";
    case sql::CompareOp::kGreaterEqual:
      return ">=";
    case sql::CompareOp::kDistinct:
      return "IS DISTINCT FROM";
    case sql::CompareOp::kNotDistinct:
      return "IS NOT DISTINCT FROM";
  }
  return "?";
}

bool is_equality(sql::CompareOp op) {
  return op == sql::CompareOp::kEqual || op == sql::CompareOp::kNotEqual || op == sql::CompareOp::kDistinct ||
         op == sql::CompareOp::kNotDistinct;
}

bool is_time_type(TypeKind kind) {
  return kind == TypeKind::kDate || kind == TypeKind::kTime || kind == TypeKind::kTimestamp;
}

size_t character_count(const std::string& utf8) {
  size_t count = 0;
  for (const char c : utf8) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

std::string operand_text(const BoundExprPtr& e) { return e->text + " (" + e->type->to_string() + ")"; }

}  // namespace

TypePtr comparison_type(const TypePtr& left, const TypePtr& right) {
  const TypeKind l = left->kind(), r = right->kind();
  if (is_time_type(l) && r == TypeKind::kString) return left;
  if (is_time_type(r) && l == TypeKind::kString) return right;
  if ((l == TypeKind::kDate && r == TypeKind::kTimestamp) || (l == TypeKind::kTimestamp && r == TypeKind::kDate)) {
    return Type::timestamp();
  }
  return common_type(left, right);
}

BoundExprPtr comparison_operand(const BoundExprPtr& operand, const TypePtr& type, const sql::Position& pos) {
  if (operand->kind == BoundKind::kLiteral && operand->type->kind() == TypeKind::kString &&
      type->kind() != TypeKind::kString && !operand->value.is_null()) {
    auto value = parse_literal(operand->value.as_string(), *type);
    if (!value) refuse("'" + operand->value.as_string() + "' is no " + type->to_string() + ".", pos);
    return make_literal(std::move(*value), type, operand->text);
  }
  return cast_to(operand, type);
}

BoundExprPtr ExpressionBinder::compare(sql::CompareOp op, const BoundExprPtr& left, const BoundExprPtr& right,
                                       const sql::Position& pos, std::string text) const {
  if (left->type->kind() == TypeKind::kNull || right->type->kind() == TypeKind::kNull) {
    refuse("Comparison with NULL is not supported: " + text + ". Use IS NULL or IS NOT NULL.", pos);
  }
  const TypePtr type = comparison_type(left->type, right->type);
  if (!type || (!is_equality(op) && (type->is_nested() || type->kind() == TypeKind::kBoolean))) {
    refuse("Cannot compare " + operand_text(left) + " to " + operand_text(right) + " with " + comparison_name(op) + ".",
           pos);
  }
  auto out = std::make_shared<BoundExpr>();
  out->kind = BoundKind::kCompare;
  out->type = Type::boolean();
  out->compare = op;
  out->args = {comparison_operand(left, type, pos), comparison_operand(right, type, pos)};
  out->text = std::move(text);
  return out;
}

BoundExprPtr ExpressionBinder::bind_comparison(const sql::Comparison& e) const {
  return compare(e.op, bind_node(*e.left), bind_node(*e.right), e.pos, sql::to_sql(e));
}

BoundExprPtr ExpressionBinder::bind_condition(const sql::ExprPtr& e, const char* where) const {
  const BoundExprPtr out = bind_node(*e);
  if (out->type->kind() == TypeKind::kNull) return cast_to(out, Type::boolean());
  if (out->type->kind() != TypeKind::kBoolean) {
    refuse(std::string(where) + " needs a BOOLEAN, but " + out->text + " is " + out->type->to_string() + ".", e->pos);
  }
  return out;
}

BoundExprPtr ExpressionBinder::bind_logical(const sql::Logical& e) const {
  const char* name = e.is_and ? "AND" : "OR";
  auto out = make_bound(e.is_and ? BoundKind::kAnd : BoundKind::kOr, Type::boolean(), e);
  out->args = {bind_condition(e.left, name), bind_condition(e.right, name)};
  return out;
}

BoundExprPtr ExpressionBinder::bind_not(const sql::Not& e) const {
  auto out = make_bound(BoundKind::kNot, Type::boolean(), e);
  out->args = {bind_condition(e.operand, "NOT")};
  return out;
}

BoundExprPtr ExpressionBinder::bind_between(const sql::Between& e) const {
  const BoundExprPtr operand = bind_node(*e.operand), low = bind_node(*e.low), high = bind_node(*e.high);
  const std::string text = sql::to_sql(e);
  // Each bound must be comparable by itself; then all three meet in one type.
  compare(sql::CompareOp::kGreaterEqual, operand, low, e.pos, text);
  compare(sql::CompareOp::kLessEqual, operand, high, e.pos, text);
  const TypePtr type = comparison_type(comparison_type(operand->type, low->type), high->type);
  if (!type) refuse("Cannot compare " + operand_text(low) + " to " + operand_text(high) + " in BETWEEN.", e.pos);
  auto out = make_bound(BoundKind::kBetween, Type::boolean(), e);
  out->negated = e.negated;
  out->args = {comparison_operand(operand, type, e.operand->pos), comparison_operand(low, type, e.low->pos),
               comparison_operand(high, type, e.high->pos)};
  return out;
}

BoundExprPtr ExpressionBinder::bind_in(const sql::In& e) const {
  std::vector<BoundExprPtr> args = {bind_node(*e.operand)};
  for (const sql::ExprPtr& item : e.list) args.push_back(bind_node(*item));
  if (args[0]->type->kind() == TypeKind::kNull) {
    refuse("Comparison with NULL is not supported: " + sql::to_sql(e) + ".", e.pos);
  }
  auto out = make_bound(BoundKind::kIn, Type::boolean(), e);
  out->negated = e.negated;
  out->args = coerce_to_common_type(args, e.pos);
  return out;
}

BoundExprPtr ExpressionBinder::bind_like(const sql::Like& e) const {
  const BoundExprPtr operand = bind_node(*e.operand), pattern = bind_node(*e.pattern);
  for (const BoundExprPtr& part : {operand, pattern}) {
    if (part->type->kind() != TypeKind::kString) {
      refuse("LIKE needs STRINGs, but " + part->text + " is " + part->type->to_string() + ".", e.pos);
    }
  }
  if (e.escape && character_count(*e.escape) != 1) {
    refuse("ESCAPE needs a single character, not '" + *e.escape + "'.", e.pos);
  }
  auto out = make_bound(BoundKind::kLike, Type::boolean(), e);
  out->negated = e.negated;
  out->args = {operand, pattern};
  out->escape = e.escape.value_or("");
  return out;
}

BoundExprPtr ExpressionBinder::bind_is_null(const sql::IsNull& e) const {
  auto out = make_bound(BoundKind::kIsNull, Type::boolean(), e);
  out->negated = e.negated;
  out->args = {bind_node(*e.operand)};
  return out;
}

BoundExprPtr ExpressionBinder::bind_case(const sql::Case& e) const {
  const BoundExprPtr operand = e.operand ? bind_node(*e.operand) : nullptr;
  std::vector<BoundExprPtr> conditions, results;
  TypePtr type = Type::null();
  const auto add_result = [&](const sql::ExprPtr& result) {
    results.push_back(bind_node(*result));
    const TypePtr merged = common_type(type, results.back()->type);
    if (!merged) {
      refuse("The results of CASE must be of one type, but there are " + type->to_string() + " and " +
                 results.back()->type->to_string() + " (" + results.back()->text + ").",
             result->pos);
    }
    type = merged;
  };
  for (const sql::WhenClause& when : e.whens) {
    if (operand) {
      const BoundExprPtr value = bind_node(*when.condition);
      conditions.push_back(compare(sql::CompareOp::kEqual, operand, value, when.condition->pos,
                                   "(" + operand->text + " = " + value->text + ")"));
    } else {
      conditions.push_back(bind_condition(when.condition, "WHEN"));
    }
    add_result(when.result);
  }
  if (e.otherwise) add_result(e.otherwise);
  if (type->kind() == TypeKind::kNull) {
    refuse("All results of CASE are NULL: cast one of them to the type that is meant.", e.pos);
  }
  auto out = make_bound(BoundKind::kCase, type, e);
  for (size_t i = 0; i < conditions.size(); ++i) {
    out->args.push_back(conditions[i]);
    out->args.push_back(cast_to(results[i], type));
  }
  out->args.push_back(e.otherwise ? cast_to(results.back(), type) : make_literal(Value(), type, "NULL"));
  return out;
}

}  // namespace weir
