#include "engine/exec/stream_table_join_operator.h"

#include <utility>

#include "engine/exec/plan_columns.h"
#include "engine/exec/stage.h"

namespace weir {

StreamTableJoinOperator::StreamTableJoinOperator(const PlanNode& node, std::unique_ptr<CompiledExpression> condition,
                                                 TaskContext& context)
    : context_(context),
      condition_(std::move(condition)),
      left_join_(*node.table_join_type == sql::JoinType::kLeft),
      key_codec_(types_where(node.inputs[0]->schema, true)),
      key_columns_(indices_where(node.inputs[0]->schema, true)),
      right_types_(types_where(node.inputs[1]->schema, false)),
      store_(context.state->key_value(node.id)),
      table_(node.inputs[1]->schema, store_) {
  if (node.right_ttl_ms) expiry_.emplace(context.state->key_value(node.id + kRightExpirySuffix), *node.right_ttl_ms);
}

void StreamTableJoinOperator::push_rows(const Batch& batch, uint32_t from, uint32_t count, int input) {
  if (expiry_) begin_expiry();
  if (input == 0) {
    join_stream(batch, from, count);
  } else {
    change_table(batch, from, count);
  }
  if (expiry_) end_expired_rows();
}

void StreamTableJoinOperator::begin_expiry() {
  expiry_->start([this](const auto& visit) { table_.visit_times(visit); });
}

void StreamTableJoinOperator::advance_time(int64_t stream_time) {
  if (!expiry_) return;
  begin_expiry();
  expiry_->advance(stream_time);
  end_expired_rows();
}

void StreamTableJoinOperator::end_expired_rows() {
  if (expiry_->may_have_ended()) {
    const auto end = [this](std::string_view key, int64_t) {
      table_.remove(key);
      ++context_.expired;
    };
    expiry_->take([this](std::string_view key) { return table_.time_of(key); }, end);
  }
  expiry_->save();
}

void StreamTableJoinOperator::change_table(const Batch& batch, uint32_t from, uint32_t count) {
  table_.begin(batch);
  for (uint32_t row = from; row < from + count; ++row) {
    if (expiry_) expiry_->advance(batch.timestamps[row]);
    if (table_.has_null_key(row)) continue;
    const std::string_view key = table_.key_of(row);
    if (expiry_ && !batch.null_value.test(row)) {
      if (expiry_->has_ended(batch.timestamps[row])) {
        table_.remove(key);
        ++context_.expired;
        continue;
      }
      expiry_->changed(key, batch.timestamps[row], table_.time_of(key));
    }
    table_.change(key, row);
  }
}

void StreamTableJoinOperator::join_stream(const Batch& batch, uint32_t from, uint32_t count) {
  const std::vector<const Column*> keys = columns_at(batch.columns, key_columns_);
  rows_.clear();
  keys_.clear();
  key_ends_.clear();
  key_bytes_.clear();
  earliest_.clear();
  for (uint32_t row = from; row < from + count; ++row) {
    if (expiry_) expiry_->advance(batch.timestamps[row]);
    if (batch.null_value.test(row)) {
      context_.errors.report(
          {RowError::Stage::kNullKey, row, "join", "the record's value is NULL; the row is dropped"});
      continue;
    }
    if (!has_null_key(batch, keys, row)) {
      key_codec_.encode(keys, row, key_bytes_);
    } else if (!left_join_) {
      context_.errors.report({RowError::Stage::kNullKey, row, "join", "the join key is NULL; the row is dropped"});
      continue;
    }
    rows_.push_back(row);
    key_ends_.push_back(key_bytes_.size());
    if (expiry_) earliest_.push_back(expiry_->horizon());
  }
  if (context_.errors.count() > 0) context_.drain_errors(batch);
  if (rows_.empty()) return;
  // A row without a key has empty bytes for it: no stored key is empty.
  for (size_t i = 0; i < rows_.size(); ++i) {
    const size_t begin = i == 0 ? 0 : key_ends_[i - 1];
    keys_.push_back(std::string_view(key_bytes_).substr(begin, key_ends_[i] - begin));
  }
  found_bytes_.clear();
  found_.clear();
  store_.multi_get(keys_, found_bytes_, found_);
  for (size_t i = 0; i < earliest_.size(); ++i) {
    if (found_[i] && stored_time(*found_[i]) < earliest_[i]) found_[i].reset();
  }
  if (condition_) apply_condition(batch);
  if (!left_join_) {
    size_t kept = 0;
    for (size_t i = 0; i < rows_.size(); ++i) {
      if (!found_[i]) continue;
      rows_[kept] = rows_[i];
      found_[kept++] = found_[i];
    }
    rows_.resize(kept);
    found_.resize(kept);
  }
  if (!rows_.empty()) forward(with_right_columns(batch, rows_, found_));
}

// These rows with what was found for them, NULLs where nothing was.
Batch StreamTableJoinOperator::with_right_columns(const Batch& batch, const std::vector<uint32_t>& rows,
                                                  const std::vector<std::optional<std::string_view>>& partners) const {
  std::vector<std::shared_ptr<Column>> right;
  std::vector<Column*> right_columns;
  for (const TypePtr& type : right_types_) {
    right.push_back(std::make_shared<Column>(type));
    right.back()->reserve(rows.size());
    right_columns.push_back(right.back().get());
  }
  for (const auto& partner : partners) {
    if (partner) {
      table_.values().decode(stored_row(*partner), right_columns);
    } else {
      table_.values().decode_nulls(right_columns);
    }
  }
  Batch out = rows.size() == batch.rows ? batch : batch.gather(rows);
  out.columns.insert(out.columns.end(), right.begin(), right.end());
  return out;
}

// A table's row for which the condition doesn't hold counts as not found.
void StreamTableJoinOperator::apply_condition(const Batch& batch) {
  std::vector<size_t> places;  // of the rows with a partner
  std::vector<uint32_t> rows;
  std::vector<std::optional<std::string_view>> partners;
  for (size_t i = 0; i < rows_.size(); ++i) {
    if (!found_[i]) continue;
    places.push_back(i);
    rows.push_back(rows_[i]);
    partners.push_back(std::exchange(found_[i], std::nullopt));
  }
  if (rows.empty()) return;
  const Batch pairs = with_right_columns(batch, rows, partners);
  std::vector<uint32_t> matches;
  rows_where(*condition_, pairs, context_.eval(), matches);
  if (context_.errors.count() > 0) context_.drain_errors(pairs);
  for (const uint32_t match : matches) found_[places[match]] = partners[match];
}

}  // namespace weir
