// The records of a table's topic as changes of the table: a record with a value is its key's new row, one without
// deletes it. Where old rows are asked for, the table is kept in a key-value store: time and value columns by key
// (docs/formats.md, "Tables").
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/exec/operator.h"
#include "engine/exec/stored_table.h"

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
  std::vector<int> value_columns_;
  std::optional<StoredTable> rows_;  // where old rows are asked for
  std::string key_;
};

}  // namespace weir
