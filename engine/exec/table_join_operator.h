// The table of the rows of two tables with equal keys, with the results of Kafka Streams' KTableKTable joins change by
// change: whichever side changes, the key's joined row is made anew and goes on, with the later time of both. Each side
// is kept in a key-value store, so the inputs needn't carry old rows. A side may have a TTL: its rows end as if they
// had been deleted. So may the result: a key's rows of both sides end when the newest of them does. What ends goes on
// before the row that took stream time past it.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/exec/ended_rows.h"
#include "engine/exec/expiry_queue.h"
#include "engine/exec/expression.h"
#include "engine/exec/operator.h"
#include "engine/exec/stored_table.h"
#include "engine/plan/physical_plan.h"

namespace weir {

class TableJoinOperator final : public Operator {
 public:
  // `node`: of kind kTableJoin. `condition`: of its predicate, over its output; null: none.
  TableJoinOperator(const PlanNode& node, std::unique_ptr<CompiledExpression> condition, TaskContext& context);

  void push(const Batch& batch, int input) override { push_rows(batch, 0, batch.rows, input); }
  void push_rows(const Batch& batch, uint32_t from, uint32_t count, int input) override;
  bool waits_for_time() override;
  void advance_time(int64_t stream_time) override;

 private:
  struct Side {
    StoredTable table;
    std::vector<int> value_columns;     // in the input's batches
    bool outer = false;                 // its rows come out without a match
    std::optional<ExpiryQueue> expiry;  // its rows have a TTL
  };
  // A changed row of the joined table.
  struct Result {
    uint32_t row;  // of the batch in work
    int64_t time;
    bool has_new, has_old;       // the joined row after and before the change
    bool own_new;                // the side that changed has a row now
    bool had_row;                // … and had one before, if it makes a difference
    std::string_view own_old;    // its encoded row before; data() == nullptr: none, or nobody asks
    std::string_view other_new;  // the other side's row beside the new one; data() == nullptr: none
    std::string_view other_old;  // … and beside the old one
    int64_t own_time;
    bool ended;  // by the result's TTL: both sides' rows are gone, `other_new` was there before
  };

  void push_ending(const Batch& batch, uint32_t from, uint32_t count, int input);
  void begin_expiry();
  bool any_expiry() const { return expiry_ || sides_[0].expiry || sides_[1].expiry; }
  bool advance(int64_t time);
  void save_time();
  // What has ended by now goes on.
  void end_rows();
  template <class TimeOf>
  void end_rows_of(ExpiryQueue& queue, const TimeOf& time_of, int side, bool keys);
  void send_results(const Batch& batch, int side);
  std::optional<int64_t> newest_time(std::string_view key);
  // `ends`: the key's rows of both sides go.
  void change(const Batch& batch, uint32_t row, int side, bool ends = false);
  void note_change(std::string_view key, const Result& result, std::optional<int64_t> own_before,
                   std::optional<int64_t> other);
  // Whether such a result makes a difference.
  bool settle_ended(Result& result, int side, bool old_matches) const;
  void apply_condition(const Batch& batch, int side);
  void evaluate_condition(const Batch& batch, int side, bool old, std::vector<char>& holds);
  bool settle(Result& result, int side, bool new_matches, bool old_matches) const;
  void emit(const Batch& batch, int side);
  std::vector<ColumnPtr> own_columns(const Batch& batch, const Side& side, const std::vector<uint32_t>& rows) const;
  std::vector<ColumnPtr> decode(const Side& side, const std::vector<std::string_view>& rows) const;
  std::vector<ColumnPtr> decode(const Side& side, std::string_view Result::*bytes) const;

  TaskContext& context_;
  std::unique_ptr<CompiledExpression> condition_;
  bool old_rows_;
  std::vector<int> key_columns_[2];
  Side sides_[2];
  PlanSchema schemas_[2];              // of the inputs
  std::optional<ExpiryQueue> expiry_;  // the result has a TTL
  std::vector<Result> results_;
};

}  // namespace weir
