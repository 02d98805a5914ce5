#include "engine/exec/output_operators.h"

#include <algorithm>

#include "engine/exec/changed_rows.h"
#include "engine/exec/plan_columns.h"
#include "engine/exec/window_key.h"

namespace weir {

SinkOperator::SinkOperator(std::unique_ptr<RowEncoder> key, std::vector<int> key_columns,
                           std::unique_ptr<RowEncoder> value, std::vector<int> value_columns, int timestamp_column,
                           std::unique_ptr<TimestampColumn> time, std::optional<WindowInfo> window,
                           TaskContext& context)
    : key_(std::move(key)),
      value_(std::move(value)),
      key_columns_(std::move(key_columns)),
      value_columns_(std::move(value_columns)),
      timestamp_column_(timestamp_column),
      time_(std::move(time)),
      window_(window),
      context_(context) {}

void SinkOperator::push(const Batch& batch, int) {
  const std::vector<const Column*> keys = columns_at(batch.columns, key_columns_);
  const std::vector<const Column*> values = columns_at(batch.columns, value_columns_);
  key_->begin(keys);
  value_->begin(values);
  ColumnPtr times;
  if (timestamp_column_ >= 0) {
    EvalContext eval = context_.eval();
    times = time_->read(batch.columns[timestamp_column_], batch.rows, eval);
  }
  std::string reason;
  for (uint32_t row = 0; row < batch.rows; ++row) {
    log::RecordView record;
    record.timestamp = batch.timestamps[row];
    if (timestamp_column_ >= 0 && !batch.null_value.test(row)) {
      if (times->is_null(row) || times->at<int64_t>(row) < 0) {
        context_.errors.report(
            {RowError::Stage::kTimestamp, row, "TIMESTAMP of the sink",
             "the timestamp column is NULL, negative or not in the declared format; the row is dropped"});
        continue;
      }
      record.timestamp = times->at<int64_t>(row);
    }
    bool is_null = key_columns_.empty();
    if (!is_null && !batch.null_key.test(row)) {
      key_bytes_.clear();
      if (!key_->encode(row, key_bytes_, is_null, reason)) {
        context_.errors.report({RowError::Stage::kEncode, row, "key", reason});
        continue;
      }
      if (!is_null) record.key = key_bytes_;
    }
    // All windows of a key are in one partition: that of the key without its window.
    const size_t key_size = key_bytes_.size();
    if (record.key && window_) {
      append_key_window(key_bytes_, *window_, batch.windows.at(row));
      record.key = key_bytes_;
    }
    if (!batch.null_value.test(row)) {
      value_bytes_.clear();
      is_null = false;
      if (!value_->encode(row, value_bytes_, is_null, reason)) {
        context_.errors.report({RowError::Stage::kEncode, row, "value", reason});
        continue;
      }
      if (!is_null) record.value = value_bytes_;
    }
    if (!batch.headers.empty()) record.headers = batch.headers[row];
    try {
      context_.collector->collect(record,
                                  record.key ? log::OptionalBytes(record.key->substr(0, key_size)) : std::nullopt);
    } catch (const RecordRefused& refused) {
      context_.errors.report({RowError::Stage::kProduce, row, "sink", refused.what()});
    }
  }
  if (context_.errors.count() > 0) context_.drain_errors(batch);
}

RepartitionSink::RepartitionSink(const PlanNode& node, size_t side, std::unique_ptr<RowEncoder> partition_key,
                                 TaskContext& context)
    : key_codec_(types_where(node.schema, true)),
      value_codec_(types_where(node.schema, false)),
      key_columns_(indices_where(node.schema, true)),
      value_columns_(indices_where(node.schema, false)),
      table_(node.table),
      drop_null_keys_(node.drop_null_keys),
      side_(side),
      partition_column_(index_of(node.schema, node.partition_column)),
      partition_key_(std::move(partition_key)),
      context_(context) {
  if (!node.windowed_key) return;
  std::vector<TypePtr> types = types_where(node.schema, true);
  types.resize(types.size() - 2);
  partition_codec_.emplace(std::move(types));
}

void RepartitionSink::push(const Batch& batch, int) {
  if (table_ && batch.old_columns.empty()) {
    push_new_rows(batch);
  } else if (table_) {
    push_changes(batch);
  } else {
    push_rows_of(batch);
  }
  if (context_.errors.count() > 0) context_.drain_errors(batch);
}

void RepartitionSink::push_rows_of(const Batch& batch) {
  const std::vector<const Column*> keys = columns_at(batch.columns, key_columns_);
  const std::vector<const Column*> values = columns_at(batch.columns, value_columns_);
  if (partition_key_) partition_key_->begin(partition_columns(keys));
  for (uint32_t row = 0; row < batch.rows; ++row) {
    log::OptionalBytes partition_by;
    log::RecordView record;
    record.timestamp = batch.timestamps[row];
    const bool null_key = drop_null_keys_ ? has_null_key(batch, keys, row) : batch.null_key.test(row);
    if (null_key) {
      if (drop_null_keys_) {
        report_null_key(row);
        continue;
      }
    } else {
      key_bytes_.clear();
      key_codec_.encode(keys, row, key_bytes_);
      record.key = key_bytes_;
      if (!partition_bytes_of(keys, row, partition_by)) continue;
    }
    if (!batch.null_value.test(row)) {
      value_bytes_.clear();
      value_codec_.encode(values, row, value_bytes_);
      record.value = value_bytes_;
    }
    if (!batch.headers.empty()) record.headers = batch.headers[row];
    const int32_t partition = partition_column_ < 0 ? -1 : batch.columns[partition_column_]->at<int32_t>(row);
    context_.collector->collect_to(side_, record, partition_by, partition);
  }
}

bool RepartitionSink::partition_bytes_of(std::span<const Column* const> keys, uint32_t row, log::OptionalBytes& out) {
  out = key_bytes_;
  if (!partition_key_ && !partition_codec_) return true;
  partition_bytes_.clear();
  if (!partition_key_) {
    partition_codec_->encode(partition_columns(keys), row, partition_bytes_);
    out = partition_bytes_;
    return true;
  }
  bool is_null = false;
  std::string reason;
  if (!partition_key_->encode(row, partition_bytes_, is_null, reason)) {
    context_.errors.report({RowError::Stage::kEncode, row, "key", reason});
    return false;
  }
  if (!is_null) out = partition_bytes_;
  return true;
}

void RepartitionSink::push_new_rows(const Batch& batch) {
  const std::vector<const Column*> keys = columns_at(batch.columns, key_columns_);
  const std::vector<const Column*> values = columns_at(batch.columns, value_columns_);
  if (partition_key_) partition_key_->begin(partition_columns(keys));
  for (uint32_t row = 0; row < batch.rows; ++row) {
    if (has_null_key(batch, keys, row)) {
      report_null_key(row);
      continue;
    }
    key_bytes_.clear();
    key_codec_.encode(keys, row, key_bytes_);
    log::OptionalBytes partition_by;
    if (!partition_bytes_of(keys, row, partition_by)) continue;
    value_bytes_.assign(1, kChangedRowsVersion);
    append_changed_row(std::nullopt, value_bytes_);
    if (batch.null_value.test(row)) {
      append_changed_row(std::nullopt, value_bytes_);
    } else {
      row_bytes_.clear();
      value_codec_.encode(values, row, row_bytes_);
      append_changed_row(row_bytes_, value_bytes_);
    }
    log::RecordView record;
    record.timestamp = batch.timestamps[row];
    record.key = key_bytes_;
    record.value = value_bytes_;
    if (!batch.headers.empty()) record.headers = batch.headers[row];
    context_.collector->collect_to(side_, record, partition_by, -1);
  }
}

// A change may take a row from one key to another: the old key hears first that its row is gone.
void RepartitionSink::push_changes(const Batch& batch) {
  const std::vector<const Column*> keys = columns_at(batch.columns, key_columns_);
  const std::vector<const Column*> values = columns_at(batch.columns, value_columns_);
  const std::vector<const Column*> old_keys = columns_at(batch.old_columns, key_columns_);
  const std::vector<const Column*> old_values = columns_at(batch.old_columns, value_columns_);
  const auto is_keyed = [](const std::vector<const Column*>& columns, uint32_t row) {
    return std::none_of(columns.begin(), columns.end(), [row](const Column* column) { return column->is_null(row); });
  };
  for (uint32_t row = 0; row < batch.rows; ++row) {
    bool has_new = !batch.null_value.test(row);
    if (has_new && !is_keyed(keys, row)) {
      report_null_key(row);
      has_new = false;
    }
    const bool has_old = !batch.old_null.test(row) && is_keyed(old_keys, row);
    key_bytes_.clear();
    old_key_bytes_.clear();
    if (has_new) key_codec_.encode(keys, row, key_bytes_);
    if (has_old) key_codec_.encode(old_keys, row, old_key_bytes_);
    const auto encode_row = [&](const std::vector<const Column*>& columns) {
      row_bytes_.clear();
      value_codec_.encode(columns, row, row_bytes_);
      return std::string_view(row_bytes_);
    };
    const bool one_key = has_new && has_old && key_bytes_ == old_key_bytes_;
    if (has_old) {
      value_bytes_.assign(1, kChangedRowsVersion);
      append_changed_row(encode_row(old_values), value_bytes_);
      if (one_key) {
        append_changed_row(encode_row(values), value_bytes_);
      } else {
        append_changed_row(std::nullopt, value_bytes_);
      }
      collect_change(batch, row, old_key_bytes_);
    }
    if (has_new && !one_key) {
      value_bytes_.assign(1, kChangedRowsVersion);
      append_changed_row(std::nullopt, value_bytes_);
      append_changed_row(encode_row(values), value_bytes_);
      collect_change(batch, row, key_bytes_);
    }
  }
}

void RepartitionSink::collect_change(const Batch& batch, uint32_t row, const std::string& key) {
  log::RecordView record;
  record.timestamp = batch.timestamps[row];
  record.key = key;
  record.value = value_bytes_;
  if (!batch.headers.empty()) record.headers = batch.headers[row];
  context_.collector->collect_to(side_, record, record.key, -1);
}

void RepartitionSink::report_null_key(uint32_t row) {
  context_.errors.report(
      {RowError::Stage::kNullKey, row, "new key", "a column of the new key is NULL; the row is dropped"});
}

void ClientSink::push(const Batch& batch, int) {
  // A record whose value is NULL as a whole is no row of a stream.
  std::vector<uint32_t> keep;
  keep.reserve(batch.rows);
  for (uint32_t row = 0; row < batch.rows; ++row) {
    if (!batch.null_value.test(row)) keep.push_back(row);
  }
  if (keep.empty()) return;
  if (keep.size() == batch.rows) {
    context_.collector->rows(batch);
  } else {
    context_.collector->rows(batch.gather(keep));
  }
}

}  // namespace weir
