#include "engine/exec/table_operator.h"

#include "engine/exec/plan_columns.h"
#include "engine/exec/stage.h"

namespace weir {

TableOperator::TableOperator(const PlanNode& node, TaskContext& context)
    : context_(context),
      schema_(node.schema),
      old_rows_(node.old_rows),
      value_columns_(indices_where(node.schema, false)) {
  if (old_rows_ || node.ttl_ms) rows_.emplace(node.schema, context.state->key_value(node.id), !old_rows_);
  if (!node.ttl_ms) return;
  expiry_.emplace(context.state->key_value(node.id + kExpirySuffix), *node.ttl_ms);
  ended_.emplace(node.schema, old_rows_);
}

void TableOperator::push(const Batch& batch, int) {
  std::vector<uint32_t> keep;
  keep.reserve(batch.rows);
  for (uint32_t row = 0; row < batch.rows; ++row) {
    if (!batch.null_key.test(row)) {
      keep.push_back(row);
      continue;
    }
    context_.errors.report({RowError::Stage::kNullKey, row, "PRIMARY KEY",
                            "the record has no key; a table's row needs one, it is dropped"});
  }
  if (context_.errors.count() > 0) context_.drain_errors(batch);
  if (keep.empty()) return;
  if (!rows_) return keep.size() == batch.rows ? forward(batch) : forward(batch.gather(keep));
  Batch out = keep.size() == batch.rows ? batch : batch.gather(keep);
  if (expiry_) return push_ending(out);
  replace_rows(out);
  forward(out);
}

void TableOperator::replace_rows(Batch& batch) {
  rows_->begin(batch);
  std::vector<std::string_view> old_values;
  old_values.reserve(batch.rows);
  for (uint32_t row = 0; row < batch.rows; ++row) {
    key_.assign(rows_->key_of(row));
    if (!batch.windows.empty()) append_window(batch.windows[row], key_);
    const auto old = rows_->find(key_);
    old_values.push_back(old ? context_.arena->copy(old->values) : std::string_view());
    rows_->change(key_, row);
  }
  set_old_rows(batch, old_values);
}

void TableOperator::begin_expiry() {
  expiry_->start([this](const auto& visit) { rows_->visit_times(visit); });
}

bool TableOperator::waits_for_time() {
  if (!expiry_) return false;
  begin_expiry();
  return !expiry_->empty();
}

void TableOperator::advance_time(int64_t stream_time) {
  if (!waits_for_time()) return;
  if (expiry_->advance(stream_time)) end_rows();
  expiry_->save();
}

// Cut where a row ends others: which batches the rows came in makes no difference to what comes out.
void TableOperator::push_ending(const Batch& batch) {
  begin_expiry();
  uint32_t from = 0;
  int64_t earliest = INT64_MAX;  // of the rows since the last cut
  for (uint32_t row = 0; row < batch.rows; ++row) {
    const int64_t time = batch.timestamps[row];
    if (expiry_->would_end(time, earliest)) {
      if (row > from) replace_ending_rows(batch.slice(from, row - from));
      from = row;
      earliest = INT64_MAX;
      expiry_->advance(time);
      end_rows();
    } else {
      expiry_->advance(time);
    }
    if (!expiry_->has_ended(time)) earliest = std::min(earliest, time);
  }
  replace_ending_rows(from == 0 ? batch : batch.slice(from, batch.rows - from));
  expiry_->save();
}

// A row that has ended when it comes is its key's end.
void TableOperator::replace_ending_rows(Batch batch) {
  rows_->begin(batch);
  std::vector<uint32_t> keep;
  std::vector<uint32_t> ended;  // places in `keep`
  std::vector<std::string_view> old_values;
  keep.reserve(batch.rows);
  for (uint32_t row = 0; row < batch.rows; ++row) {
    const int64_t time = batch.timestamps[row];
    const std::string_view key = rows_->key_of(row);
    const auto old = rows_->find(key);
    const bool has_ended = !batch.null_value.test(row) && expiry_->has_ended(time);
    if (has_ended) {
      ++context_.expired;
      if (!old) continue;
      ended.push_back(keep.size());
    }
    keep.push_back(row);
    if (old_rows_) old_values.push_back(old ? context_.arena->copy(old->values) : std::string_view());
    if (has_ended) {
      rows_->remove(key);
      continue;
    }
    if (!batch.null_value.test(row)) expiry_->changed(key, time, old ? std::optional(old->time) : std::nullopt);
    rows_->change(key, row);
  }
  if (keep.empty()) return;
  if (keep.size() < batch.rows) batch = batch.gather(keep);
  for (const uint32_t row : ended) batch.null_value.set(row);
  if (!ended.empty()) {
    for (const int index : value_columns_) {
      if (!batch.columns[index]) continue;  // nobody uses it
      auto column = batch.columns[index]->slice(0, batch.rows);
      for (const uint32_t row : ended) column->set_null(row);
      batch.columns[index] = std::move(column);
    }
  }
  if (old_rows_) set_old_rows(batch, old_values);
  forward(batch);
}

// `values`: of each row's old one; data() == nullptr: there is none.
void TableOperator::set_old_rows(Batch& batch, const std::vector<std::string_view>& values) {
  batch.old_columns = batch.columns;
  batch.old_null.clear();
  std::vector<Column*> columns;
  for (const int index : value_columns_) {
    auto column = std::make_shared<Column>(schema_[index].type);
    column->reserve(batch.rows);
    columns.push_back(column.get());
    batch.old_columns[index] = std::move(column);
  }
  for (uint32_t row = 0; row < batch.rows; ++row) {
    if (values[row].data() != nullptr) {
      rows_->values().decode(values[row], columns);
    } else {
      batch.old_null.set(row);
      rows_->values().decode_nulls(columns);
    }
  }
}

void TableOperator::end_rows() {
  expiry_->take([this](std::string_view key) { return rows_->time_of(key); },
                [this](std::string_view key, int64_t time) {
                  ended_->add(key, expiry_->end_of(time), old_rows_ ? rows_->find(key)->values : std::string_view());
                  rows_->remove(key);
                  if (ended_->full()) send_ended();
                });
  if (ended_->size() > 0) send_ended();
}

void TableOperator::send_ended() {
  context_.expired += ended_->size();
  forward(ended_->batch());
  ended_->clear();
}

}  // namespace weir
