#include "engine/plan/expression_binder.h"

#include <algorithm>

#include "engine/plan/binder.h"
#include "engine/plan/cast_rules.h"
#include "engine/plan/coercion.h"
#include "engine/plan/messages.h"
#include "engine/sql/formatter.h"
#include "engine/types/decimal.h"

namespace weir {

namespace {

BoundExprPtr literal_node(const sql::Expr& e, Value value, TypePtr type) {
  return make_literal(std::move(value), std::move(type), sql::to_sql(e));
}

BoundExprPtr decimal_literal(const sql::DecimalLiteral& e) {
  int scale = 0;
  const auto unscaled = parse_decimal(e.text, &scale);
  if (!unscaled || scale > kMaxDecimalPrecision) {
    refuse("The number " + e.text + " has more than " + std::to_string(kMaxDecimalPrecision) + " digits.", e.pos);
  }
  int precision = std::max(scale, 1);
  while (!decimal_fits(*unscaled, precision)) ++precision;
  return literal_node(e, Value(*unscaled), Type::decimal(precision, scale));
}

Value negated_number(const Value& value, TypeKind kind) {
  if (kind == TypeKind::kDouble) return Value(-value.as_double());
  if (kind == TypeKind::kDecimal) return Value(-value.as_decimal());
  // Wraps round at the type's end, as negation does at run time.
  return Value(static_cast<int64_t>(0 - static_cast<uint64_t>(value.as_int())));
}

const char* arithmetic_symbol(sql::BinaryOp op) {
  switch (op) {
    case sql::BinaryOp::kAdd:
      return "+";
    case sql::BinaryOp::kSubtract:
      return "-";
    case sql::BinaryOp::kMultiply:
      return "*";
    case sql::BinaryOp::kDivide:
      return "/";
    case sql::BinaryOp::kModulus:
      return "%";
    case sql::BinaryOp::kConcat:
      return "||";
  }
  return "?";
}

DecimalShape arithmetic_shape(sql::BinaryOp op, DecimalShape a, DecimalShape b) {
  switch (op) {
    case sql::BinaryOp::kMultiply:
      return multiply_shape(a, b);
    case sql::BinaryOp::kDivide:
      return divide_shape(a, b);
    case sql::BinaryOp::kModulus:
      return modulus_shape(a, b);
    default:
      return add_shape(a, b);
  }
}

BoundExprPtr decimal_operand(const BoundExprPtr& e) {
  if (e->type->kind() == TypeKind::kDecimal) return e;
  const DecimalShape shape = decimal_shape_of(*e->type);
  return cast_to(e, Type::decimal(shape.precision, shape.scale));
}

std::vector<std::string> column_names(const PlanSchema& schema) {
  std::vector<std::string> names;
  for (const PlanColumn& column : schema) names.push_back(column.name);
  return names;
}

}  // namespace

std::shared_ptr<BoundExpr> make_bound(BoundKind kind, TypePtr type, const sql::Expr& source) {
  auto out = std::make_shared<BoundExpr>();
  out->kind = kind;
  out->type = std::move(type);
  out->text = sql::to_sql(source);
  return out;
}

BoundExprPtr ExpressionBinder::bind(const sql::ExprPtr& expression) const { return bind_node(*expression); }

BoundExprPtr ExpressionBinder::bind_node(const sql::Expr& e) const {
  switch (e.kind) {
    case sql::ExprKind::kNull:
      return literal_node(e, Value(), Type::null());
    case sql::ExprKind::kBoolean:
      return literal_node(e, Value(static_cast<const sql::BooleanLiteral&>(e).value), Type::boolean());
    case sql::ExprKind::kInteger:
      return literal_node(e, Value(static_cast<const sql::IntegerLiteral&>(e).value), Type::integer());
    case sql::ExprKind::kBigint:
      return literal_node(e, Value(static_cast<const sql::IntegerLiteral&>(e).value), Type::bigint());
    case sql::ExprKind::kDecimal:
      return decimal_literal(static_cast<const sql::DecimalLiteral&>(e));
    case sql::ExprKind::kDouble:
      return literal_node(e, Value(static_cast<const sql::DoubleLiteral&>(e).value), Type::float64());
    case sql::ExprKind::kString:
      return literal_node(e, Value(static_cast<const sql::StringLiteral&>(e).value), Type::string());
    case sql::ExprKind::kInterval:
      return literal_node(e, Value(static_cast<const sql::IntervalUnit&>(e).unit), Type::string());
    case sql::ExprKind::kColumn:
      return bind_column(static_cast<const sql::ColumnRef&>(e));
    case sql::ExprKind::kDereference:
      return bind_dereference(static_cast<const sql::Dereference&>(e));
    case sql::ExprKind::kSubscript:
      return bind_subscript(static_cast<const sql::Subscript&>(e));
    case sql::ExprKind::kUnary:
      return bind_unary(static_cast<const sql::Unary&>(e));
    case sql::ExprKind::kBinary:
      return bind_binary(static_cast<const sql::Binary&>(e));
    case sql::ExprKind::kComparison:
      return bind_comparison(static_cast<const sql::Comparison&>(e));
    case sql::ExprKind::kLogical:
      return bind_logical(static_cast<const sql::Logical&>(e));
    case sql::ExprKind::kNot:
      return bind_not(static_cast<const sql::Not&>(e));
    case sql::ExprKind::kBetween:
      return bind_between(static_cast<const sql::Between&>(e));
    case sql::ExprKind::kIn:
      return bind_in(static_cast<const sql::In&>(e));
    case sql::ExprKind::kLike:
      return bind_like(static_cast<const sql::Like&>(e));
    case sql::ExprKind::kIsNull:
      return bind_is_null(static_cast<const sql::IsNull&>(e));
    case sql::ExprKind::kCase:
      return bind_case(static_cast<const sql::Case&>(e));
    case sql::ExprKind::kCast:
      return bind_cast(static_cast<const sql::Cast&>(e));
    case sql::ExprKind::kFunction:
      return bind_function(static_cast<const sql::FunctionCall&>(e));
    case sql::ExprKind::kArray:
      return bind_array(static_cast<const sql::ArrayConstructor&>(e));
    case sql::ExprKind::kMap:
      return bind_map(static_cast<const sql::MapConstructor&>(e));
    case sql::ExprKind::kStruct:
      return bind_struct(static_cast<const sql::StructConstructor&>(e));
    case sql::ExprKind::kLambda:
      refuse("A lambda is an argument of a function; it is no value here.", e.pos);
    case sql::ExprKind::kLambdaVariable:
      return bind_lambda_variable(static_cast<const sql::LambdaVariable&>(e));
    case sql::ExprKind::kAtTimeZone:
      refuse_unsupported("AT TIME ZONE", e.pos, "Use CONVERT_TZ(timestamp, from_zone, to_zone).");
    case sql::ExprKind::kStar:
      refuse("* stands for columns of the select list; it is no value here.", e.pos);
  }
  refuse("This expression can't be used here.", e.pos);
}

BoundExprPtr ExpressionBinder::bind_column(const sql::ColumnRef& e) const {
  if (!e.qualifier) {
    for (size_t i = 0; i < schema_.size(); ++i) {
      if (schema_[i].name != e.name.name) continue;
      auto out = make_bound(BoundKind::kColumn, schema_[i].type, e);
      out->index = static_cast<int>(i);
      return out;
    }
  }
  const std::string name = (e.qualifier ? e.qualifier->name + "." : "") + e.name.name;
  refuse("Column '" + name + "' cannot be resolved." + suggestion(e.name.name, column_names(schema_)), e.pos);
}

BoundExprPtr ExpressionBinder::bind_dereference(const sql::Dereference& e) const {
  const BoundExprPtr base = bind_node(*e.base);
  if (base->type->kind() != TypeKind::kStruct) {
    refuse(
        "->" + e.field.name + " needs a STRUCT before it, but " + base->text + " is " + base->type->to_string() + ".",
        e.field.pos);
  }
  const int index = base->type->field_index(e.field.name);
  if (index < 0) {
    std::vector<std::string> fields;
    for (const StructField& field : base->type->fields()) fields.push_back(field.name);
    refuse("'" + base->text + "' of type " + base->type->to_string() + " has no field '" + e.field.name + "'." +
               suggestion(e.field.name, fields),
           e.field.pos);
  }
  auto out = make_bound(BoundKind::kField, base->type->fields()[index].type, e);
  out->index = index;
  out->args = {base};
  return out;
}

BoundExprPtr ExpressionBinder::bind_subscript(const sql::Subscript& e) const {
  const BoundExprPtr base = bind_node(*e.base);
  const BoundExprPtr index = bind_node(*e.index);
  if (base->type->kind() == TypeKind::kArray) {
    const TypeKind kind = index->type->kind();
    if (kind != TypeKind::kInt && kind != TypeKind::kBigint) {
      refuse("An ARRAY is indexed by an INTEGER, but " + index->text + " is " + index->type->to_string() + ".",
             e.index->pos);
    }
    auto out = make_bound(BoundKind::kSubscript, base->type->element(), e);
    out->args = {base, cast_to(index, Type::integer())};
    return out;
  }
  if (base->type->kind() == TypeKind::kMap) {
    const TypePtr& key = base->type->map_key();
    if (!implicit_cast_exists(*index->type, *key)) {
      refuse("The keys of " + base->text + " are " + key->to_string() + ", but " + index->text + " is " +
                 index->type->to_string() + ".",
             e.index->pos);
    }
    auto out = make_bound(BoundKind::kSubscript, base->type->map_value(), e);
    out->args = {base, cast_to(index, key)};
    return out;
  }
  refuse("Only an ARRAY or a MAP has elements, but " + base->text + " is " + base->type->to_string() + ".", e.pos);
}

BoundExprPtr ExpressionBinder::bind_unary(const sql::Unary& e) const {
  const BoundExprPtr operand = bind_node(*e.operand);
  if (!operand->type->is_numeric()) {
    refuse(std::string("The sign ") + e.op + " needs a number, but " + operand->text + " is " +
               operand->type->to_string() + ".",
           e.pos);
  }
  if (e.op == '+') return operand;
  if (operand->kind == BoundKind::kLiteral && !operand->value.is_null()) {
    return literal_node(e, negated_number(operand->value, operand->type->kind()), operand->type);
  }
  auto out = make_bound(BoundKind::kNegate, operand->type, e);
  out->fails_on_null = !lambda_parameters_.empty();
  out->args = {operand};
  return out;
}

BoundExprPtr ExpressionBinder::bind_binary(const sql::Binary& e) const {
  BoundExprPtr left = bind_node(*e.left), right = bind_node(*e.right);
  if (left->type->kind() == TypeKind::kNull) left = cast_to(left, right->type);
  if (right->type->kind() == TypeKind::kNull) right = cast_to(right, left->type);
  const TypeKind l = left->type->kind(), r = right->type->kind();
  const bool text = (l == TypeKind::kString || l == TypeKind::kBytes) && l == r;
  if (text && (e.op == sql::BinaryOp::kAdd || e.op == sql::BinaryOp::kConcat)) {
    auto out = make_bound(BoundKind::kConcat, left->type, e);
    out->args = {left, right};
    return out;
  }
  if (!left->type->is_numeric() || !right->type->is_numeric() || e.op == sql::BinaryOp::kConcat) {
    refuse("The operator " + std::string(arithmetic_symbol(e.op)) + " doesn't take " + left->type->to_string() +
               " and " + right->type->to_string() + " in " + sql::to_sql(e) + ".",
           e.pos);
  }
  const bool is_double = l == TypeKind::kDouble || r == TypeKind::kDouble;
  const bool is_decimal = !is_double && (l == TypeKind::kDecimal || r == TypeKind::kDecimal);
  auto out = make_bound(BoundKind::kArithmetic, nullptr, e);
  out->arithmetic = e.op;
  out->fails_on_null = !lambda_parameters_.empty();
  if (is_decimal) {
    const DecimalShape shape = arithmetic_shape(e.op, decimal_shape_of(*left->type), decimal_shape_of(*right->type));
    out->type = Type::decimal(shape.precision, shape.scale);
    out->args = {decimal_operand(left), decimal_operand(right)};
  } else {
    out->type = is_double ? Type::float64() : common_numeric_type(left->type, right->type);
    out->args = {cast_to(left, out->type), cast_to(right, out->type)};
  }
  return out;
}

BoundExprPtr ExpressionBinder::bind_cast(const sql::Cast& e) const {
  const BoundExprPtr operand = bind_node(*e.operand);
  const TypePtr type = resolve_type(*e.type, catalog_);
  if (!cast_exists(*operand->type, *type)) {
    refuse("Cast of " + operand->type->to_string() + " to " + type->to_string() + " is not supported.", e.pos);
  }
  if (same_type(operand->type, type)) return operand;
  if (operand->kind == BoundKind::kLiteral && operand->value.is_null())
    return make_literal(Value(), type, sql::to_sql(e));
  if (operand->kind == BoundKind::kLiteral && operand->type->kind() == TypeKind::kString &&
      !text_casts_to(operand->value.as_string(), *type)) {
    refuse("The text " + operand->text + " is no value of type " + type->to_string() + ", so that CAST always gives NULL.",
           e.pos);
  }
  auto out = make_bound(BoundKind::kCast, type, e);
  out->args = {operand};
  return out;
}

BoundExprPtr bind_expression(const sql::ExprPtr& expression, const PlanSchema& schema,
                             const FunctionRegistry& functions, const Catalog* catalog_for_types) {
  return ExpressionBinder(schema, functions, catalog_for_types).bind(expression);
}

BoundExprPtr bind_table_function(const sql::ExprPtr& call, const PlanSchema& schema, const FunctionRegistry& functions,
                                 const Catalog* catalog_for_types) {
  return ExpressionBinder(schema, functions, catalog_for_types).bind_table_function(call);
}

}  // namespace weir
