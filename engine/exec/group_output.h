// Changes of groups on their way out of an aggregation, gathered to batches of the aggregation's schema: key columns,
// the window's bounds if there is a window, the calls' results. Owned by an operator, its thread.
#pragma once

#include <string_view>
#include <vector>

#include "engine/exec/aggregate_set.h"
#include "engine/exec/row_codec.h"
#include "engine/plan/physical_plan.h"

namespace weir {

struct GroupChange {
  uint32_t row = 0;             // of the batch in work: what made the change
  std::string_view key;         // encoded
  std::string_view value, old;  // of the group after and before; data() == nullptr: none
  int64_t time = 0;
  WindowBounds window;  // windowed aggregations only
};

class GroupOutput {
 public:
  // `node`: of kind kAggregate.
  GroupOutput(const PlanNode& node, AggregateSet& aggregates, TaskContext& context);

  // The change's bytes must be valid until flush(): in the task's arena.
  void add(const GroupChange& change) { changes_.push_back(change); }
  bool full() const { return changes_.size() >= kMaxBatchRows; }
  bool empty() const { return changes_.empty(); }
  // The changes as a batch; `batch` is the one in work. Empties the output.
  Batch take(const Batch& batch);

 private:
  AggregateSet& aggregates_;
  TaskContext& context_;
  PlanSchema schema_;
  bool old_rows_, windowed_;
  RowCodec key_codec_;
  size_t keys_;
  std::vector<GroupChange> changes_;
};

}  // namespace weir
