// The functions of the language, by name. Built once by the visible list in registry.cc; immutable, any thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/functions/aggregate.h"
#include "engine/functions/function.h"

namespace weir {

struct ResolvedCall {
  const ScalarFunction* function = nullptr;
  const Overload* overload = nullptr;
  std::vector<TypePtr>
      parameter_types;  // one for each argument: what to cast it to; of a lambda: what to cast its body to
  TypePtr return_type;
};

// The lambdas among a call's arguments.
struct LambdaArguments {
  std::vector<size_t> inputs;  // how many arguments each argument takes that is a lambda; 0 for others
  // Binds the body of argument `index` over arguments of these types and gives its type.
  std::function<TypePtr(size_t index, const std::vector<TypePtr>& inputs)> bind_body;
};

class FunctionRegistry {
 public:
  static std::shared_ptr<const FunctionRegistry> standard();  // built at first use
  // The same functions in a registry of its own, to which more can be added.
  static std::shared_ptr<FunctionRegistry> make_standard();

  const ScalarFunction* find(const std::string& name) const;  // case-insensitive
  std::vector<const ScalarFunction*> functions() const;       // sorted by name

  // Picks the overload for these argument types by ksqlDB's rules: exact before implicit casts (INT → BIGINT → DECIMAL
  // → DOUBLE), non-variadic before variadic, NULL fits any. Throws std::invalid_argument with a message that names the
  // function, the argument types and the signatures that exist ("Function 'x' does not accept parameters (STRING,
  // INTEGER). …"). A nullptr type stands for a lambda: its body is bound as soon as the arguments before have settled
  // the types that it gets.
  ResolvedCall resolve(const ScalarFunction& function, const std::vector<TypePtr>& arguments,
                       const std::vector<std::optional<Value>>& literals, const LambdaArguments& lambdas = {}) const;

  // Table functions give an array for each row, whose elements become rows; they are called in a SELECT list only.
  // Otherwise they are like scalar functions.
  const ScalarFunction* find_table_function(const std::string& name) const;  // case-insensitive
  std::vector<const ScalarFunction*> table_functions() const;                // sorted by name

  const AggregateFunction* find_aggregate(const std::string& name) const;  // case-insensitive
  std::vector<const AggregateFunction*> aggregates() const;                // sorted by name
  // As for scalar functions. That the last arguments are literals where they must be is the caller's to check.
  ResolvedAggregate resolve(const AggregateFunction& function, const std::vector<TypePtr>& arguments,
                            const std::vector<std::optional<Value>>& literals) const;

  // While building. Parses the signatures; throws std::logic_error for a name or signature that is there already or
  // can't be read.
  void add(ScalarFunction function);
  void add(AggregateFunction function);
  void add_table_function(ScalarFunction function);

 private:
  using ScalarFunctions = std::map<std::string, std::unique_ptr<ScalarFunction>>;  // by upper-case name
  static void add_to(ScalarFunctions& functions, ScalarFunction function);

  ScalarFunctions functions_;
  ScalarFunctions table_functions_;
  std::map<std::string, std::unique_ptr<AggregateFunction>> aggregates_;  // by upper-case name
};

}  // namespace weir
