#include "engine/exec/window_aggregate_operator.h"

#include <algorithm>

#include "engine/exec/aggregation_times.h"

namespace weir {

namespace {

// a / b rounded down.
int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace

WindowAggregateOperator::WindowAggregateOperator(const PlanNode& node, AggregateSet aggregates, TaskContext& context)
    : GroupingOperator(node, std::move(aggregates), context),
      size_(node.aggregate->window->size_ms),
      advance_(node.aggregate->window->advance_ms),
      grace_(window_grace_ms(*node.aggregate)),
      retention_(window_retention_ms(*node.aggregate)),
      final_(node.aggregate->final),
      groups_(context.state->window(node.id, {window_store_retention_ms(*node.aggregate), false})) {}

// The first batch since the start goes on where the store is.
void WindowAggregateOperator::begin_rows() {
  if (stream_time_ != INT64_MIN) return;
  stream_time_ = rows_time_ = groups_.observed_time();
  if (stream_time_ != INT64_MIN) stream_time_ = std::max(stream_time_, context_.advanced_time);
  if (stream_time_ != INT64_MIN) last_close_ = stream_time_ - grace_;
}

void WindowAggregateOperator::end_rows() {
  if (rows_time_ != INT64_MIN) groups_.advance_time(rows_time_);
}

// The newest window hasn't closed yet.
bool WindowAggregateOperator::waits_for_time() {
  begin_rows();
  if (!final_ || rows_time_ == INT64_MIN) return false;
  return floor_divide(rows_time_, advance_) * advance_ + size_ > stream_time_ - grace_;
}

void WindowAggregateOperator::take_time(int64_t stream_time) {
  begin_rows();
  if (!final_ || stream_time_ == INT64_MIN || stream_time <= stream_time_) return;
  stream_time_ = stream_time;
  // The store still has all that was open: its own time goes by rows.
  emit_closed(0, INT64_MIN);
}

void WindowAggregateOperator::take_in(const Batch& batch, uint32_t row) {
  const int64_t time = batch.timestamps[row];
  stream_time_ = std::max(stream_time_, time);
  rows_time_ = std::max(rows_time_, time);
  const int64_t close = stream_time_ - grace_;
  int64_t late = 0;
  for (int64_t start = std::max<int64_t>(0, time - size_ + advance_) / advance_ * advance_; start <= time;
       start += advance_) {
    if (start + size_ > close) {
      change_group(batch, row, start);
    } else {
      ++late;
    }
  }
  if (late > 0) {
    context_.errors.report({RowError::Stage::kLate, row, "WINDOW",
                            "the row of time " + std::to_string(time) +
                                " came when its window had closed at stream time " + std::to_string(stream_time_) +
                                "; it is not counted there"});
  }
  if (final_) emit_closed(row, newest_start() - retention_);
}

void WindowAggregateOperator::change_group(const Batch& batch, uint32_t row, int64_t start) {
  std::string_view old;
  if (const auto found = groups_.get(key_, start)) old = context_.arena->copy(*found);
  value_.clear();
  aggregates_.add(old, row, batch.timestamps[row], value_);
  groups_.put(key_, start, value_);
  if (final_) return;
  output_.add({row,
               context_.arena->copy(key_),
               context_.arena->copy(value_),
               old,
               AggregateSet::time_of(value_),
               {start, start + size_}});
}

int64_t WindowAggregateOperator::newest_start() const { return floor_divide(stream_time_, advance_) * advance_; }

// The windows that have closed since the last time, in the order of their start. Windows that the store keeps no longer
// when stream time jumps are lost, as in Kafka Streams: RETENTION says how long they are kept.
void WindowAggregateOperator::emit_closed(uint32_t row, int64_t oldest_start) {
  const int64_t close = stream_time_ - grace_;
  const int64_t last_start = close - size_;
  const bool any_closed =
      last_close_ == INT64_MIN || floor_divide(last_start, advance_) != floor_divide(last_close_ - size_, advance_);
  if (last_start < 0 || !any_closed) {
    last_close_ = close;
    return;
  }
  const int64_t first_start = std::max(last_close_ == INT64_MIN ? 0 : last_close_ - size_ + 1, oldest_start);
  groups_.fetch_all(first_start, last_start, [&](std::string_view key, int64_t start, std::string_view value) {
    output_.add({row,
                 context_.arena->copy(key),
                 context_.arena->copy(value),
                 {},
                 AggregateSet::time_of(value),
                 {start, start + size_}});
    return true;
  });
  last_close_ = close;
}

}  // namespace weir
