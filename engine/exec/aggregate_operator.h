// GROUP BY without windows, over streams and tables: each row changes its group's row, which goes on as a change of a table,
// with the results of Kafka Streams' KStreamAggregate and KTableAggregate record by record.
#pragma once

#include <string>
#include <vector>

#include "engine/exec/aggregate_set.h"
#include "engine/exec/group_output.h"
#include "engine/exec/row_codec.h"
#include "engine/plan/physical_plan.h"

namespace weir {

class AggregateOperator final : public Operator {
 public:
  // `node`: of kind kAggregate without a window.
  AggregateOperator(const PlanNode& node, AggregateSet aggregates, TaskContext& context);
  void push(const Batch& batch, int input) override;

 private:
  void change_group(const Batch& batch, uint32_t row);

  TaskContext& context_;
  AggregateSet aggregates_;
  GroupOutput output_;
  RowCodec key_codec_;
  std::vector<int> key_columns_;
  state::KeyValueStore& groups_;
  std::vector<const Column*> keys_;
  std::string key_, value_, undone_;
};

}  // namespace weir
