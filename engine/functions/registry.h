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
  std::vector<TypePtr> parameter_types;  // one for each argument: what to cast it to
  TypePtr return_type;
};

class FunctionRegistry {
 public:
  static std::shared_ptr<const FunctionRegistry> standard();  // built at first use

  const ScalarFunction* find(const std::string& name) const;  // case-insensitive
  std::vector<const ScalarFunction*> functions() const;       // sorted by name

  // Picks the overload for these argument types by ksqlDB's rules: exact before implicit casts (INT → BIGINT → DECIMAL
  // → DOUBLE), non-variadic before variadic, NULL fits any. Throws std::invalid_argument with a message that names the
  // function, the argument types and the signatures that exist ("Function 'x' does not accept parameters (STRING,
  // INTEGER). …").
  ResolvedCall resolve(const ScalarFunction& function, const std::vector<TypePtr>& arguments,
                       const std::vector<std::optional<Value>>& literals) const;

  const AggregateFunction* find_aggregate(const std::string& name) const;  // case-insensitive
  std::vector<const AggregateFunction*> aggregates() const;                // sorted by name
  // As for scalar functions; also throws when an argument that must be a literal isn't one.
  ResolvedAggregate resolve(const AggregateFunction& function, const std::vector<TypePtr>& arguments,
                            const std::vector<std::optional<Value>>& literals) const;

  // While building. Parses the signatures; throws std::logic_error for a name or signature that is there already or
  // can't be read.
  void add(ScalarFunction function);
  void add(AggregateFunction function);

 private:
  std::map<std::string, std::unique_ptr<ScalarFunction>> functions_;  // by upper-case name
  std::map<std::string, std::unique_ptr<AggregateFunction>> aggregates_;  // by upper-case name
};

}  // namespace weir
