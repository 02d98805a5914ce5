// The join of a stream with a table, with the results of Kafka Streams' KStreamKTableJoin: each row of the stream goes
// on with the row that the table has for its key at that moment, and with the stream row's time. Changes of the table
// alone give nothing. A row without a key is dropped, or in a LEFT JOIN goes on alone (KIP-962). The table is kept in a
// key-value store; if it has a TTL, without the rows that weren't updated for so long.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/exec/expiry_queue.h"
#include "engine/exec/expression.h"
#include "engine/exec/operator.h"
#include "engine/exec/stored_table.h"
#include "engine/plan/physical_plan.h"

namespace weir {

class StreamTableJoinOperator final : public Operator {
 public:
  // `node`: of kind kStreamTableJoin. `condition`: of its predicate, over its output; null: none.
  StreamTableJoinOperator(const PlanNode& node, std::unique_ptr<CompiledExpression> condition, TaskContext& context);

  void push(const Batch& batch, int input) override { push_rows(batch, 0, batch.rows, input); }
  void push_rows(const Batch& batch, uint32_t from, uint32_t count, int input) override;
  void advance_time(int64_t stream_time) override;

 private:
  void begin_expiry();
  void end_expired_rows();
  void change_table(const Batch& batch, uint32_t from, uint32_t count);
  Batch with_right_columns(const Batch& batch, const std::vector<uint32_t>& rows,
                           const std::vector<std::optional<std::string_view>>& partners) const;
  void apply_condition(const Batch& batch);
  void join_stream(const Batch& batch, uint32_t from, uint32_t count);

  TaskContext& context_;
  std::unique_ptr<CompiledExpression> condition_;
  bool left_join_;
  RowCodec key_codec_;
  std::vector<int> key_columns_;
  std::vector<TypePtr> right_types_;
  state::KeyValueStore& store_;
  StoredTable table_;
  // Of the rows in work: their numbers and keys, and what the store has for them.
  std::vector<uint32_t> rows_;
  std::string key_bytes_, found_bytes_;
  std::vector<size_t> key_ends_;
  std::vector<std::string_view> keys_;
  std::vector<std::optional<std::string_view>> found_;
  // The table has a TTL. What the rows in work may find, each at its own stream time, is decided when they look it up;
  // what has ended for all of them leaves the store after them.
  std::optional<ExpiryQueue> expiry_;
  std::vector<int64_t> earliest_;  // a table's row before that has ended for the row in work
};

}  // namespace weir
