// The windowed join of two streams, with the results of Kafka Streams' KStreamKStreamJoin record by record (KAFKA-10847
// for the outer rows). Each side's rows are kept in a window store for before + after + grace; a row is matched against
// the other side's rows of the same key in its window. For outer joins with GRACE PERIOD, rows that have found no match
// wait in a key-value store ordered by time and are emitted with NULLs once stream time has closed their window.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/exec/expression.h"
#include "engine/exec/operator.h"
#include "engine/exec/row_codec.h"
#include "engine/plan/physical_plan.h"

namespace weir {

class StreamJoinOperator final : public Operator {
 public:
  // `node`: of kind kStreamJoin. `condition`: of its predicate, over its output; null: none. `emit_at_once`: the next
  // stateful operator must see every run of rows before the next run; false lets results gather to larger batches
  // until flush().
  StreamJoinOperator(const PlanNode& node, std::unique_ptr<CompiledExpression> condition, bool emit_at_once,
                     TaskContext& context);

  void push(const Batch& batch, int input) override { push_rows(batch, 0, batch.rows, input); }
  void push_rows(const Batch& batch, uint32_t from, uint32_t count, int input) override;
  void flush() override;
  bool waits_for_time() override;
  void advance_time(int64_t stream_time) override;

 private:
  struct Side {
    std::vector<int> key_columns, value_columns;  // in the input's batches
    RowCodec codec{{}};
    state::WindowStore* store = nullptr;
    bool outer = false;             // rows without a match are emitted
    int64_t before = 0, after = 0;  // the other side's window: [time - before, time + after]
  };
  struct Pending {
    std::string_view key, left, right;  // encoded rows; data() == nullptr: no row on that side
    int64_t timestamp;
    int64_t offset;
    const log::FetchedRecords* origin;
  };

  // A row with its key, and the rows of the other side that it may match.
  struct Candidate {
    Pending pair;
    int64_t other_time;
    bool holds = true;  // the condition
  };
  struct ArrivedRow {
    uint32_t row;
    std::string_view key, value;
    int64_t time;
    bool null_key;
    size_t first_candidate, end_candidate;
    uint64_t index[2];  // where the sides' stores begin to look for the key
  };

  // Not before the first rows: the stores are restored after the operators are made.
  void start();
  void find_candidates(int side, ArrivedRow& arrived, const Batch& batch);
  void check_candidates();
  void process_arrived(int side, const Batch& batch);
  void prefetch_index(ArrivedRow& arrived) const;
  void prefetch_rows(size_t i) const;
  void process_row(int side, const ArrivedRow& arrived, const Batch& batch);
  Pending result_of(int side, std::string_view key, std::string_view own, std::optional<std::string_view> other,
                    int64_t time, const Batch& batch, uint32_t row) const;
  void emit(const Pending& result, const Batch& batch, uint32_t row);
  void emit_alone(int side, std::string_view key, std::string_view own, int64_t time, const Batch& batch,
                  uint32_t row) {
    emit(result_of(side, key, own, std::nullopt, time, batch, row), batch, row);
  }
  Batch batch_of(const Pending* const* results, size_t count) const;
  void emit_closed_outer_rows(const Batch& batch, uint32_t row);
  void hold_back(int side, std::string_view key, int64_t time, std::string_view value);
  // The row has found a match. With a condition others of its key and time may not have: only those of its `value` go.
  void release(int side, std::string_view key, int64_t time, std::string_view value);
  std::string outer_prefix(int side, std::string_view key, int64_t time) const;

  TaskContext& context_;
  std::unique_ptr<CompiledExpression> condition_;
  PlanSchema schema_;
  RowCodec key_codec_{{}};
  Side sides_[2];
  bool emit_at_once_;
  bool held_back_ = false;  // outer rows wait for their window to close (a grace period was given)
  int64_t grace_ = 0;
  bool windowed_ = false;  // the last two key columns are the window
  state::KeyValueStore* outer_store_ = nullptr;
  bool started_ = false;
  int64_t stream_time_ = INT64_MIN;
  int64_t oldest_held_ = INT64_MIN;  // a lower bound of the held-back rows' times; INT64_MAX: none
  int64_t next_outer_pass_ = INT64_MIN;

  // Results not yet pushed on. The bytes of the other side are copied here; those of the present batch stay in the
  // task's arena.
  std::vector<Pending> pending_;
  std::vector<ArrivedRow> arrived_;
  std::vector<Candidate> candidates_;
  std::vector<std::span<const log::HeaderView>> pending_headers_;
  bool any_headers_ = false;
  int32_t partition_ = 0;
  std::string key_scratch_, value_scratch_;
};

}  // namespace weir
