// The records of a table's topic as changes of the table: a record with a value is its key's new row, one without deletes it.
// Where old rows are asked for, the table is kept in a key-value store: time and value columns by key (docs/formats.md, "Tables").
#pragma once

#include <string>
#include <vector>

#include "engine/exec/operator.h"
#include "engine/exec/row_codec.h"
#include "engine/plan/physical_plan.h"

namespace weir {

class TableOperator final : public Operator {
 public:
  // `node`: of kind kTable.
  TableOperator(const PlanNode& node, TaskContext& context);
  void push(const Batch& batch, int input) override;

 private:
  void replace_rows(Batch& batch);

  TaskContext& context_;
  PlanSchema schema_;
  RowCodec key_codec_, value_codec_;
  std::vector<int> key_columns_, value_columns_;
  state::KeyValueStore* rows_ = nullptr;
  std::string key_, value_;
};

}  // namespace weir
