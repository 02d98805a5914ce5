// How rows of a join of tables end: the part of TableJoinOperator that runs only where there is a TTL.
#include <algorithm>

#include "engine/exec/table_join_operator.h"

namespace weir {

void TableJoinOperator::begin_expiry() {
  for (Side& side : sides_) {
    if (side.expiry) side.expiry->start([&](const auto& visit) { side.table.visit_times(visit); });
  }
  if (!expiry_) return;
  expiry_->start([this](const auto& visit) {
    for (Side& side : sides_) side.table.visit_times(visit);
  });
}

// Which batches and runs the rows came in makes no difference: what a row's time ends has ended before the row is
// taken.
void TableJoinOperator::push_ending(const Batch& batch, uint32_t from, uint32_t count, int input) {
  begin_expiry();
  StoredTable& table = sides_[input].table;
  table.begin(batch);
  for (uint32_t row = from; row < from + count; ++row) {
    if (advance(batch.timestamps[row])) {
      send_results(batch, input);
      end_rows();
      table.begin(batch);
    }
    if (!table.has_null_key(row)) change(batch, row, input);
  }
  send_results(batch, input);
  save_time();
}

bool TableJoinOperator::advance(int64_t time) {
  bool any_ended = false;
  for (Side& side : sides_) {
    if (side.expiry && side.expiry->advance(time)) any_ended = true;
  }
  if (expiry_ && expiry_->advance(time)) any_ended = true;
  return any_ended;
}

void TableJoinOperator::save_time() {
  for (Side& side : sides_) {
    if (side.expiry) side.expiry->save();
  }
  if (expiry_) expiry_->save();
}

bool TableJoinOperator::waits_for_time() {
  begin_expiry();
  return (expiry_ && !expiry_->empty()) || (sides_[0].expiry && !sides_[0].expiry->empty()) ||
         (sides_[1].expiry && !sides_[1].expiry->empty());
}

void TableJoinOperator::advance_time(int64_t stream_time) {
  if (!waits_for_time()) return;
  if (advance(stream_time)) end_rows();
  save_time();
}

void TableJoinOperator::end_rows() {
  for (int side = 0; side < 2; ++side) {
    if (!sides_[side].expiry) continue;
    StoredTable& table = sides_[side].table;
    end_rows_of(
        *sides_[side].expiry, [&](std::string_view key) { return table.time_of(key); }, side, false);
  }
  if (expiry_)
    end_rows_of(
        *expiry_, [this](std::string_view key) { return newest_time(key); }, 0, true);
}

// `keys`: the rows of both sides end.
template <class TimeOf>
void TableJoinOperator::end_rows_of(ExpiryQueue& queue, const TimeOf& time_of, int side, bool keys) {
  EndedRows ended(schemas_[side], false);
  const auto send = [&] {
    const Batch batch = ended.batch();
    sides_[side].table.begin(batch);
    for (uint32_t row = 0; row < batch.rows; ++row) change(batch, row, side, keys);
    send_results(batch, side);
    context_.expired += ended.size();
    ended.clear();
  };
  queue.take(time_of, [&](std::string_view key, int64_t time) {
    ended.add(key, queue.end_of(time), {});
    if (ended.full()) send();
  });
  if (ended.size() > 0) send();
}

std::optional<int64_t> TableJoinOperator::newest_time(std::string_view key) {
  const std::optional<int64_t> left = sides_[0].table.time_of(key), right = sides_[1].table.time_of(key);
  return std::max(left, right);  // none is less than any
}

void TableJoinOperator::note_change(std::string_view key, const Result& result, std::optional<int64_t> own_before,
                                    std::optional<int64_t> other) {
  const std::optional<int64_t> newest = std::max(result.own_new ? std::optional(result.own_time) : std::nullopt, other);
  if (newest) expiry_->changed(key, *newest, std::max(own_before, other));
}

bool TableJoinOperator::settle_ended(Result& result, int side_index, bool old_matches) const {
  const bool own_outer = sides_[side_index].outer, other_outer = sides_[1 - side_index].outer;
  const bool has_other = result.other_new.data() != nullptr;
  const bool pair = result.had_row && has_other;
  result.has_new = false;
  result.has_old = (pair && old_matches) || (own_outer && result.had_row) || (other_outer && has_other);
  if (pair && !old_matches) (own_outer ? result.other_old : result.own_old) = {};
  result.other_new = {};
  return result.has_old;
}

}  // namespace weir
