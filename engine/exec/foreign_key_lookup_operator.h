// The right side of a join of two tables by a foreign key, see ForeignKeyJoinOperator: keeps the right table and, for
// each of its keys, the left rows that refer to it. It answers what the join asks, and tells every row that refers to a
// key when that key's row changes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/exec/operator.h"
#include "engine/exec/stored_table.h"
#include "engine/plan/physical_plan.h"

namespace weir {

class ForeignKeyLookupOperator final : public Operator {
 public:
  // `node`: of kind kForeignKeyLookup.
  ForeignKeyLookupOperator(const PlanNode& node, TaskContext& context);

  void push(const Batch& batch, int input) override;

 private:
  struct Answer {
    uint32_t row;  // of the batch in work
    int64_t time;
    std::string_view left_key;               // encoded
    std::string_view reference;              // encoded hash and partition
    std::optional<std::string_view> values;  // of the right row, encoded
  };

  void take_references(const Batch& batch);
  void take_reference(const Batch& batch, uint32_t row);
  void change_right(const Batch& batch);
  void emit(const Batch& batch);

  TaskContext& context_;
  PlanSchema schema_;
  std::vector<int> left_keys_, reference_columns_;  // in the batches of references
  int instruction_column_;
  RowCodec foreign_key_codec_, left_key_codec_, reference_codec_;
  state::KeyValueStore& references_;
  StoredTable right_;
  std::vector<Answer> answers_;
  std::string foreign_key_, left_key_, reference_, entry_, prefix_end_;
};

}  // namespace weir
