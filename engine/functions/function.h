// What a scalar function is: documentation, signatures, and a kernel over columns. Built by one visible list
// (registry.cc), immutable afterwards. Any thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/functions/type_pattern.h"
#include "engine/types/arena.h"
#include "engine/types/column.h"
#include "engine/types/row_errors.h"

namespace weir {

// What kernels need while a batch is evaluated. Owned by the task.
struct EvalContext {
  Arena& arena;
  RowErrors& errors;
};

// A lambda that was passed to a function, as its kernel sees it. Owned by the compiled call; its thread alone.
class LambdaArgument {
 public:
  virtual ~LambdaArgument() = default;
  // The body's values for rows.size() calls of it. Call i gets the i-th value of each of `parameters` and sees, as the
  // rest of its surroundings, row rows[i] of the kernel's batch. Where the body fails it reports that row itself, and
  // the whole row's result will be NULL whatever the kernel gives. The column is valid until the next call.
  virtual const Column& evaluate(std::span<const ColumnPtr> parameters, std::span<const uint32_t> rows) = 0;
};

// One call of a kernel over a batch. Argument columns are at least `rows` long and of exactly the types that the
// overload was bound with, those of lambdas left out; `out` has `rows` rows, all null, of the return type: the kernel
// sets what is not null.
struct KernelCall {
  EvalContext& context;
  std::span<const Column* const> args;
  uint32_t rows;
  Column& out;
  std::span<LambdaArgument* const> lambdas = {};  // the arguments that are lambdas, in their order
  // Reports a row's failure; the row stays null.
  void fail(uint32_t row, std::string message) const {
    context.errors.report({RowError::Stage::kEvaluate, row, {}, std::move(message)});
  }
};
// A kernel may keep scratch memory and caches between calls: each compiled expression makes its own, used by one
// thread.
using Kernel = std::function<void(KernelCall&)>;

// What is known when a call is bound: argument types after implicit casts, and the values of literal arguments; those
// of lambdas left out.
struct FunctionBinding {
  std::vector<TypePtr> types;
  std::vector<std::optional<Value>> literals;  // set where the argument is a literal
  TypePtr return_type;
};

struct Overload {
  // "(STRING, INT) -> STRING", "(T, T...) -> T", "(ARRAY<T>) -> T", "(DECIMAL) -> DECIMAL". One parameter may be
  // variadic.
  std::string signature;
  std::string description;
  // Makes the kernel for one bound call; runs once for each compiled expression. May throw StatementError-convertible
  // std::invalid_argument for literal arguments that can never work (a bad regular expression).
  std::function<Kernel(const FunctionBinding&)> make_kernel;
  // Where the pattern can't say it: the return type from the arguments' types after implicit casts (DECIMAL precision
  // …); a bare NULL has kind kNull. May be empty.
  std::function<TypePtr(const std::vector<TypePtr>&, const std::vector<std::optional<Value>>&)> return_type;
  // Parsed from `signature` by the registry.
  std::vector<TypePatternPtr> parameters;
  TypePatternPtr result;
  int variadic = -1;  // index of the variadic parameter
  // Parameters' names and texts for DESCRIBE FUNCTION, in order; may be shorter than the parameters.
  std::vector<std::pair<std::string, std::string>> parameter_docs;
};

struct ScalarFunction {
  std::string name;      // upper-case
  std::string category;  // "string", "mathematical", …
  std::string description;
  std::string example;
  bool deterministic = true;
  std::vector<Overload> overloads;
};

}  // namespace weir
