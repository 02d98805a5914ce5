// The table of the rows of two tables with equal keys, with the results of Kafka Streams' KTableKTable joins change by
// change: whichever side changes, the key's joined row is made anew and goes on, with the later time of both. Each side
// is kept in a key-value store, so the inputs needn't carry old rows.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/exec/expression.h"
#include "engine/exec/operator.h"
#include "engine/exec/stored_table.h"
#include "engine/plan/physical_plan.h"

namespace weir {

class TableJoinOperator final : public Operator {
 public:
  // `node`: of kind kTableJoin. `condition`: of its predicate, over its output; null: none.
  TableJoinOperator(const PlanNode& node, std::unique_ptr<CompiledExpression> condition, TaskContext& context);

  void push(const Batch& batch, int input) override { push_rows(batch, 0, batch.rows, input); }
  void push_rows(const Batch& batch, uint32_t from, uint32_t count, int input) override;

 private:
  struct Side {
    StoredTable table;
    std::vector<int> value_columns;  // in the input's batches
    bool outer = false;              // its rows come out without a match
  };
  // A changed row of the joined table.
  struct Result {
    uint32_t row;  // of the batch in work
    int64_t time;
    bool has_new, has_old;       // the joined row after and before the change
    bool own_new;                // the side that changed has a row now
    bool had_row;                // … and had one before, if it makes a difference
    std::string_view own_old;    // its encoded row before; data() == nullptr: none, or nobody asks
    std::string_view other_new;  // the other side's row beside the new one; data() == nullptr: none
    std::string_view other_old;  // … and beside the old one
    int64_t own_time;
  };

  void change(const Batch& batch, uint32_t row, int side);
  void apply_condition(const Batch& batch, int side);
  void evaluate_condition(const Batch& batch, int side, bool old, std::vector<char>& holds);
  bool settle(Result& result, int side, bool new_matches, bool old_matches) const;
  void emit(const Batch& batch, int side);
  std::vector<ColumnPtr> own_columns(const Batch& batch, const Side& side, const std::vector<uint32_t>& rows) const;
  std::vector<ColumnPtr> decode(const Side& side, const std::vector<std::string_view>& rows) const;
  std::vector<ColumnPtr> decode(const Side& side, std::string_view Result::*bytes) const;

  TaskContext& context_;
  std::unique_ptr<CompiledExpression> condition_;
  bool old_rows_;
  std::vector<int> key_columns_[2];
  Side sides_[2];
  std::vector<Result> results_;
};

}  // namespace weir
