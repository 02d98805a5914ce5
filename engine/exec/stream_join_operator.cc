#include "engine/exec/stream_join_operator.h"

#include <algorithm>

#include "engine/exec/stage.h"

namespace weir {

namespace {

constexpr size_t kProbesAhead = 32;
constexpr size_t kRowsAhead = 4;

void put_big_endian(std::string& out, uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

uint64_t get_big_endian(std::string_view bytes) {
  uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

// Signed times in an order-preserving unsigned form.
uint64_t sortable_time(int64_t time) { return static_cast<uint64_t>(time) ^ (uint64_t{1} << 63); }
int64_t time_of_sortable(uint64_t bits) { return static_cast<int64_t>(bits ^ (uint64_t{1} << 63)); }

// Windows may be given in days for ever.
int64_t saturated_sum(int64_t a, int64_t b) {
  int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

}  // namespace

StreamJoinOperator::StreamJoinOperator(const PlanNode& node, std::unique_ptr<CompiledExpression> condition,
                                       bool emit_at_once, TaskContext& context)
    : context_(context), condition_(std::move(condition)), schema_(node.schema), emit_at_once_(emit_at_once) {
  const auto& spec = *node.join;
  std::vector<TypePtr> key_types;
  for (const PlanColumn& column : schema_) {
    if (column.key) key_types.push_back(column.type);
  }
  key_codec_ = RowCodec(std::move(key_types));
  held_back_ = spec.grace_ms.has_value();
  grace_ = spec.grace_ms.value_or(0);
  windowed_ = spec.windowed;
  const int64_t retention = join_retention_ms(spec);
  for (int side = 0; side < 2; ++side) {
    const PlanSchema& input = node.inputs[side]->schema;
    std::vector<TypePtr> types;
    for (size_t c = 0; c < input.size(); ++c) {
      (input[c].key ? sides_[side].key_columns : sides_[side].value_columns).push_back(static_cast<int>(c));
      if (!input[c].key) types.push_back(input[c].type);
    }
    sides_[side].codec = RowCodec(std::move(types));
    sides_[side].store = &context_.state->window(node.id + (side == 0 ? "-left" : "-right"), {retention, true});
  }
  // WITHIN (before, after) is told from the left row: its matches lie in [time - before, time + after].
  sides_[0].before = sides_[1].after = spec.before_ms;
  sides_[0].after = sides_[1].before = spec.after_ms;
  sides_[0].outer = spec.type == sql::JoinType::kLeft || spec.type == sql::JoinType::kFull;
  sides_[1].outer = spec.type == sql::JoinType::kRight || spec.type == sql::JoinType::kFull;
  if (held_back_ && (sides_[0].outer || sides_[1].outer)) {
    outer_store_ = &context_.state->key_value(node.id + "-outer");
  }
}

void StreamJoinOperator::start() {
  if (started_) return;
  started_ = true;
  stream_time_ = std::max(sides_[0].store->observed_time(), sides_[1].store->observed_time());
  if (stream_time_ != INT64_MIN) stream_time_ = std::max(stream_time_, context_.advanced_time);
  oldest_held_ = INT64_MAX;
  if (outer_store_ == nullptr) return;
  outer_store_->scan({}, {}, [&](std::string_view entry, std::string_view) {
    oldest_held_ = time_of_sortable(get_big_endian(entry));
    return false;  // the first is the oldest
  });
}

bool StreamJoinOperator::waits_for_time() {
  start();
  return outer_store_ != nullptr && oldest_held_ != INT64_MAX && stream_time_ != INT64_MIN;
}

void StreamJoinOperator::advance_time(int64_t stream_time) {
  if (!waits_for_time() || stream_time <= stream_time_) return;
  stream_time_ = stream_time;
  emit_closed_outer_rows(TaskContext::time_only(stream_time), 0);
}

void StreamJoinOperator::push_rows(const Batch& batch, uint32_t from, uint32_t count, int input) {
  start();
  Side& side = sides_[input];
  std::vector<const Column*> keys, values;
  for (const int c : side.key_columns) keys.push_back(batch.columns[c].get());
  for (const int c : side.value_columns) values.push_back(batch.columns[c].get());
  partition_ = batch.partition;
  for (uint32_t row = from; row < from + count; ++row) {
    // Encoded next to each other in the arena: results may point at them until flush().
    key_scratch_.clear();
    bool null_key = batch.null_key.test(row);
    for (const Column* column : keys) null_key = null_key || column->is_null(row);
    if (batch.null_value.test(row)) {
      context_.errors.report(
          {RowError::Stage::kNullKey, row, "join", "the record's value is NULL; the row is dropped"});
      continue;
    }
    if (null_key && !side.outer) {
      context_.errors.report({RowError::Stage::kNullKey, row, "join", "the join key is NULL; the row is dropped"});
      continue;
    }
    key_codec_.encode(keys, row, key_scratch_);
    value_scratch_.clear();
    side.codec.encode(values, row, value_scratch_);
    const std::string_view key = context_.arena->copy(key_scratch_);
    const std::string_view value = context_.arena->copy(value_scratch_);
    const int64_t time = batch.timestamps[row];
    arrived_.push_back({row, key, value, time, null_key, 0, 0, {}});
    // Rows wait for each other: with a condition so that it is evaluated for many pairs at once, without one so that
    // the memory of several probes is on its way at a time. What a row finds doesn't depend on the rows of its own
    // side.
    if (condition_ && !null_key) find_candidates(input, arrived_.back(), batch);
    if (!condition_) prefetch_index(arrived_.back());
    if (condition_ ? candidates_.size() >= kMaxBatchRows : arrived_.size() >= kProbesAhead)
      process_arrived(input, batch);
    if (pending_.size() >= kMaxBatchRows) flush();
  }
  process_arrived(input, batch);
  if (context_.errors.count() > 0) context_.drain_errors(batch);
  if (emit_at_once_) flush();
}

void StreamJoinOperator::find_candidates(int side_index, ArrivedRow& arrived, const Batch& batch) {
  const Side& side = sides_[side_index];
  arrived.first_candidate = candidates_.size();
  sides_[1 - side_index].store->fetch(
      arrived.key, std::max<int64_t>(0, arrived.time - side.before),
      std::max<int64_t>(0, saturated_sum(arrived.time, side.after)), [&](int64_t other_time, std::string_view other) {
        candidates_.push_back({result_of(side_index, arrived.key, arrived.value, context_.arena->copy(other),
                                         std::max(arrived.time, other_time), batch, arrived.row),
                               other_time});
        return true;
      });
  arrived.end_candidate = candidates_.size();
}

void StreamJoinOperator::check_candidates() {
  std::vector<const Pending*> pairs;
  for (const Candidate& candidate : candidates_) pairs.push_back(&candidate.pair);
  std::vector<uint32_t> matches;
  for (size_t from = 0; from < pairs.size(); from += kMaxBatchRows) {
    const size_t count = std::min(pairs.size() - from, kMaxBatchRows);
    const Batch batch = batch_of(pairs.data() + from, count);
    rows_where(*condition_, batch, context_.eval(), matches);
    if (context_.errors.count() > 0) context_.drain_errors(batch);
    for (size_t i = 0; i < count; ++i) candidates_[from + i].holds = false;
    for (const uint32_t match : matches) candidates_[from + match].holds = true;
  }
}

void StreamJoinOperator::process_arrived(int side, const Batch& batch) {
  if (!candidates_.empty()) {
    if (context_.errors.count() > 0) context_.drain_errors(batch);
    check_candidates();
  }
  for (size_t i = 0; i < arrived_.size(); ++i) {
    const ArrivedRow& arrived = arrived_[i];
    if (!condition_) prefetch_rows(i);
    if (arrived.null_key) {
      // No row of the other side can ever equal it (KIP-962): its row with NULLs is final.
      stream_time_ = std::max(stream_time_, arrived.time);
      emit_alone(side, arrived.key, arrived.value, arrived.time, batch, arrived.row);
    } else {
      process_row(side, arrived, batch);
    }
  }
  arrived_.clear();
  candidates_.clear();
}

void StreamJoinOperator::prefetch_index(ArrivedRow& arrived) const {
  for (int side = 0; side < 2; ++side) arrived.index[side] = sides_[side].store->prefetch_index(arrived.key);
}

// Of the row a few behind the i-th; with the first, of all up to there.
void StreamJoinOperator::prefetch_rows(size_t i) const {
  for (size_t ahead = i == 0 ? 0 : i + kRowsAhead; ahead <= i + kRowsAhead && ahead < arrived_.size(); ++ahead) {
    for (int side = 0; side < 2; ++side) sides_[side].store->prefetch_rows(arrived_[ahead].index[side]);
  }
}

void StreamJoinOperator::process_row(int side_index, const ArrivedRow& arrived, const Batch& batch) {
  const auto& [row, key, value, time, null_key, first_candidate, end_candidate, index] = arrived;
  Side& side = sides_[side_index];
  Side& other = sides_[1 - side_index];
  if (!side.store->put(key, time, value)) {
    context_.errors.report({RowError::Stage::kLate, row, "join",
                            "the row came after its window and grace period had closed; it may find no match"});
  }
  stream_time_ = std::max(stream_time_, time);
  if (outer_store_ != nullptr && time == stream_time_) emit_closed_outer_rows(batch, row);

  const int64_t from = std::max<int64_t>(0, time - side.before);
  const int64_t to = std::max<int64_t>(0, saturated_sum(time, side.after));
  bool matched = false;
  const auto match = [&](int64_t other_time, const Pending& pair) {
    matched = true;
    if (outer_store_ != nullptr && other.outer)
      release(1 - side_index, key, other_time, side_index == 0 ? pair.right : pair.left);
    emit(pair, batch, row);
  };
  if (condition_) {
    for (size_t i = first_candidate; i < end_candidate; ++i) {
      if (candidates_[i].holds) match(candidates_[i].other_time, candidates_[i].pair);
    }
  } else {
    const std::string_view own_key = key, own_value = value;
    const int64_t own_time = time;
    const uint32_t own_row = row;
    other.store->fetch(key, from, to, [&](int64_t other_time, std::string_view other_value) {
      match(other_time, result_of(side_index, own_key, own_value, context_.arena->copy(other_value),
                                  std::max(own_time, other_time), batch, own_row));
      return true;
    });
  }
  if (matched || !side.outer) return;
  if (outer_store_ == nullptr || to < stream_time_) {
    emit_alone(side_index, key, value, time, batch, row);
  } else {
    hold_back(side_index, key, time, value);
  }
}

// `own` and `other` are in the arena.
StreamJoinOperator::Pending StreamJoinOperator::result_of(int side, std::string_view key, std::string_view own,
                                                          std::optional<std::string_view> other, int64_t time,
                                                          const Batch& batch, uint32_t row) const {
  Pending result;
  result.key = key;
  result.timestamp = time;
  result.offset = row < batch.offsets.size() ? batch.offsets[row] : -1;
  result.origin = batch.origin_of(row);
  (side == 0 ? result.left : result.right) = own;
  if (other) (side == 0 ? result.right : result.left) = *other;
  return result;
}

void StreamJoinOperator::emit(const Pending& result, const Batch& batch, uint32_t row) {
  pending_.push_back(result);
  pending_headers_.push_back(batch.headers.empty() ? std::span<const log::HeaderView>{} : batch.headers[row]);
  any_headers_ = any_headers_ || !pending_headers_.back().empty();
}

Batch StreamJoinOperator::batch_of(const Pending* const* results, size_t count) const {
  Batch out;
  out.rows = static_cast<uint32_t>(count);
  out.partition = partition_;
  out.kept = true;
  out.timestamps.reserve(out.rows);
  out.offsets.reserve(out.rows);
  out.origins.reserve(out.rows);
  std::vector<std::shared_ptr<Column>> columns;
  std::vector<Column*> keys, left, right;
  const size_t left_values = sides_[0].codec.types().size();
  size_t value_index = 0;
  for (const PlanColumn& column : schema_) {
    columns.push_back(std::make_shared<Column>(column.type));
    columns.back()->reserve(out.rows);
    (column.key ? keys : value_index++ < left_values ? left : right).push_back(columns.back().get());
  }
  for (size_t i = 0; i < count; ++i) {
    const Pending& result = *results[i];
    key_codec_.decode(result.key, keys);
    if (result.left.data() != nullptr) {
      sides_[0].codec.decode(result.left, left);
    } else {
      sides_[0].codec.decode_nulls(left);
    }
    if (result.right.data() != nullptr) {
      sides_[1].codec.decode(result.right, right);
    } else {
      sides_[1].codec.decode_nulls(right);
    }
    out.timestamps.push_back(result.timestamp);
    out.offsets.push_back(result.offset);
    out.origins.push_back(result.origin);
  }
  if (windowed_) {
    // The key columns are the key, the window's start and its end.
    out.windows.resize(out.rows);
    for (uint32_t row = 0; row < out.rows; ++row) {
      out.windows[row] = {keys[keys.size() - 2]->at<int64_t>(row), keys.back()->at<int64_t>(row)};
    }
  }
  out.columns.assign(columns.begin(), columns.end());
  return out;
}

void StreamJoinOperator::flush() {
  if (pending_.empty()) return;
  std::vector<const Pending*> results;
  results.reserve(pending_.size());
  for (const Pending& result : pending_) results.push_back(&result);
  Batch out = batch_of(results.data(), results.size());
  if (any_headers_) out.headers = pending_headers_;
  pending_.clear();
  pending_headers_.clear();
  any_headers_ = false;
  forward(out);
}

// Outer store: time (sortable) · side (left first, as Kafka Streams orders them) · length of the key · key · sequence.
std::string StreamJoinOperator::outer_prefix(int side, std::string_view key, int64_t time) const {
  std::string out;
  out.reserve(key.size() + 25);
  put_big_endian(out, sortable_time(time));
  out.push_back(static_cast<char>(side));
  put_big_endian(out, key.size());
  out.append(key);
  return out;
}

void StreamJoinOperator::hold_back(int side, std::string_view key, int64_t time, std::string_view value) {
  std::string entry = outer_prefix(side, key, time);
  // Rows of the same key and time stand side by side, in the order of their arrival; the sequence continues after a
  // restart.
  const std::string end = entry + std::string(9, '\xff');
  uint64_t sequence = 0;
  outer_store_->scan(entry, end, [&](std::string_view found, std::string_view) {
    if (found.size() == entry.size() + 8 && found.substr(0, entry.size()) == entry) {
      sequence = get_big_endian(found.substr(entry.size())) + 1;
    }
    return true;
  });
  put_big_endian(entry, sequence);
  outer_store_->put(entry, value);
  oldest_held_ = std::min(oldest_held_, time);
}

void StreamJoinOperator::release(int side, std::string_view key, int64_t time, std::string_view value) {
  const std::string prefix = outer_prefix(side, key, time);
  std::vector<std::string> found;
  outer_store_->scan(prefix, prefix + std::string(9, '\xff'), [&](std::string_view entry, std::string_view held) {
    const bool same_place = entry.size() == prefix.size() + 8 && entry.substr(0, prefix.size()) == prefix;
    if (same_place && (!condition_ || held == value)) found.emplace_back(entry);
    return true;
  });
  for (const std::string& entry : found) outer_store_->remove(entry);
}

void StreamJoinOperator::emit_closed_outer_rows(const Batch& batch, uint32_t row) {
  const int64_t horizon = std::max(sides_[0].after, sides_[1].after);
  if (oldest_held_ == INT64_MAX || saturated_sum(oldest_held_, saturated_sum(horizon, grace_)) >= stream_time_) return;
  if (context_.outer_join_interval_ms > 0) {
    const int64_t now = context_.clock();
    if (now < next_outer_pass_) return;
    next_outer_pass_ = now + context_.outer_join_interval_ms;
  }
  oldest_held_ = INT64_MAX;
  bool open[2] = {!sides_[0].outer, !sides_[1].outer};
  std::vector<std::string> emitted;
  outer_store_->scan({}, {}, [&](std::string_view entry, std::string_view value) {
    const int64_t time = time_of_sortable(get_big_endian(entry));
    const int side = static_cast<unsigned char>(entry[8]);
    if (saturated_sum(time, saturated_sum(sides_[side].after, grace_)) >= stream_time_) {
      oldest_held_ = std::min(oldest_held_, time);
      open[side] = true;
      return !(open[0] && open[1]);
    }
    const uint64_t key_size = get_big_endian(entry.substr(9));
    emit_alone(side, context_.arena->copy(entry.substr(17, key_size)), context_.arena->copy(value), time, batch, row);
    emitted.emplace_back(entry);
    return true;
  });
  for (const std::string& entry : emitted) outer_store_->remove(entry);
}

}  // namespace weir
