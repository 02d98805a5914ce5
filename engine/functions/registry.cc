#include "engine/functions/registry.h"

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "engine/functions/function_lists.h"
#include "engine/functions/overload_resolution.h"
#include "engine/functions/type_pattern_parser.h"

namespace weir {
namespace {

std::string upper_case_name(std::string name) {
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

// Every function of the language.
void add_standard_functions(FunctionRegistry& registry) {
  for (auto family : {conditional_functions, comparison_functions, math_functions, rounding_functions, geo_functions,
                      string_functions, string_search_functions, mask_functions, encoding_functions, regexp_functions,
                      url_functions, json_functions, array_functions, array_set_functions, map_functions,
                      lambda_functions, date_text_functions, date_functions}) {
    for (ScalarFunction& function : family()) registry.add(std::move(function));
  }
  for (ScalarFunction& function : weir::table_functions()) registry.add_table_function(std::move(function));
  for (auto family : {counting_aggregates, numeric_aggregates, min_max_aggregates, collect_aggregates,
                      offset_aggregates, top_k_aggregates, frequency_aggregates, statistics_aggregates}) {
    for (AggregateFunction& function : family()) registry.add(std::move(function));
  }
}

template <class AnyOverload>
void parse_signatures(const std::string& name, std::vector<AnyOverload>& overloads) {
  std::vector<std::string> seen;
  for (AnyOverload& overload : overloads) {
    ParsedSignature parsed;
    try {
      parsed = TypePatternParser(overload.signature).parse_signature();
    } catch (const std::invalid_argument& error) {
      throw std::logic_error("Function " + name + ": " + error.what());
    }
    overload.parameters = std::move(parsed.parameters);
    overload.result = std::move(parsed.result);
    overload.variadic = parsed.variadic;
    const std::string text = signature_to_string(name, {overload.parameters, overload.variadic, {}});
    if (std::find(seen.begin(), seen.end(), text) != seen.end()) {
      throw std::logic_error("Function " + name + " has the signature " + text + " twice");
    }
    seen.push_back(text);
  }
}

// A NULL passed where DECIMAL stands has no precision of its own; any will do, the call's result type is the natural
// one.
template <class Call>
void settle_null_decimals(Call& call, const std::vector<const TypePattern*>& parameters) {
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i]->kind() != TypePattern::Kind::kDecimal) continue;
    if (call.parameter_types[i]->kind() != TypeKind::kNull) continue;
    const bool usable = call.return_type->kind() == TypeKind::kDecimal;
    call.parameter_types[i] = usable ? call.return_type : Type::decimal(kMaxDecimalPrecision, 0);
  }
}

// Binds the lambda's body; what it gives settles the variables of the pattern's result. Returns the type to cast the
// body to.
TypePtr bind_lambda_argument(const std::string& function, const TypePattern& pattern, size_t index,
                             const LambdaArguments& lambdas, TypeBindings& bindings) {
  std::vector<TypePtr> inputs;
  for (size_t i = 0; i + 1 < pattern.children().size(); ++i) {
    inputs.push_back(pattern.children()[i]->substitute(bindings));
    if (!inputs.back() || inputs.back()->kind() == TypeKind::kNull) {
      throw std::invalid_argument("The types of the arguments of the lambda passed to " + function +
                                  " can't be told. CAST the NULL before it to the type that is meant.");
    }
  }
  const TypePattern& result = *pattern.children().back();
  const TypePtr body = lambdas.bind_body(index, inputs);
  if (!result.accepts(body, bindings, ImplicitCasts::kNo)) {
    const TypePtr wanted = result.substitute(bindings);
    throw std::invalid_argument("The lambda passed to " + function + " must give " +
                                (wanted ? wanted->to_string() : result.to_string()) + ", but gives " +
                                body->to_string() + ". CAST its result.");
  }
  const TypePtr settled = result.substitute(bindings);
  return settled ? settled : body;
}

template <class Call, class Function>
Call resolve_call(const Function& function, const std::vector<TypePtr>& arguments,
                  const std::vector<std::optional<Value>>& literals, const LambdaArguments& lambdas = {}) {
  std::vector<SignatureView> signatures;
  for (const auto& overload : function.overloads) {
    signatures.push_back({overload.parameters, overload.variadic, overload.parameter_docs});
  }
  OverloadChoice choice = choose_overload(function.name, signatures, arguments, lambdas.inputs);

  Call call;
  call.function = &function;
  call.overload = &function.overloads[choice.index];
  for (size_t i = 0; i < arguments.size(); ++i) {
    const TypePattern& pattern = *choice.parameters[i];
    call.parameter_types.push_back(arguments[i]
                                       ? pattern.argument_type(arguments[i], choice.bindings)
                                       : bind_lambda_argument(function.name, pattern, i, lambdas, choice.bindings));
  }
  call.return_type = call.overload->return_type ? call.overload->return_type(call.parameter_types, literals)
                                                : call.overload->result->substitute(choice.bindings);
  if (!call.return_type) {
    throw std::invalid_argument("The result type of " + function.name + argument_types_to_string(arguments) +
                                " can't be told from its arguments. CAST a NULL argument to the type that is meant.");
  }
  settle_null_decimals(call, choice.parameters);
  return call;
}

}  // namespace

std::shared_ptr<const FunctionRegistry> FunctionRegistry::standard() {
  static const std::shared_ptr<const FunctionRegistry> instance = make_standard();
  return instance;
}

std::shared_ptr<FunctionRegistry> FunctionRegistry::make_standard() {
  auto registry = std::make_shared<FunctionRegistry>();
  add_standard_functions(*registry);
  return registry;
}

const ScalarFunction* FunctionRegistry::find(const std::string& name) const {
  auto found = functions_.find(upper_case_name(name));
  return found == functions_.end() ? nullptr : found->second.get();
}

std::vector<const ScalarFunction*> FunctionRegistry::functions() const {
  std::vector<const ScalarFunction*> out;
  for (const auto& [name, function] : functions_) out.push_back(function.get());
  return out;
}

const ScalarFunction* FunctionRegistry::find_table_function(const std::string& name) const {
  auto found = table_functions_.find(upper_case_name(name));
  return found == table_functions_.end() ? nullptr : found->second.get();
}

std::vector<const ScalarFunction*> FunctionRegistry::table_functions() const {
  std::vector<const ScalarFunction*> out;
  for (const auto& [name, function] : table_functions_) out.push_back(function.get());
  return out;
}

const AggregateFunction* FunctionRegistry::find_aggregate(const std::string& name) const {
  auto found = aggregates_.find(upper_case_name(name));
  return found == aggregates_.end() ? nullptr : found->second.get();
}

std::vector<const AggregateFunction*> FunctionRegistry::aggregates() const {
  std::vector<const AggregateFunction*> out;
  for (const auto& [name, function] : aggregates_) out.push_back(function.get());
  return out;
}

void FunctionRegistry::add(ScalarFunction function) { add_to(functions_, std::move(function)); }

void FunctionRegistry::add_table_function(ScalarFunction function) { add_to(table_functions_, std::move(function)); }

void FunctionRegistry::add_to(ScalarFunctions& functions, ScalarFunction function) {
  function.name = upper_case_name(function.name);
  parse_signatures(function.name, function.overloads);
  for (const Overload& overload : function.overloads) {
    if (!overload.make_kernel)
      throw std::logic_error("Function " + function.name + " has an overload without a kernel");
  }
  std::string name = function.name;
  const bool added = functions.try_emplace(name, std::make_unique<ScalarFunction>(std::move(function))).second;
  if (!added) throw std::logic_error("Function " + name + " is registered twice");
}

void FunctionRegistry::add(AggregateFunction function) {
  function.name = upper_case_name(function.name);
  parse_signatures(function.name, function.overloads);
  std::string name = function.name;
  const bool added = aggregates_.try_emplace(name, std::make_unique<AggregateFunction>(std::move(function))).second;
  if (!added) throw std::logic_error("Function " + name + " is registered twice");
}

ResolvedCall FunctionRegistry::resolve(const ScalarFunction& function, const std::vector<TypePtr>& arguments,
                                       const std::vector<std::optional<Value>>& literals,
                                       const LambdaArguments& lambdas) const {
  return resolve_call<ResolvedCall>(function, arguments, literals, lambdas);
}

ResolvedAggregate FunctionRegistry::resolve(const AggregateFunction& function, const std::vector<TypePtr>& arguments,
                                            const std::vector<std::optional<Value>>& literals) const {
  return resolve_call<ResolvedAggregate>(function, arguments, literals);
}

}  // namespace weir
