// Filter and projection: no state, order kept, a row out for each row in at most.
#pragma once

#include <vector>

#include "engine/exec/expression.h"
#include "engine/exec/operator.h"
#include "engine/plan/physical_plan.h"

namespace weir {

// Rows for which the predicate is true go on. A row whose value is NULL as a whole never does.
class FilterOperator final : public Operator {
 public:
  FilterOperator(std::unique_ptr<CompiledExpression> predicate, TaskContext& context)
      : predicate_(std::move(predicate)), context_(context) {}
  void push(const Batch& batch, int input) override;

 private:
  std::unique_ptr<CompiledExpression> predicate_;
  TaskContext& context_;
  std::vector<uint32_t> selected_;
};

// New columns from expressions. A row whose value is NULL as a whole stays so; its key columns are still computed.
class ProjectOperator final : public Operator {
 public:
  // An expression with what the operator has to know of it.
  struct Output {
    std::unique_ptr<CompiledExpression> expression;
    bool key = false;        // makes a key column
    bool needs_value = false;  // reads a column that isn't of the input's key
  };
  // `changes_key`: the record's key is made anew.
  ProjectOperator(std::vector<Output> outputs, bool changes_key, TaskContext& context)
      : outputs_(std::move(outputs)), changes_key_(changes_key), context_(context) {}
  void push(const Batch& batch, int input) override;

 private:
  void make_keys(Batch& out) const;

  std::vector<Output> outputs_;
  bool changes_key_;
  TaskContext& context_;
};

}  // namespace weir
