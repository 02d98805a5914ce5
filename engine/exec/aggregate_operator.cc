#include "engine/exec/aggregate_operator.h"

#include "engine/exec/plan_columns.h"

namespace weir {

AggregateOperator::AggregateOperator(const PlanNode& node, AggregateSet aggregates, TaskContext& context)
    : context_(context),
      aggregates_(std::move(aggregates)),
      output_(node, aggregates_, context),
      key_codec_(types_where(node.inputs[0]->schema, true)),
      key_columns_(indices_where(node.inputs[0]->schema, true)),
      groups_(context.state->key_value(node.id)) {}

void AggregateOperator::push(const Batch& batch, int) {
  keys_ = columns_at(batch.columns, key_columns_);
  aggregates_.begin(batch);
  for (uint32_t row = 0; row < batch.rows; ++row) {
    const bool has_old = !batch.old_columns.empty() && !batch.old_null.test(row);
    if (batch.null_value.test(row) && !has_old) continue;
    if (has_null_key(batch, keys_, row)) {
      context_.errors.report({RowError::Stage::kNullKey, row, "GROUP BY", "a grouping expression is NULL; the row is dropped"});
      continue;
    }
    change_group(batch, row);
  }
  if (context_.errors.count() > 0) context_.drain_errors(batch);
  if (!output_.empty()) forward(output_.take(batch));
}

void AggregateOperator::change_group(const Batch& batch, uint32_t row) {
  key_.clear();
  key_codec_.encode(keys_, row, key_);
  std::string_view old;
  if (const auto found = groups_.get(key_)) old = context_.arena->copy(*found);
  const int64_t time = batch.timestamps[row];
  std::string_view present = old;
  if (!batch.old_columns.empty() && !batch.old_null.test(row) && old.data() != nullptr) {
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
