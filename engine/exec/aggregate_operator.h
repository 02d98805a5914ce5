// GROUP BY without windows, over streams and tables: each row changes its group's row, which goes on as a change of a
// table, with the results of Kafka Streams' KStreamAggregate and KTableAggregate record by record. With a TTL, a group
// that got no row for so long ends: its deletion goes on before the row that took stream time past its end, and with
// its next row it begins anew.
#pragma once

#include <optional>
#include <string>

#include "engine/exec/expiry_queue.h"
#include "engine/exec/grouping_operator.h"

namespace weir {

class AggregateOperator final : public GroupingOperator {
 public:
  // `node`: of kind kAggregate without a window.
  AggregateOperator(const PlanNode& node, AggregateSet aggregates, TaskContext& context);
  bool waits_for_time() override;

 private:
  void begin_rows() override;
  void end_rows() override;
  void take_time(int64_t stream_time) override;
  void take_in(const Batch& batch, uint32_t row) override;
  // `row`: of the batch in work, that took stream time past their ends.
  void end_groups(const Batch& batch, uint32_t row);

  state::KeyValueStore& groups_;
  bool old_rows_;
  std::string undone_;
  std::optional<ExpiryQueue> expiry_;  // with a TTL
};

}  // namespace weir
