#include "engine/exec/session_aggregate_operator.h"

#include <algorithm>

#include "engine/exec/aggregation_times.h"

namespace weir {

SessionAggregateOperator::SessionAggregateOperator(const PlanNode& node, AggregateSet aggregates, TaskContext& context)
    : GroupingOperator(node, std::move(aggregates), context),
      gap_(node.aggregate->window->size_ms),
      grace_(window_grace_ms(*node.aggregate)),
      final_(node.aggregate->final),
      sessions_(context.state->session(node.id, window_store_retention_ms(*node.aggregate))) {}

// The first batch since the start goes on where the store is.
void SessionAggregateOperator::begin_rows() {
  if (stream_time_ != INT64_MIN) return;
  stream_time_ = rows_time_ = sessions_.observed_time();
  if (stream_time_ != INT64_MIN) stream_time_ = std::max(stream_time_, context_.advanced_time);
  if (stream_time_ != INT64_MIN) last_close_ = stream_time_ - grace_ - gap_;
}

// The newest session hasn't closed yet.
bool SessionAggregateOperator::waits_for_time() {
  begin_rows();
  return final_ && rows_time_ != INT64_MIN && rows_time_ >= stream_time_ - grace_ - gap_;
}

void SessionAggregateOperator::take_time(int64_t stream_time) {
  begin_rows();
  if (!final_ || stream_time_ == INT64_MIN || stream_time <= stream_time_) return;
  stream_time_ = stream_time;
  // The store keeps what is open: its own time goes by rows.
  emit_closed(0);
}

void SessionAggregateOperator::find_sessions(int64_t time) {
  found_.clear();
  sessions_.find(key_, time - gap_, time + gap_, [&](int64_t start, int64_t end, std::string_view value) {
    found_.push_back({{start, end}, context_.arena->copy(value)});
    return true;
  });
}

void SessionAggregateOperator::take_in(const Batch& batch, uint32_t row) {
  const int64_t time = batch.timestamps[row];
  stream_time_ = std::max(stream_time_, time);
  rows_time_ = std::max(rows_time_, time);
  find_sessions(time);
  WindowBounds bounds{time, time};
  for (const Session& session : found_) {
    bounds.start = std::min(bounds.start, session.bounds.start);
    bounds.end = std::max(bounds.end, session.bounds.end);
  }
  if (bounds.end < stream_time_ - grace_ - gap_) {
    context_.errors.report({RowError::Stage::kLate, row, "WINDOW SESSION",
                            "the row of time " + std::to_string(time) +
                                " came when its session had closed at stream time " + std::to_string(stream_time_) +
                                "; it is dropped"});
  } else {
    const std::string_view key = context_.arena->copy(key_);
    std::string_view before;  // the absorbed sessions together
    for (const Session& session : found_) {
      if (before.data() == nullptr) {
        before = session.value;
      } else {
        merged_.clear();
        aggregates_.merge(before, session.value, merged_);
        before = context_.arena->copy(merged_);
      }
      if (bounds.start == time && bounds.end == time) continue;  // the same session: it is replaced
      sessions_.remove(key_, session.bounds.start, session.bounds.end);
      if (!final_) output_.add({row, key, {}, session.value, session.bounds.end, session.bounds});
    }
    value_.clear();
    aggregates_.add(before, row, time, value_);
    sessions_.put(key_, bounds.start, bounds.end, value_);
    if (!final_) output_.add({row, key, context_.arena->copy(value_), {}, bounds.end, bounds});
  }
  if (final_) emit_closed(row);
  sessions_.advance_time(stream_time_);
}

// The sessions that no row can join any more, in the order of their end.
void SessionAggregateOperator::emit_closed(uint32_t row) {
  const int64_t close = stream_time_ - grace_ - gap_;
  if (close <= last_close_) return;
  sessions_.find_ended(close, [&](std::string_view key, int64_t start, int64_t end, std::string_view value) {
    if (end >= last_close_) {
      output_.add({row, context_.arena->copy(key), context_.arena->copy(value), {}, end, {start, end}});
    }
    return true;
  });
  last_close_ = close;
}

}  // namespace weir
