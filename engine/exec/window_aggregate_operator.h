// GROUP BY in tumbling and hopping windows: each row changes its group in every window that it falls into, with the
// results of Kafka Streams' KStreamWindowAggregate record by record. Rows of windows that have closed (end + grace <=
// stream time) are late: they are reported and change nothing. EMIT FINAL: a window's groups go out when it closes, by
// the row that moves stream time past it.
#pragma once

#include "engine/exec/grouping_operator.h"

namespace weir {

class WindowAggregateOperator final : public GroupingOperator {
 public:
  // `node`: of kind kAggregate with a tumbling or hopping window.
  WindowAggregateOperator(const PlanNode& node, AggregateSet aggregates, TaskContext& context);

 private:
  void begin_rows() override;
  void end_rows() override;
  void take_in(const Batch& batch, uint32_t row) override;
  void change_group(const Batch& batch, uint32_t row, int64_t start);
  bool waits_for_time() override;
  void take_time(int64_t stream_time) override;
  // Windows that began before `oldest_start` are lost.
  void emit_closed(uint32_t row, int64_t oldest_start);
  int64_t newest_start() const;

  const int64_t size_, advance_, grace_, retention_;
  const bool final_;
  state::WindowStore& groups_;
  int64_t stream_time_ = INT64_MIN;
  int64_t rows_time_ = INT64_MIN;   // as rows have brought it
  int64_t last_close_ = INT64_MIN;  // EMIT FINAL: windows that closed by then are out
};

}  // namespace weir
