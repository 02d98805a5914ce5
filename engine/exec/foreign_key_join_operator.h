// The left side of a join of two tables by a foreign key, with the results of Kafka Streams' foreign-key joins change
// by change (KIP-213, KIP-775). Left rows are kept with the key that they refer to. A change tells the lookup
// (ForeignKeyLookupOperator) what the row refers to now, and what it no longer does. An answer counts only if its hash
// is that of the row as it is now: an answer to an older row comes too late, and the one to the present row is under
// way.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/exec/expression.h"
#include "engine/exec/operator.h"
#include "engine/exec/row_codec.h"
#include "engine/plan/foreign_key_columns.h"
#include "engine/plan/physical_plan.h"

namespace weir {

class ForeignKeyJoinOperator final : public Operator {
 public:
  // `node`: of kind kForeignKeyJoin. `foreign_keys`: over the left's columns. `condition`: of the node's predicate,
  // over its output; null: none. `references`: where the rows for the lookup go; outlives this.
  ForeignKeyJoinOperator(const PlanNode& node, std::vector<std::unique_ptr<CompiledExpression>> foreign_keys,
                         std::unique_ptr<CompiledExpression> condition, Operator* references, TaskContext& context);

  void push(const Batch& batch, int input) override;

 private:
  // A row for the lookup.
  struct Reference {
    uint32_t row;                         // of the batch in work
    std::optional<std::string_view> key;  // encoded
    ForeignKeyInstruction instruction;
    std::optional<int64_t> hash;
  };
  struct Result {
    uint32_t row;                          // of the batch of answers
    std::optional<std::string_view> left;  // encoded values of the left row; nullopt: the result is deleted
    bool found;                            // there is a right row, for which the condition holds
  };

  void change_left(const Batch& batch);
  void refer(uint32_t row, std::optional<std::string_view> old_key, bool had_row,
             std::optional<std::string_view> new_key, std::optional<int64_t> hash);
  void send_references(const Batch& batch);
  void take_answers(const Batch& batch);
  void apply_condition(const Batch& batch);
  Batch result_batch(const Batch& batch) const;
  void emit(const Batch& batch);
  void add_old_rows(Batch& out);
  void drop_repeated_ends(Batch& out) const;

  TaskContext& context_;
  PlanSchema schema_;
  bool left_join_, old_rows_;
  std::vector<std::unique_ptr<CompiledExpression>> foreign_keys_;
  std::unique_ptr<CompiledExpression> condition_;
  Operator* references_sink_;
  RowCodec key_codec_, left_codec_, foreign_key_codec_, result_codec_;
  std::vector<int> left_keys_, left_values_;     // in the left's batches
  std::vector<int> answer_keys_, right_values_;  // in the batches of answers
  int hash_column_, found_column_;
  state::KeyValueStore& left_rows_;
  state::KeyValueStore* results_store_ =
      nullptr;  // with old rows, or a condition: a row that never passed isn't mentioned
  std::vector<Reference> references_;
  std::vector<Result> results_;
  std::string key_, new_key_, value_;
};

}  // namespace weir
