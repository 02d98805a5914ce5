// A physical operator: rows are pushed into it, it pushes its results into the next one. Owned by a task, used by the
// task's thread alone; no locks. A batch and its views are valid until push() returns.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "engine/exec/record_collector.h"
#include "engine/functions/function.h"
#include "engine/types/batch.h"
#include "storage/state/state.h"

namespace weir {

// What the operators of one task share. Owned by the task.
struct TaskContext {
  // Memory of the batch in work: the task puts another arena here for batches that it keeps, and resets the one of a
  // round.
  std::shared_ptr<Arena> arena = std::make_shared<Arena>();
  RowErrors errors;
  state::TaskState* state = nullptr;
  RecordCollector* collector = nullptr;
  // Where the rows of the batch in work came from, for error reports; set by the task before it pushes.
  std::string_view source_name, source_topic, input_id;
  // Rows that were aggregated so far: tells which of two came later. Goes on after a restart.
  int64_t arrivals = 0;
  // Milliseconds of processing time; replaceable, so that tests hold it still.
  std::function<int64_t()> clock;
  // At most one pass over the held-back rows of an outer join in this much processing time; 0: whenever stream time
  // moves.
  int64_t outer_join_interval_ms = 0;

  // What stream time was advanced to without rows; INT64_MIN: it never was. Goes on after a restart.
  int64_t advanced_time = INT64_MIN;
  // Rows that filters have left out since the task was asked last.
  uint64_t filtered = 0;
  // Rows of tables with a TTL that have ended since the task was asked last.
  uint64_t expired = 0;

  EvalContext eval() { return EvalContext{*arena, errors}; }

  // Stands for the rows of a batch where time alone has passed.
  static Batch time_only(int64_t stream_time);

  // Turns the errors reported while `batch` was worked on into processing-log rows.
  void drain_errors(const Batch& batch);
};

class Operator {
 public:
  virtual ~Operator() = default;
  // `input`: which of the operator's inputs the rows come through; 0 for all but joins.
  virtual void push(const Batch& batch, int input) = 0;
  // Rows [from, from + count) of a batch. Operators that are fed in runs override it to spare the copy.
  virtual void push_rows(const Batch& batch, uint32_t from, uint32_t count, int input) {
    push(batch.slice(from, count), input);
  }
  // End of a round: whatever is held back to make larger batches goes on now. Called sources first, sink last.
  virtual void flush() {}
  // Rows are kept that come out once stream time has advanced.
  virtual bool waits_for_time() { return false; }
  // Stream time is at least this, though no row has brought it (idle.timeout).
  virtual void advance_time(int64_t stream_time) { static_cast<void>(stream_time); }

  void set_next(Operator* next, int input) {
    next_ = next;
    next_input_ = input;
  }

 protected:
  void forward(const Batch& batch) { next_->push(batch, next_input_); }

 private:
  Operator* next_ = nullptr;
  int next_input_ = 0;
};

}  // namespace weir
