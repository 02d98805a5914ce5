// Tests of aggregate functions: a group to which rows are added and taken away. Every state goes through a store's
// bytes, so what an aggregate keeps outside of it shows as a wrong result.
#pragma once

#include <string>
#include <vector>

#include "tests/unit/functions/function_test.h"

namespace weir::function_test {

class AggregateGroup {
 public:
  // `args`: the arguments' types, with the value of those that are literals; a NULL value means a column.
  AggregateGroup(const std::string& function, std::vector<Arg> args);

  // The values of the arguments that are columns. Each row arrives later than the one before, in whichever group.
  AggregateGroup& add(const ValueList& row);
  AggregateGroup& undo(const ValueList& row);
  // The session that began first and the other one.
  AggregateGroup& merge(const AggregateGroup& other);
  Value result();

  const TypePtr& type() const { return call_.return_type; }
  const std::string& state() const { return state_; }
  std::vector<std::string> errors;

 private:
  void apply(const ValueList& row, bool add);

  ResolvedAggregate call_;
  FunctionBinding binding_;
  std::string state_;
};

// What the exception says when the call is resolved or made.
std::string aggregate_refusal(const std::string& function, const std::vector<Arg>& args);

}  // namespace weir::function_test
