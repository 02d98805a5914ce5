// GROUP BY without windows, over streams and tables: each row changes its group's row, which goes on as a change of a
// table, with the results of Kafka Streams' KStreamAggregate and KTableAggregate record by record.
#pragma once

#include <string>

#include "engine/exec/grouping_operator.h"

namespace weir {

class AggregateOperator final : public GroupingOperator {
 public:
  // `node`: of kind kAggregate without a window.
  AggregateOperator(const PlanNode& node, AggregateSet aggregates, TaskContext& context);

 private:
  void take_in(const Batch& batch, uint32_t row) override;

  state::KeyValueStore& groups_;
  std::string undone_;
};

}  // namespace weir
