// What aggregations have in common, windowed or not: rows whose group has no key are reported and dropped, of each
// other row the group's state changes, and the changes go on in batches. Belongs to a task; its thread.
#pragma once

#include <string>
#include <vector>

#include "engine/exec/group_output.h"

namespace weir {

class GroupingOperator : public Operator {
 public:
  void push(const Batch& batch, int input) final;
  void advance_time(int64_t stream_time) final;

 protected:
  // `node`: of kind kAggregate.
  GroupingOperator(const PlanNode& node, AggregateSet aggregates, TaskContext& context);

  // Around the rows of a batch.
  virtual void begin_rows() {}
  virtual void end_rows() {}
  // Stream time is at least this, without a row.
  virtual void take_time(int64_t stream_time) { static_cast<void>(stream_time); }
  // Changes the groups of the row: those of key_. What is added to output_ goes on later.
  virtual void take_in(const Batch& batch, uint32_t row) = 0;

  // The row's old row, of a table, is in the batch.
  static bool has_old_row(const Batch& batch, uint32_t row) {
    return !batch.old_columns.empty() && !batch.old_null.test(row);
  }

  // Passes on what is in output_.
  void send_changes(const Batch& batch);

  TaskContext& context_;
  AggregateSet aggregates_;
  GroupOutput output_;
  std::string key_;    // encoded
  std::string value_;  // scratch

 private:
  RowCodec key_codec_;
  std::vector<int> key_columns_;
};

}  // namespace weir
