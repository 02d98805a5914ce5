#include "engine/exec/grouping_operator.h"

#include "engine/exec/plan_columns.h"

namespace weir {

GroupingOperator::GroupingOperator(const PlanNode& node, AggregateSet aggregates, TaskContext& context)
    : context_(context),
      aggregates_(std::move(aggregates)),
      output_(node, aggregates_, context),
      key_codec_(types_where(node.inputs[0]->schema, true)),
      key_columns_(indices_where(node.inputs[0]->schema, true)) {}

void GroupingOperator::push(const Batch& batch, int) {
  const std::vector<const Column*> keys = columns_at(batch.columns, key_columns_);
  aggregates_.begin(batch);
  begin_rows();
  for (uint32_t row = 0; row < batch.rows; ++row) {
    if (batch.null_value.test(row) && !has_old_row(batch, row)) continue;
    if (has_null_key(batch, keys, row)) {
      context_.errors.report(
          {RowError::Stage::kNullKey, row, "GROUP BY", "a grouping expression is NULL; the row is dropped"});
      continue;
    }
    key_.clear();
    key_codec_.encode(keys, row, key_);
    take_in(batch, row);
    if (output_.full()) send_changes(batch);
  }
  end_rows();
  send_changes(batch);
}

void GroupingOperator::advance_time(int64_t stream_time) {
  take_time(stream_time);
  if (!output_.empty()) forward(output_.take(TaskContext::time_only(stream_time)));
}

// Errors first: whoever comes next takes those that it finds for errors of its own rows.
void GroupingOperator::send_changes(const Batch& batch) {
  if (context_.errors.count() > 0) context_.drain_errors(batch);
  if (!output_.empty()) forward(output_.take(batch));
}

}  // namespace weir
