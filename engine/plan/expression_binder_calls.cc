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

bool is_table_function_name(const std::string& name) { return name == "EXPLODE" || name == "CUBE_EXPLODE"; }

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
  for (const sql::ExprPtr& argument : e.arguments) {
    if (argument->kind == sql::ExprKind::kLambda) refuse_unsupported("A lambda function", argument->pos);
  }
  if (!function) {
    const std::string name = upper_case(e.name.name);
    if (functions_.find_aggregate(name)) {
      refuse("The aggregate function " + name + " belongs into SELECT or HAVING of a query with GROUP BY.", e.pos);
    }
    if (is_table_function_name(name)) refuse_unsupported("The table function " + name, e.pos);
    std::vector<std::string> names;
    for (const ScalarFunction* candidate : functions_.functions()) names.push_back(candidate->name);
    refuse("There is no function with the name '" + e.name.name + "'." + suggestion(name, names), e.pos);
  }
  std::vector<BoundExprPtr> args;
  std::vector<TypePtr> types;
  std::vector<std::optional<Value>> literals;
  for (const sql::ExprPtr& argument : e.arguments) {
    if (argument->kind == sql::ExprKind::kStar) continue;  // f(*) calls f without arguments
    args.push_back(bind_node(*argument));
    types.push_back(args.back()->type);
    const bool is_literal = args.back()->kind == BoundKind::kLiteral;
    literals.push_back(is_literal ? std::optional<Value>(args.back()->value) : std::nullopt);
  }
  auto out = make_bound(BoundKind::kFunction, nullptr, e);
  try {
    out->call = functions_.resolve(*function, types, literals);
  } catch (const std::invalid_argument& error) {
    refuse(error.what(), e.pos);
  }
  out->type = out->call.return_type;
  for (size_t i = 0; i < args.size(); ++i) {
    const TypePtr& parameter = out->call.parameter_types[i];
    // Text given where a date or time is needed is checked now if it is a literal.
    const bool read_text = args[i]->type->kind() == TypeKind::kString && parameter->kind() != TypeKind::kString;
    out->args.push_back(read_text ? comparison_operand(args[i], parameter, e.arguments[i]->pos)
                                  : cast_to(args[i], parameter));
  }
  return out;
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
