// ExpressionBinder: functions and the constructors of arrays, maps and structs.
#include <algorithm>
#include <set>
#include <stdexcept>

#include "engine/plan/coercion.h"
#include "engine/plan/expression_binder.h"
#include "engine/plan/messages.h"
#include "engine/sql/formatter.h"

namespace weir {

namespace {


std::string upper_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

bool all_null(const std::vector<BoundExprPtr>& expressions) {
  return std::all_of(expressions.begin(), expressions.end(),
                     [](const BoundExprPtr& e) { return e->type->kind() == TypeKind::kNull; });
}

}  // namespace

BoundExprPtr ExpressionBinder::bind_function(const sql::FunctionCall& e) const {
  const ScalarFunction* function = functions_.find(e.name.name);
  if (!function) {
    const std::string name = upper_case(e.name.name);
    if (functions_.find_aggregate(name)) {
      refuse("The aggregate function " + name + " belongs into SELECT or HAVING of a query with GROUP BY.", e.pos);
    }
    if (functions_.find_table_function(name)) {
      refuse("The table function " + name +
                 " makes several rows of one: it can be used in a SELECT list only, and not as an argument of another "
                 "table function.",
             e.pos);
    }
    std::vector<std::string> names;
    for (const ScalarFunction* candidate : functions_.functions()) names.push_back(candidate->name);
    for (const ScalarFunction* candidate : functions_.table_functions()) names.push_back(candidate->name);
    refuse("There is no function with the name '" + e.name.name + "'." + suggestion(name, names), e.pos);
  }
  return bind_call(*function, e);
}

BoundExprPtr ExpressionBinder::bind_table_function(const sql::ExprPtr& call) const {
  const ScalarFunction* function = nullptr;
  if (call->kind == sql::ExprKind::kFunction) {
    function = functions_.find_table_function(static_cast<const sql::FunctionCall&>(*call).name.name);
  }
  if (!function) refuse(sql::to_sql(*call) + " is no call of a table function.", call->pos);
  return bind_call(*function, static_cast<const sql::FunctionCall&>(*call));
}

BoundExprPtr ExpressionBinder::bind_call(const ScalarFunction& function, const sql::FunctionCall& e) const {
  std::vector<BoundExprPtr> args;
  std::vector<TypePtr> types;
  std::vector<std::optional<Value>> literals;
  LambdaArguments lambdas;
  for (const sql::ExprPtr& argument : e.arguments) {
    if (argument->kind == sql::ExprKind::kStar) continue;  // f(*) calls f without arguments
    const bool is_lambda = argument->kind == sql::ExprKind::kLambda;
    lambdas.inputs.push_back(is_lambda ? static_cast<const sql::Lambda&>(*argument).parameters.size() : 0);
    if (is_lambda) {
      // Bound when the function has told the types of its arguments.
      args.push_back(nullptr);
      types.push_back(nullptr);
      literals.emplace_back();
      continue;
    }
    args.push_back(bind_node(*argument));
    types.push_back(args.back()->type);
    const bool is_literal = args.back()->kind == BoundKind::kLiteral;
    literals.push_back(is_literal ? std::optional<Value>(args.back()->value) : std::nullopt);
  }
  lambdas.bind_body = [&](size_t index, const std::vector<TypePtr>& inputs) {
    args[index] = bind_lambda(static_cast<const sql::Lambda&>(*e.arguments[index]), inputs);
    return args[index]->type;
  };
  auto out = make_bound(BoundKind::kFunction, nullptr, e);
  try {
    out->call = functions_.resolve(function, types, literals, lambdas);
  } catch (const std::invalid_argument& error) {
    refuse(error.what(), e.pos);
  }
  out->type = out->call.return_type;
  for (size_t i = 0; i < args.size(); ++i) {
    const TypePtr& parameter = out->call.parameter_types[i];
    if (args[i]->kind == BoundKind::kLambda) {
      auto lambda = std::make_shared<BoundExpr>(*args[i]);
      lambda->args = {cast_to(lambda->args[0], parameter)};
      lambda->type = parameter;
      out->args.push_back(std::move(lambda));
      continue;
    }
    // Text given where a date or time is needed is checked now if it is a literal.
    const bool read_text = args[i]->type->kind() == TypeKind::kString && parameter->kind() != TypeKind::kString;
    out->args.push_back(read_text ? comparison_operand(args[i], parameter, e.arguments[i]->pos)
                                  : cast_to(args[i], parameter));
  }
  check_literal_arguments(*out, e.pos);
  return out;
}

// A pattern, path, unit or time zone that can never work is refused here, not when the query starts.
void ExpressionBinder::check_literal_arguments(const BoundExpr& call, const sql::Position& pos) {
  FunctionBinding binding{{}, {}, call.type};
  for (const BoundExprPtr& argument : call.args) {
    binding.types.push_back(argument->type);
    const bool is_literal = argument->kind == BoundKind::kLiteral;
    binding.literals.push_back(is_literal ? std::optional<Value>(argument->value) : std::nullopt);
  }
  try {
    call.call.overload->make_kernel(binding);
  } catch (const std::invalid_argument& error) {
    refuse(error.what(), pos);
  }
}

BoundExprPtr ExpressionBinder::bind_lambda(const sql::Lambda& e, const std::vector<TypePtr>& inputs) const {
  ExpressionBinder inside = *this;
  std::vector<int> places;
  for (size_t i = 0; i < inputs.size(); ++i) {
    places.push_back(static_cast<int>(schema_.size() + inside.lambda_parameters_.size()));
    inside.lambda_parameters_.push_back({e.parameters[i].name, inputs[i]});
  }
  const BoundExprPtr body = inside.bind_node(*e.body);
  auto out = make_bound(BoundKind::kLambda, body->type, e);
  out->parameters = std::move(places);
  out->args = {body};
  return out;
}

BoundExprPtr ExpressionBinder::bind_lambda_variable(const sql::LambdaVariable& e) const {
  for (size_t i = 0; i < lambda_parameters_.size(); ++i) {
    if (lambda_parameters_[i].name != e.name.name) continue;
    auto out = make_bound(BoundKind::kLambdaVariable, lambda_parameters_[i].type, e);
    out->index = static_cast<int>(schema_.size() + i);
    return out;
  }
  refuse("'" + e.name.name + "' is no argument of a lambda here.", e.pos);
}

BoundExprPtr ExpressionBinder::bind_array(const sql::ArrayConstructor& e) const {
  if (e.elements.empty()) refuse("ARRAY[] has no element to take a type from: give it at least one.", e.pos);
  std::vector<BoundExprPtr> elements;
  for (const sql::ExprPtr& element : e.elements) elements.push_back(bind_node(*element));
  if (all_null(elements)) {
    refuse("An ARRAY of NULLs alone has no type: cast one of them to the type that is meant.", e.pos);
  }
  elements = coerce_to_common_type(elements, e.pos);
  auto out = make_bound(BoundKind::kArray, Type::array(elements[0]->type), e);
  out->args = std::move(elements);
  return out;
}

BoundExprPtr ExpressionBinder::bind_map(const sql::MapConstructor& e) const {
  if (e.entries.empty()) refuse("MAP() has no entry to take types from: give it at least one key := value.", e.pos);
  std::vector<BoundExprPtr> keys, values;
  for (const auto& [key, value] : e.entries) {
    keys.push_back(bind_node(*key));
    values.push_back(bind_node(*value));
  }
  if (all_null(keys)) refuse("The keys of a MAP can't all be NULL: cast one of them to the type that is meant.", e.pos);
  if (all_null(values))
    refuse("The values of a MAP can't all be NULL: cast one of them to the type that is meant.", e.pos);
  keys = coerce_to_common_type(keys, e.pos);
  values = coerce_to_common_type(values, e.pos);
  auto out = make_bound(BoundKind::kMap, Type::map(keys[0]->type, values[0]->type), e);
  for (size_t i = 0; i < keys.size(); ++i) {
    out->args.push_back(keys[i]);
    out->args.push_back(values[i]);
  }
  return out;
}

BoundExprPtr ExpressionBinder::bind_struct(const sql::StructConstructor& e) const {
  std::vector<StructField> fields;
  std::vector<BoundExprPtr> args;
  std::set<std::string> seen;
  for (const auto& [name, value] : e.fields) {
    if (!seen.insert(name.name).second) refuse("The STRUCT has two fields named '" + name.name + "'.", name.pos);
    args.push_back(bind_node(*value));
    if (args.back()->type->kind() == TypeKind::kNull) {
      refuse("The field '" + name.name + "' is NULL without a type: cast it to the type that is meant.", name.pos);
    }
    fields.push_back({name.name, args.back()->type});
  }
  if (fields.empty()) refuse("A STRUCT needs at least one field.", e.pos);
  auto out = make_bound(BoundKind::kStruct, Type::structure(std::move(fields)), e);
  out->args = std::move(args);
  return out;
}

}  // namespace weir
