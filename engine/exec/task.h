// One stage of one query for one partition: decodes its input partitions, pushes their rows through the operators in
// the order of event time, and hands results to a collector. Single-threaded: whoever owns it (a worker, the test
// driver) calls it from one thread at a time. It knows no log: records are given to it, positions are asked of it.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/exec/aggregate_set.h"
#include "engine/exec/input_decoder.h"
#include "engine/exec/operator.h"
#include "engine/exec/stage.h"
#include "engine/functions/registry.h"
#include "engine/plan/bound_expr.h"
#include "storage/state/state.h"

namespace weir {

struct TaskEnvironment {
  std::shared_ptr<const FunctionRegistry> functions;
  std::shared_ptr<SchemaRegistry> registry;  // may be null
  const Catalog* catalog = nullptr;          // user types in stored expressions; may be null
  std::function<int64_t()> clock;            // processing time, ms; empty: the system's
  int64_t outer_join_interval_ms = 0;
};

struct TaskProgress {
  int64_t stream_time = INT64_MIN;
  int64_t arrivals = 0;  // rows that were aggregated so far
  int64_t advanced_time = INT64_MIN;  // what stream time was advanced to without rows
};

class Task {
 public:
  // Builds the operators; throws StatementError or std::runtime_error when the plan can't be run by this version.
  // `state` and `collector` outlive the task.
  Task(const PhysicalPlan& plan, const Stage& stage, const TaskEnvironment& environment, state::TaskState& state,
       RecordCollector& collector);
  ~Task();

  // Queues records of input `input`, in the order of their offsets.
  void add(size_t input, log::FetchedRecords records);
  // Queues one record that comes in again: it belongs to another place of the input, whose position it leaves alone.
  // `end`: what replay_position() is once it has been worked through.
  void add_replayed(size_t input, log::FetchedRecords record, int64_t end);
  // Records queued and not yet worked through.
  size_t buffered(size_t input) const;

  // Works through what is queued, lowest time first. With several inputs it stops as soon as one has nothing queued
  // unless drained(input) says that nothing more is there to be read now. Returns the number of rows worked through.
  size_t process(const std::function<bool(size_t input)>& drained);

  // The offset after the last record of the input that has been worked through; -1 before the first.
  int64_t position(size_t input) const { return inputs_[input].position; }
  // -1: no record that came in again has been worked through.
  int64_t replay_position(size_t input) const { return inputs_[input].replay_position; }
  // Rows that filters have left out since this was asked last.
  uint64_t take_filtered() { return std::exchange(context_.filtered, 0); }
  // … and rows that have ended, of tables with a TTL.
  uint64_t take_expired() { return std::exchange(context_.expired, 0); }
  // The highest event time seen; INT64_MIN before the first record.
  int64_t stream_time() const { return stream_time_; }
  // What must be kept with the positions, so that a task made anew goes on as this one would.
  TaskProgress progress() const { return {stream_time_, context_.arrivals, context_.advanced_time}; }
  void restore(const TaskProgress& progress) {
    stream_time_ = progress.stream_time;
    context_.arrivals = progress.arrivals;
    context_.advanced_time = progress.advanced_time;
  }
  // Rows are kept that come out once stream time has advanced.
  bool waits_for_time();
  // Moves stream time on though no row has brought it: what closes by it comes out.
  void advance_time(int64_t stream_time);

 private:
  class InputQueue;
  struct Prepared;  // a decoded batch with the memory that it points to
  struct Waiting {
    log::FetchedRecords records;
    int64_t replay_end = -1;  // see add_replayed()
  };
  struct Input {
    PlanNodePtr node;
    std::string topic;
    std::unique_ptr<InputDecoder> decoder;
    std::unique_ptr<InputQueue> queue;  // several inputs only
    Operator* head = nullptr;           // where decoded batches go
    std::deque<Waiting> waiting;
    size_t waiting_rows = 0;
    std::deque<Prepared> prepared;
    int64_t position = -1;
    int64_t replay_position = -1;

    // Everything before `offset`, or the record that came in again, has been worked through.
    void passed(int64_t offset, int64_t replay_end) { (replay_end < 0 ? position : replay_position) = replay_end < 0 ? offset : replay_end; }
  };

  // `stateful_below`: some operator between the node and the output keeps state.
  Operator* build(const PlanNodePtr& node, Operator* next, int next_input, bool stateful_below);
  // Builds an input of a stateful operator.
  void build_input(const PlanNodePtr& node, Operator* op, int input);
  std::unique_ptr<Operator> make_table_join(const PlanNodePtr& node);
  // `side`: see RecordCollector::collect_to.
  Operator* build_repartition(const PlanNode& node, size_t side);
  Operator* build_output(const PhysicalPlan& plan, const Stage& stage);
  BoundExprPtr bind(const std::string& sql, const PlanSchema& schema) const;
  // What two rows with equal keys must fulfil to match; null: nothing.
  std::unique_ptr<CompiledExpression> join_condition(const PlanNode& join) const;
  AggregateSet bind_aggregates(const PlanNode& node);
  std::unique_ptr<Operator> make_aggregation(const PlanNode& node);
  // Says where the rows of the batch in work come from.
  void begin_records(const Input& input, const log::FetchedRecords& records);
  size_t process_single();
  bool prepare(Input& input);
  size_t run(size_t chosen);
  void end_round();

  TaskEnvironment environment_;
  TaskContext context_;
  std::vector<std::unique_ptr<Operator>> operators_;  // sink first
  bool several_inputs_ = false;
  size_t side_outputs_ = 0;  // joins by a foreign key come in the order of Stage::side_repartitions
  std::vector<Input> inputs_;
  std::shared_ptr<Arena> round_arena_ = std::make_shared<Arena>();
  std::vector<std::shared_ptr<Arena>> spare_arenas_;
  int64_t stream_time_ = INT64_MIN;
};

}  // namespace weir
