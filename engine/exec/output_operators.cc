#include "engine/exec/output_operators.h"

namespace weir {

namespace {

std::vector<const Column*> columns_at(const Batch& batch, const std::vector<int>& indices) {
  std::vector<const Column*> out;
  out.reserve(indices.size());
  for (const int index : indices) out.push_back(batch.columns[index].get());
  return out;
}

std::vector<TypePtr> types_where(const PlanSchema& schema, bool key) {
  std::vector<TypePtr> out;
  for (const PlanColumn& column : schema) {
    if (column.key == key) out.push_back(column.type);
  }
  return out;
}

std::vector<int> indices_where(const PlanSchema& schema, bool key) {
  std::vector<int> out;
  for (size_t i = 0; i < schema.size(); ++i) {
    if (schema[i].key == key) out.push_back(static_cast<int>(i));
  }
  return out;
}

}  // namespace

SinkOperator::SinkOperator(std::unique_ptr<RowEncoder> key, std::vector<int> key_columns, std::unique_ptr<RowEncoder> value,
                           std::vector<int> value_columns, int timestamp_column,
                           std::unique_ptr<TimestampColumn> time, TaskContext& context)
    : key_(std::move(key)),
      value_(std::move(value)),
      key_columns_(std::move(key_columns)),
      value_columns_(std::move(value_columns)),
      timestamp_column_(timestamp_column),
      time_(std::move(time)),
      context_(context) {}

void SinkOperator::push(const Batch& batch, int) {
  const std::vector<const Column*> keys = columns_at(batch, key_columns_);
  const std::vector<const Column*> values = columns_at(batch, value_columns_);
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
        context_.errors.report({RowError::Stage::kTimestamp, row, "TIMESTAMP of the sink",
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
    context_.collector->collect(record, record.key);
  }
  if (context_.errors.count() > 0) context_.drain_errors(batch);
}

RepartitionSink::RepartitionSink(const PlanSchema& schema, bool drop_null_keys, std::unique_ptr<RowEncoder> partition_key,
                                 TaskContext& context)
    : key_codec_(types_where(schema, true)),
      value_codec_(types_where(schema, false)),
      key_columns_(indices_where(schema, true)),
      value_columns_(indices_where(schema, false)),
      drop_null_keys_(drop_null_keys),
      partition_key_(std::move(partition_key)),
      context_(context) {}

void RepartitionSink::push(const Batch& batch, int) {
  const std::vector<const Column*> keys = columns_at(batch, key_columns_);
  const std::vector<const Column*> values = columns_at(batch, value_columns_);
  if (partition_key_) partition_key_->begin(keys);
  for (uint32_t row = 0; row < batch.rows; ++row) {
    log::OptionalBytes partition_by;
    log::RecordView record;
    record.timestamp = batch.timestamps[row];
    bool null_key = batch.null_key.test(row);
    for (const Column* column : keys) null_key = null_key || (drop_null_keys_ && column->is_null(row));
    if (null_key) {
      if (drop_null_keys_) {
        context_.errors.report({RowError::Stage::kNullKey, row, "join", "the join key is NULL; the row is dropped"});
        continue;
      }
    } else {
      key_bytes_.clear();
      key_codec_.encode(keys, row, key_bytes_);
      record.key = key_bytes_;
      partition_by = key_bytes_;
      if (partition_key_) {
        partition_bytes_.clear();
        bool is_null = false;
        std::string reason;
        if (!partition_key_->encode(row, partition_bytes_, is_null, reason)) {
          context_.errors.report({RowError::Stage::kEncode, row, "key", reason});
          continue;
        }
        if (!is_null) partition_by = partition_bytes_;
      }
    }
    if (!batch.null_value.test(row)) {
      value_bytes_.clear();
      value_codec_.encode(values, row, value_bytes_);
      record.value = value_bytes_;
    }
    if (!batch.headers.empty()) record.headers = batch.headers[row];
    context_.collector->collect(record, partition_by);
  }
  if (context_.errors.count() > 0) context_.drain_errors(batch);
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
