// The join of a stream with a table, with the results of Kafka Streams' KStreamKTableJoin: each row of the stream goes
// on with the row that the table has for its key at that moment, and with the stream row's time. Changes of the table
// alone give nothing. A row without a key is dropped, or in a LEFT JOIN goes on alone (KIP-962). The table is kept in a
// key-value store.
#pragma once

#include <memory>
#include <string>
#include <vector>

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

 private:
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
};

}  // namespace weir
