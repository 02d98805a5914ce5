// What an aggregate function is: documentation, signatures, and how the state of one group follows from its rows.
// States are bytes, because they live in a state store: an Aggregate reads one and appends the next. Definitions are
// built by one visible list (registry.cc), immutable afterwards; any thread. An Aggregate belongs to one operator, one
// thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/functions/function.h"

namespace weir {

// One row that is added to a group, or taken away from it.
struct AggregateRow {
  EvalContext& context;
  std::span<const Column* const> args;  // of exactly the types that the overload was bound with
  uint32_t row;
  // Grows with each row that the operator takes in, over restarts too: tells which of two rows came later.
  int64_t arrival;
};

// One bound call. May keep scratch memory between calls, never the state of a group.
class Aggregate {
 public:
  virtual ~Aggregate() = default;
  // Appends the state of a group without rows.
  virtual void initialize(std::string& out) = 0;
  // Appends the state that `state` becomes when the row is added. A row that can't be added (overflow …) is reported
  // and leaves the state as it was.
  virtual void add(std::string_view state, const AggregateRow& row, std::string& out) = 0;
  // … when the row, which was added before, is taken away. Only called where AggregateFunction::undo says so.
  virtual void undo(std::string_view state, const AggregateRow& row, std::string& out);
  // Appends the state of the rows of both: sessions that have met. `a` is the session that began first.
  virtual void merge(std::string_view a, std::string_view b, std::string& out) = 0;
  // Appends the result to a column of the return type. Views may point into `state` or `arena`.
  virtual void result(std::string_view state, Column& out, Arena& arena) = 0;
};

struct AggregateOverload {
  // As Overload::signature: "(T) -> ARRAY<T>", "(INT, ANY..., INT) -> ARRAY<STRUCT>".
  std::string signature;
  std::string description;
  int literals = 0;  // so many of the last parameters must be literals, known when the call is bound
  // Throws std::invalid_argument for literals that can't work (TOPK of -1).
  std::function<std::unique_ptr<Aggregate>(const FunctionBinding&)> make;
  std::function<TypePtr(const std::vector<TypePtr>&, const std::vector<std::optional<Value>>&)> return_type;
  // Parsed from `signature` by the registry.
  std::vector<TypePatternPtr> parameters;
  TypePatternPtr result;
  int variadic = -1;
  std::vector<std::pair<std::string, std::string>> parameter_docs;
};

struct AggregateFunction {
  std::string name;  // upper-case
  std::string category = "aggregate";
  std::string description;
  std::string example;
  bool undo = false;  // rows can be taken away again: usable over tables
  // ksqlDB keeps the state in a nested value, which the DELIMITED format of its internal topics can't hold: refused
  // there.
  bool nested_state = false;
  std::vector<AggregateOverload> overloads;
};

struct ResolvedAggregate {
  const AggregateFunction* function = nullptr;
  const AggregateOverload* overload = nullptr;
  std::vector<TypePtr> parameter_types;  // one for each argument: what to cast it to
  TypePtr return_type;
};

}  // namespace weir
