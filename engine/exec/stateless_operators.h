// Filter, projection and table functions: no state, order kept.
#pragma once

#include <vector>

#include "engine/exec/expression.h"
#include "engine/exec/operator.h"
#include "engine/plan/physical_plan.h"

namespace weir {

// Rows for which the predicate is true go on. A row whose value is NULL as a whole never does. Changes of a table: a new row that
// doesn't pass deletes its key, unless the old one didn't pass either.
class FilterOperator final : public Operator {
 public:
  // `table`: the rows are changes of a table, with their old rows.
  FilterOperator(std::unique_ptr<CompiledExpression> predicate, bool table, TaskContext& context)
      : predicate_(std::move(predicate)), table_(table), context_(context) {}
  void push(const Batch& batch, int input) override;

 private:
  void select(const Batch& batch, std::vector<uint32_t>& out);
  void mark_dropped();
  void push_changes(const Batch& batch);

  std::unique_ptr<CompiledExpression> predicate_;
  bool table_;
  TaskContext& context_;
  std::vector<uint32_t> selected_, old_selected_;
};

// New columns from expressions. A row whose value is NULL as a whole stays so; its key columns are still computed.
class ProjectOperator final : public Operator {
 public:
  // An expression with what the operator has to know of it.
  struct Output {
    std::unique_ptr<CompiledExpression> expression;  // null with a property
    bool key = false;          // makes a key column
    bool needs_value = false;  // reads a column that isn't of the input's key
    RowProperty property = RowProperty::kNone;
  };
  // `changes_key`: the record's key is made anew.
  ProjectOperator(std::vector<Output> outputs, bool changes_key, TaskContext& context)
      : outputs_(std::move(outputs)), changes_key_(changes_key), context_(context) {}
  void push(const Batch& batch, int input) override;

 private:
  std::vector<ColumnPtr> evaluate(const Batch& batch);
  // The key of rows whose value is NULL as a whole (`null_value`).
  void make_keys(const RowBits& null_value, uint32_t rows, std::vector<ColumnPtr>& columns, RowBits& null_key) const;

  std::vector<Output> outputs_;
  bool changes_key_;
  TaskContext& context_;
};

// Rows for the elements of arrays: see PlanKind::kFlatMap. A row whose value is NULL as a whole is dropped.
class FlatMapOperator final : public Operator {
 public:
  // `calls`: each gives an array.
  FlatMapOperator(std::vector<std::unique_ptr<CompiledExpression>> calls, TaskContext& context)
      : calls_(std::move(calls)), context_(context) {}
  void push(const Batch& batch, int input) override;

 private:
  // Rows of the result: which row of the batch, and which element.
  void emit(const Batch& batch, const std::vector<ColumnPtr>& arrays);

  std::vector<std::unique_ptr<CompiledExpression>> calls_;
  TaskContext& context_;
  std::vector<uint32_t> rows_, elements_;
};

}  // namespace weir
