#include "engine/exec/aggregate_operator.h"

namespace weir {

AggregateOperator::AggregateOperator(const PlanNode& node, AggregateSet aggregates, TaskContext& context)
    : GroupingOperator(node, std::move(aggregates), context), groups_(context.state->key_value(node.id)) {}

void AggregateOperator::take_in(const Batch& batch, uint32_t row) {
  std::string_view old;
  if (const auto found = groups_.get(key_)) old = context_.arena->copy(*found);
  const int64_t time = batch.timestamps[row];
  std::string_view present = old;
  if (has_old_row(batch, row) && old.data() != nullptr) {
    undone_.clear();
    aggregates_.undo(old, row, time, undone_);
    present = undone_;
  }
  if (!batch.null_value.test(row)) {
    value_.clear();
    aggregates_.add(present, row, time, value_);
    present = value_;
  }
  GroupChange change{row, context_.arena->copy(key_), {}, old, time, {}};
  if (present.data() != nullptr) {
    groups_.put(key_, present);
    change.value = context_.arena->copy(present);
    change.time = AggregateSet::time_of(present);
  }
  output_.add(change);
}

}  // namespace weir
