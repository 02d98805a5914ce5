// The ends of a stage: rows become records of the sink's topic, records of a repartition topic, or rows of a push
// query.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/exec/operator.h"
#include "engine/exec/row_codec.h"
#include "engine/exec/timestamp_column.h"
#include "engine/formats/format.h"
#include "engine/plan/physical_plan.h"

namespace weir {

class SinkOperator final : public Operator {
 public:
  // `key_columns`, `value_columns`: indices into the batch's columns, in the encoders' order. `timestamp_column`: index
  // of the column that gives the record's time through `time`, or -1. `window`: the keys are written with their rows'
  // windows.
  SinkOperator(std::unique_ptr<RowEncoder> key, std::vector<int> key_columns, std::unique_ptr<RowEncoder> value,
               std::vector<int> value_columns, int timestamp_column, std::unique_ptr<TimestampColumn> time,
               std::optional<WindowInfo> window, TaskContext& context);
  void push(const Batch& batch, int input) override;

 private:
  std::unique_ptr<RowEncoder> key_, value_;
  std::vector<int> key_columns_, value_columns_;
  int timestamp_column_;
  std::unique_ptr<TimestampColumn> time_;
  std::optional<WindowInfo> window_;
  TaskContext& context_;
  std::string key_bytes_, value_bytes_;
};

// Keys and values in the engine's own encoding. Partitioned by the encoded key, or by the bytes that `partition_key`
// makes of it where the rows must meet those of a topic that others write. Changes of a table carry the old row, if the
// rows have it, and the new one; a change of the key is two records.
class RepartitionSink final : public Operator {
 public:
  // `node`: of kind kRepartition. `side`: which of the stage's outputs its topic is, see RecordCollector::collect_to.
  RepartitionSink(const PlanNode& node, size_t side, std::unique_ptr<RowEncoder> partition_key, TaskContext& context);
  void push(const Batch& batch, int input) override;

 private:
  void push_rows_of(const Batch& batch);
  void push_changes(const Batch& batch);
  // Changes that come without their old rows, and keep their keys.
  void push_new_rows(const Batch& batch);
  void collect_change(const Batch& batch, uint32_t row, const std::string& key);
  // The bytes that choose the partition of the key `key_bytes_`. False: the key can't be written in that format;
  // reported.
  bool partition_bytes_of(std::span<const Column* const> keys, uint32_t row, log::OptionalBytes& out);
  // The key columns that decide on the partition.
  std::span<const Column* const> partition_columns(std::span<const Column* const> keys) const {
    return partition_codec_ ? keys.first(partition_codec_->types().size()) : keys;
  }
  void report_null_key(uint32_t row);

  RowCodec key_codec_, value_codec_;
  std::vector<int> key_columns_, value_columns_;
  bool table_;
  bool drop_null_keys_;
  // A windowed key: it without its window, which decides on the partition.
  std::optional<RowCodec> partition_codec_;
  size_t side_;
  int partition_column_;  // -1: none
  std::unique_ptr<RowEncoder> partition_key_;
  std::string partition_bytes_;
  TaskContext& context_;
  std::string key_bytes_, old_key_bytes_, row_bytes_, value_bytes_;
};

class ClientSink final : public Operator {
 public:
  explicit ClientSink(TaskContext& context) : context_(context) {}
  void push(const Batch& batch, int input) override;

 private:
  TaskContext& context_;
};

}  // namespace weir
