// GROUP BY in tumbling and hopping windows: each row changes its group in every window that it falls into, with the results of
// Kafka Streams' KStreamWindowAggregate record by record. Rows of windows that have closed (end + grace <= stream time) are late: they
// are reported and change nothing. EMIT FINAL: a window's groups go out when it closes, by the row that moves stream time past it.
#pragma once

#include <string>
#include <vector>

#include "engine/exec/group_output.h"

namespace weir {

class WindowAggregateOperator final : public Operator {
 public:
  // `node`: of kind kAggregate with a tumbling or hopping window.
  WindowAggregateOperator(const PlanNode& node, AggregateSet aggregates, TaskContext& context);
  void push(const Batch& batch, int input) override;

 private:
  void take_in(const Batch& batch, uint32_t row);
  void change_group(const Batch& batch, uint32_t row, int64_t start);
  void emit_closed(const Batch& batch, uint32_t row);
  void add(const Batch& batch, const GroupChange& change);

  TaskContext& context_;
  AggregateSet aggregates_;
  GroupOutput output_;
  RowCodec key_codec_;
  std::vector<int> key_columns_;
  const int64_t size_, advance_, grace_, retention_;
  const bool final_;
  state::WindowStore& groups_;
  int64_t stream_time_ = INT64_MIN;
  int64_t last_close_ = INT64_MIN;  // EMIT FINAL: windows that closed by then are out
  std::vector<const Column*> keys_;
  std::string key_, value_;
};

}  // namespace weir
