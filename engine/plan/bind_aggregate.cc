#include <stdexcept>

#include "engine/plan/binder.h"
#include "engine/plan/coercion.h"
#include "engine/plan/messages.h"

namespace weir {

BoundAggregate bind_aggregate(const sql::ExprPtr& call, const PlanSchema& schema, const FunctionRegistry& functions,
                              const Catalog* catalog_for_types) {
  const auto& function_call = static_cast<const sql::FunctionCall&>(*call);
  const AggregateFunction* function = functions.find_aggregate(function_call.name.name);
  if (!function) refuse("There is no aggregate function '" + function_call.name.name + "'.", call->pos);
  BoundAggregate out;
  std::vector<TypePtr> types;
  for (const sql::ExprPtr& argument : function_call.arguments) {
    if (argument->kind == sql::ExprKind::kStar) continue;  // f(*) calls f without arguments
    out.args.push_back(bind_expression(argument, schema, functions, catalog_for_types));
    types.push_back(out.args.back()->type);
    const bool is_literal = out.args.back()->kind == BoundKind::kLiteral;
    out.literals.push_back(is_literal ? std::optional<Value>(out.args.back()->value) : std::nullopt);
  }
  try {
    out.call = functions.resolve(*function, types, out.literals);
    for (size_t i = out.args.size() - out.call.overload->literals; i < out.args.size(); ++i) {
      if (out.literals[i]) continue;
      refuse("Parameter " + std::to_string(i + 1) + " of function " + function->name +
                 " must be a constant, such as a number written out, not " + out.args[i]->text + ".",
             call->pos);
    }
    // Literals that can't work are refused now, not when the query runs.
    out.call.overload->make({out.call.parameter_types, out.literals, out.call.return_type});
  } catch (const std::invalid_argument& error) {
    refuse(error.what(), call->pos);
  }
  for (size_t i = 0; i < out.args.size(); ++i) {
    if (out.call.parameter_types[i]->kind() == TypeKind::kNull) continue;  // any type
    out.args[i] = cast_to(out.args[i], out.call.parameter_types[i]);
    if (out.args[i]->kind == BoundKind::kLiteral) out.literals[i] = out.args[i]->value;
  }
  return out;
}

}  // namespace weir
