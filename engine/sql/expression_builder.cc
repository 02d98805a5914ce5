#include "engine/sql/expression_builder.h"

#include <algorithm>

#include "engine/sql/interval_units.h"
#include "engine/sql/parser.h"

namespace weir::sql {

namespace {

CompareOp compare_op_of(size_t token_type) {
  switch (token_type) {
    case SqlParser::EQUAL:
      return CompareOp::kEqual;
    case SqlParser::NOT_EQUAL:
      return CompareOp::kNotEqual;
    case SqlParser::LESS:
      return CompareOp::kLess;
    case SqlParser::LESS_EQUAL:
      return CompareOp::kLessEqual;
    case SqlParser::GREATER:
      return CompareOp::kGreater;
    default:
      return CompareOp::kGreaterEqual;
  }
}

// The primary that an expression consists of, or null when there is more to it.
SqlParser::PrimaryContext* sole_primary(SqlParser::ExpressionContext* ctx) {
  auto* predicated = dynamic_cast<SqlParser::PredicatedContext*>(ctx);
  if (!predicated || predicated->predicate()) return nullptr;
  auto* value = dynamic_cast<SqlParser::PrimaryValueContext*>(predicated->valueExpression());
  return value ? value->primary() : nullptr;
}

SqlParser::LiteralValueContext* sole_literal(SqlParser::ValueExpressionContext* ctx) {
  auto* value = dynamic_cast<SqlParser::PrimaryValueContext*>(ctx);
  return value ? dynamic_cast<SqlParser::LiteralValueContext*>(value->primary()) : nullptr;
}

}  // namespace

std::vector<ExprPtr> ExpressionBuilder::expressions(const std::vector<SqlParser::ExpressionContext*>& contexts) {
  std::vector<ExprPtr> result;
  result.reserve(contexts.size());
  for (auto* ctx : contexts) result.push_back(expression(ctx));
  return result;
}

std::vector<ExprPtr> ExpressionBuilder::value_expressions(
    const std::vector<SqlParser::ValueExpressionContext*>& contexts) {
  std::vector<ExprPtr> result;
  result.reserve(contexts.size());
  for (auto* ctx : contexts) result.push_back(value_expression(ctx));
  return result;
}

ExprPtr ExpressionBuilder::expression(SqlParser::ExpressionContext* ctx) {
  if (auto* predicated = dynamic_cast<SqlParser::PredicatedContext*>(ctx)) {
    ExprPtr operand = value_expression(predicated->valueExpression());
    return predicated->predicate() ? predicate(operand, predicated->predicate(), ctx) : operand;
  }
  if (auto* negated = dynamic_cast<SqlParser::LogicalNotContext*>(ctx)) {
    auto node = located<Not>(ctx);
    node->operand = expression(negated->expression());
    return node;
  }
  auto node = located<Logical>(ctx);
  if (auto* both = dynamic_cast<SqlParser::LogicalAndContext*>(ctx)) {
    node->is_and = true;
    node->left = expression(both->expression(0));
    node->right = expression(both->expression(1));
  } else {
    auto* either = dynamic_cast<SqlParser::LogicalOrContext*>(ctx);
    node->is_and = false;
    node->left = expression(either->expression(0));
    node->right = expression(either->expression(1));
  }
  return node;
}

ExprPtr ExpressionBuilder::predicate(const ExprPtr& operand, SqlParser::PredicateContext* ctx,
                                     antlr4::ParserRuleContext* whole) {
  const bool negated = ctx->NOT() != nullptr;
  if (ctx->comparisonOperator() || ctx->DISTINCT()) {
    auto node = located<Comparison>(whole);
    if (ctx->comparisonOperator()) {
      node->op = compare_op_of(ctx->comparisonOperator()->getStart()->getType());
    } else {
      node->op = negated ? CompareOp::kNotDistinct : CompareOp::kDistinct;
    }
    node->left = operand;
    node->right = value_expression(ctx->valueExpression(0));
    return node;
  }
  if (ctx->BETWEEN()) {
    auto node = located<Between>(whole);
    node->negated = negated;
    node->operand = operand;
    node->low = value_expression(ctx->valueExpression(0));
    node->high = value_expression(ctx->valueExpression(1));
    return node;
  }
  if (ctx->IN()) {
    auto node = located<In>(whole);
    node->negated = negated;
    node->operand = operand;
    node->list = expressions(ctx->expression());
    return node;
  }
  if (ctx->LIKE()) {
    auto node = located<Like>(whole);
    node->negated = negated;
    node->operand = operand;
    node->pattern = value_expression(ctx->valueExpression(0));
    if (ctx->ESCAPE()) node->escape = string_value(ctx->STRING_VALUE());
    return node;
  }
  auto node = located<IsNull>(whole);
  node->negated = negated;
  node->operand = operand;
  return node;
}

ExprPtr ExpressionBuilder::value_expression(SqlParser::ValueExpressionContext* ctx) {
  if (auto* value = dynamic_cast<SqlParser::PrimaryValueContext*>(ctx)) return primary(value->primary());
  if (auto* operation = dynamic_cast<SqlParser::BinaryContext*>(ctx)) return binary(operation);
  if (auto* operation = dynamic_cast<SqlParser::UnaryContext*>(ctx)) return unary(operation);
  auto* zoned = dynamic_cast<SqlParser::AtTimeZoneContext*>(ctx);
  auto node = located<AtTimeZone>(ctx);
  node->operand = value_expression(zoned->valueExpression());
  node->zone = string_value(zoned->STRING_VALUE());
  return node;
}

ExprPtr ExpressionBuilder::unary(SqlParser::UnaryContext* ctx) {
  // -1 is a literal, not an operation: only so can the least BIGINT be written.
  if (ctx->MINUS()) {
    if (auto* number = sole_literal(ctx->valueExpression())) {
      const size_t type = number->getStart()->getType();
      if (type == SqlParser::INTEGER_VALUE || type == SqlParser::DECIMAL_VALUE || type == SqlParser::DOUBLE_VALUE) {
        return literal(number->getStart(), ctx->getStart());
      }
    }
  }
  auto node = located<Unary>(ctx);
  node->op = ctx->MINUS() ? '-' : '+';
  node->operand = value_expression(ctx->valueExpression());
  return node;
}

ExprPtr ExpressionBuilder::binary(SqlParser::BinaryContext* ctx) {
  auto node = located<Binary>(ctx);
  node->op = ctx->PLUS()       ? BinaryOp::kAdd
             : ctx->MINUS()    ? BinaryOp::kSubtract
             : ctx->ASTERISK() ? BinaryOp::kMultiply
             : ctx->SLASH()    ? BinaryOp::kDivide
             : ctx->PERCENT()  ? BinaryOp::kModulus
                               : BinaryOp::kConcat;
  node->left = value_expression(ctx->valueExpression(0));
  node->right = value_expression(ctx->valueExpression(1));
  return node;
}

ExprPtr ExpressionBuilder::primary(SqlParser::PrimaryContext* ctx) {
  if (auto* value = dynamic_cast<SqlParser::LiteralValueContext*>(ctx)) return literal(value->getStart());
  if (auto* name = dynamic_cast<SqlParser::ColumnContext*>(ctx)) return column(name);
  if (auto* call = dynamic_cast<SqlParser::FunctionCallContext*>(ctx)) return function_call(call);
  if (auto* qualified = dynamic_cast<SqlParser::QualifiedColumnContext*>(ctx)) {
    auto node = located<ColumnRef>(ctx);
    node->qualifier = identifier(qualified->identifier());
    node->name = identifier(qualified->columnName());
    return node;
  }
  if (auto* inner = dynamic_cast<SqlParser::ParenthesizedContext*>(ctx)) return expression(inner->expression());
  if (auto* dereference = dynamic_cast<SqlParser::DereferenceContext*>(ctx)) {
    if (!dereference->fieldName()) {
      refuse(position(ctx), "->* stands for all fields of a struct and is only possible as a whole item of SELECT");
    }
    auto node = located<Dereference>(ctx);
    node->base = primary(dereference->primary());
    node->field = identifier(dereference->fieldName());
    return node;
  }
  if (auto* subscript = dynamic_cast<SqlParser::SubscriptContext*>(ctx)) {
    auto node = located<Subscript>(ctx);
    node->base = primary(subscript->primary());
    node->index = value_expression(subscript->valueExpression());
    return node;
  }
  if (auto* conversion = dynamic_cast<SqlParser::CastContext*>(ctx)) return cast(conversion);
  if (auto* choice = dynamic_cast<SqlParser::CaseContext*>(ctx)) return case_expression(choice);
  if (auto* array = dynamic_cast<SqlParser::ArrayConstructorContext*>(ctx)) {
    auto node = located<ArrayConstructor>(ctx);
    node->elements = expressions(array->expression());
    return node;
  }
  if (auto* map = dynamic_cast<SqlParser::MapConstructorContext*>(ctx)) return map_constructor(map);
  if (auto* structure = dynamic_cast<SqlParser::StructConstructorContext*>(ctx)) return struct_constructor(structure);
  return typed_literal(dynamic_cast<SqlParser::TypedLiteralContext*>(ctx));
}

// DATE '2024-01-31' is CAST('2024-01-31' AS DATE); DECIMAL '1.50' the number itself.
ExprPtr ExpressionBuilder::typed_literal(SqlParser::TypedLiteralContext* ctx) const {
  const std::string text = string_value(ctx->STRING_VALUE());
  if (ctx->DECIMAL()) {
    const std::string_view digits = std::string_view(text).substr(text.starts_with('-') ? 1 : 0);
    const bool number = !digits.empty() && digits.front() != '.' && digits.back() != '.' &&
                        digits.find_first_not_of("0123456789.") == std::string_view::npos &&
                        std::count(digits.begin(), digits.end(), '.') <= 1;
    if (!number) refuse(position(ctx->STRING_VALUE()), "'" + text + "' is not a number, as DECIMAL 'digits' needs");
    auto node = located<DecimalLiteral>(ctx);
    node->text = text;
    return node;
  }
  auto value = std::make_shared<StringLiteral>();
  value->value = text;
  value->pos = position(ctx->STRING_VALUE());
  auto type = std::make_shared<TypeName>();
  type->name.name = ctx->DATE() ? "DATE" : ctx->TIME() ? "TIME" : "TIMESTAMP";
  type->name.pos = type->pos = position(ctx->getStart(), ctx->getStart());
  auto node = located<Cast>(ctx);
  node->operand = std::move(value);
  node->type = std::move(type);
  return node;
}

ExprPtr ExpressionBuilder::case_expression(SqlParser::CaseContext* ctx) {
  auto node = located<Case>(ctx);
  if (ctx->valueExpression()) node->operand = value_expression(ctx->valueExpression());
  for (auto* when : ctx->whenClause()) {
    node->whens.push_back({expression(when->expression(0)), expression(when->expression(1))});
  }
  if (ctx->ELSE()) node->otherwise = expression(ctx->expression());
  return node;
}

ExprPtr ExpressionBuilder::cast(SqlParser::CastContext* ctx) {
  auto node = located<Cast>(ctx);
  node->operand = expression(ctx->expression());
  node->type = type_name(ctx->typeName());
  return node;
}

ExprPtr ExpressionBuilder::map_constructor(SqlParser::MapConstructorContext* ctx) {
  auto node = located<MapConstructor>(ctx);
  for (auto* entry : ctx->mapEntry()) {
    ExprPtr key = expression(entry->expression(0));
    node->entries.emplace_back(std::move(key), expression(entry->expression(1)));
  }
  return node;
}

ExprPtr ExpressionBuilder::struct_constructor(SqlParser::StructConstructorContext* ctx) {
  auto node = located<StructConstructor>(ctx);
  for (auto* field : ctx->structField()) {
    node->fields.emplace_back(identifier(field->fieldName()), expression(field->expression()));
  }
  return node;
}

ExprPtr ExpressionBuilder::function_call(SqlParser::FunctionCallContext* ctx) {
  auto node = located<FunctionCall>(ctx);
  node->name = identifier(ctx->functionName());
  if (ctx->ASTERISK()) {
    auto star = std::make_shared<StarExpr>();
    star->pos = position(ctx->ASTERISK());
    node->arguments.push_back(std::move(star));
  }
  for (auto* argument : ctx->argument()) {
    ExprPtr value = argument->lambda() ? lambda(argument->lambda()) : expression(argument->expression());
    if (node->arguments.empty() && value->kind == ExprKind::kColumn && takes_interval_unit(node->name.name)) {
      const auto& word = static_cast<const ColumnRef&>(*value);
      const auto unit = interval_unit(word.name.name);
      if (unit && !word.qualifier && !word.name.quoted) {
        auto interval = std::make_shared<IntervalUnit>();
        interval->pos = value->pos;
        interval->unit = *unit;
        value = std::move(interval);
      }
    }
    node->arguments.push_back(std::move(value));
  }
  return node;
}

ExprPtr ExpressionBuilder::lambda(SqlParser::LambdaContext* ctx) {
  auto node = located<Lambda>(ctx);
  const size_t outer = lambda_parameters_.size();
  for (auto* parameter : ctx->lambdaParameter()) {
    Identifier name = identifier(parameter);
    if (is_lambda_parameter(name.name)) {
      refuse(name.pos, "the lambda's argument " + quote_identifier(name.name) +
                           " is already one of this lambda or of one around it");
    }
    lambda_parameters_.push_back(name.name);
    node->parameters.push_back(std::move(name));
  }
  node->body = expression(ctx->expression());
  lambda_parameters_.resize(outer);
  return node;
}

ExprPtr ExpressionBuilder::column(SqlParser::ColumnContext* ctx) const {
  Identifier name = identifier(ctx->identifier());
  if (is_lambda_parameter(name.name)) {
    auto node = located<LambdaVariable>(ctx);
    node->name = std::move(name);
    return node;
  }
  auto node = located<ColumnRef>(ctx);
  node->name = std::move(name);
  return node;
}

ExprPtr ExpressionBuilder::all_fields_of(SqlParser::ExpressionContext* ctx) {
  auto* dereference = dynamic_cast<SqlParser::DereferenceContext*>(sole_primary(ctx));
  return dereference && !dereference->fieldName() ? primary(dereference->primary()) : nullptr;
}

ExprPtr ExpressionBuilder::property_value(SqlParser::LiteralContext* ctx) const {
  return literal(ctx->getStop(), ctx->MINUS() ? ctx->getStart() : nullptr);
}

bool ExpressionBuilder::is_lambda_parameter(const std::string& name) const {
  return std::find(lambda_parameters_.begin(), lambda_parameters_.end(), name) != lambda_parameters_.end();
}

}  // namespace weir::sql
