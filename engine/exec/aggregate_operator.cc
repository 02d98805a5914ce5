#include "engine/exec/aggregate_operator.h"

#include "engine/exec/stage.h"

namespace weir {

AggregateOperator::AggregateOperator(const PlanNode& node, AggregateSet aggregates, TaskContext& context)
    : GroupingOperator(node, std::move(aggregates), context),
      groups_(context.state->key_value(node.id)),
      old_rows_(node.old_rows) {
  if (node.ttl_ms) expiry_.emplace(context.state->key_value(node.id + kExpirySuffix), *node.ttl_ms);
}

void AggregateOperator::take_in(const Batch& batch, uint32_t row) {
  const int64_t time = batch.timestamps[row];
  if (expiry_ && expiry_->advance(time)) end_groups(batch, row);
  std::string_view old;
  if (const auto found = groups_.get(key_)) old = context_.arena->copy(*found);
  if (expiry_ && old.data() == nullptr && expiry_->has_ended(time)) {
    context_.errors.report({RowError::Stage::kLate, row, "GROUP BY",
                            "the row of time " + std::to_string(time) +
                                " came when what it would begin had ended by the TTL at stream time " +
                                std::to_string(expiry_->stream_time()) + "; it is not counted"});
    return;
  }
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
    if (expiry_) {
      expiry_->changed(key_, change.time,
                       old.data() == nullptr ? std::nullopt : std::optional(AggregateSet::time_of(old)));
    }
  }
  output_.add(change);
}

// The first batch since the start goes on where the store is.
void AggregateOperator::begin_rows() {
  if (!expiry_) return;
  expiry_->start([this](const auto& visit) {
    groups_.scan({}, {}, [&](std::string_view key, std::string_view value) {
      visit(key, AggregateSet::time_of(value));
      return true;
    });
  });
}

void AggregateOperator::end_rows() {
  if (expiry_) expiry_->save();
}

bool AggregateOperator::waits_for_time() {
  begin_rows();
  return expiry_ && !expiry_->empty();
}

void AggregateOperator::take_time(int64_t stream_time) {
  begin_rows();
  if (!expiry_ || expiry_->empty()) return;
  if (expiry_->advance(stream_time)) end_groups(TaskContext::time_only(stream_time), 0);
  expiry_->save();
}

void AggregateOperator::end_groups(const Batch& batch, uint32_t row) {
  const auto time_of = [this](std::string_view key) -> std::optional<int64_t> {
    const auto found = groups_.get(key);
    if (!found) return std::nullopt;
    return AggregateSet::time_of(*found);
  };
  expiry_->take(time_of, [&](std::string_view key, int64_t time) {
    std::string_view old;
    if (old_rows_) old = context_.arena->copy(*groups_.get(key));
    output_.add({row, context_.arena->copy(key), {}, old, expiry_->end_of(time), {}});
    groups_.remove(key);
    ++context_.expired;
    if (output_.full()) send_changes(batch);
  });
}

}  // namespace weir
