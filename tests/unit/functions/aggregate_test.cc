#include "tests/unit/functions/aggregate_test.h"

#include <stdexcept>

namespace weir::function_test {
namespace {

int64_t next_arrival = 0;

}  // namespace

AggregateGroup::AggregateGroup(const std::string& function, std::vector<Arg> args) {
  const auto registry = FunctionRegistry::standard();
  const AggregateFunction* found = registry->find_aggregate(function);
  REQUIRE(found);
  std::vector<TypePtr> types;
  std::vector<std::optional<Value>> literals;
  for (const Arg& arg : args) {
    types.push_back(arg.type);
    literals.push_back(arg.value.is_null() ? std::nullopt : std::optional(arg.value));
  }
  call_ = registry->resolve(*found, types, literals);
  binding_ = {call_.parameter_types, literals, call_.return_type};
  call_.overload->make(binding_)->initialize(state_);
}

void AggregateGroup::apply(const ValueList& row, bool add) {
  Arena arena;
  RowErrors row_errors;
  EvalContext context{arena, row_errors};
  std::vector<Column> columns;
  size_t given = 0;
  for (size_t i = 0; i < call_.parameter_types.size(); ++i) {
    // The row isn't the batch's first.
    Column column(call_.parameter_types[i], 3);
    column.append_value(binding_.literals[i] ? *binding_.literals[i] : row.at(given++), arena);
    columns.push_back(std::move(column));
  }
  REQUIRE(given == row.size());
  std::vector<const Column*> args;
  for (const Column& column : columns) args.push_back(&column);
  const AggregateRow aggregate_row{context, args, 3, next_arrival++};
  const auto aggregate = call_.overload->make(binding_);
  std::string next = "before";  // states are appended
  if (add) {
    aggregate->add(state_, aggregate_row, next);
  } else {
    REQUIRE(call_.function->undo);
    aggregate->undo(state_, aggregate_row, next);
  }
  REQUIRE(next.starts_with("before"));
  state_ = next.substr(6);
  for (const RowError& error : row_errors.errors()) errors.push_back(error.message);
}

AggregateGroup& AggregateGroup::add(const ValueList& row) {
  apply(row, true);
  return *this;
}

AggregateGroup& AggregateGroup::undo(const ValueList& row) {
  apply(row, false);
  return *this;
}

AggregateGroup& AggregateGroup::merge(const AggregateGroup& other) {
  std::string next = "before";
  call_.overload->make(binding_)->merge(state_, other.state_, next);
  REQUIRE(next.starts_with("before"));
  state_ = next.substr(6);
  return *this;
}

Value AggregateGroup::result() {
  Arena arena;
  Column out(call_.return_type, 2);
  call_.overload->make(binding_)->result(state_, out, arena);
  REQUIRE(out.size() == 3);
  return out.value(2);
}

std::string aggregate_refusal(const std::string& function, const std::vector<Arg>& args) {
  try {
    AggregateGroup(function, args);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

}  // namespace weir::function_test
