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
  if (expiry_ && expiry_->advance(time)) {
    send_changes(batch);
    end_groups();
  }
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
  if (expiry_->advance(stream_time)) end_groups();
  expiry_->save();
}

void AggregateOperator::end_groups() {
  const auto time_of = [this](std::string_view key) -> std::optional<int64_t> {
    const auto found = groups_.get(key);
    if (!found) return std::nullopt;
    return AggregateSet::time_of(*found);
  };
  expiry_->take(time_of, [this](std::string_view key, int64_t time) {
    Ended ended{std::string(key), {}, expiry_->end_of(time)};
    if (old_rows_) ended.value = *groups_.get(key);
    ended_.push_back(std::move(ended));
    groups_.remove(key);
    if (ended_.size() >= kMaxBatchRows) send_ended();
  });
  send_ended();
}

void AggregateOperator::send_ended() {
  if (ended_.empty()) return;
  for (const Ended& ended : ended_) {
    output_.add({0, ended.key, {}, old_rows_ ? std::string_view(ended.value) : std::string_view(), ended.time, {}});
  }
  context_.expired += ended_.size();
  forward(output_.take(TaskContext::time_only(expiry_->stream_time())));
  ended_.clear();
}

}  // namespace weir
