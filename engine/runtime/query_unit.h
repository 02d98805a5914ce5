// The tasks of one query that one worker runs. They work on what the lane's reader hands them and write into the lane's
// transaction. Owned by a lane, used by its worker's thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/runtime/query_definition.h"
#include "engine/runtime/running_task.h"
#include "engine/runtime/state_restorer.h"
#include "storage/log/slot_group.h"

namespace weir {

class QueryUnit {
 public:
  // `reader` outlives the unit. `group`: where positions are kept; null for a push query, which keeps none.
  // `wake`: makes the worker look at its units again; any thread may call it, also after the unit is gone.
  QueryUnit(std::shared_ptr<const QueryDefinition> query, const RuntimeServices& services, SharedReader& reader,
            log::SlotGroup* group, std::function<void()> wake);
  ~QueryUnit();

  // More tasks, to be opened by the next step.
  void add(const std::vector<TaskPlace>& places);

  // Opens what isn't open yet: a step of it. True when more is to be done right now. Throws what stands in the way.
  bool open_step(log::LogTransaction& transaction, int64_t now_ms);
  // Works through what is there. Returns the number of rows. Throws what ends the query's work.
  size_t work(int64_t now_ms);
  // Something was done since the last commit.
  bool dirty() const;
  // … that should be committed at once.
  bool needs_commit() const { return has_new_positions_; }
  // Puts changelogs and positions into the transaction.
  void append_changes(log::LogTransaction& transaction);
  void committed(const std::map<log::TopicPartition, int64_t>& ends, int64_t now_ms);

  // The transaction was aborted: what isn't committed is dropped, its records are read again. State is kept.
  void roll_back();
  // Forgets everything; the tasks are opened anew from the last commit.
  void reset();
  // The tasks of these slots are let go of, after a checkpoint. Nothing of them is uncommitted.
  void release(const std::set<int32_t>& slots);
  void checkpoint();
  // Whatever the topic holds when the query goes on is new to it: what it had read of it is gone.
  void read_anew(const std::string& topic, log::LogTransaction& transaction) const;
  // The query is ended for good: how far it has come is of no use to anybody.
  void forget_positions(log::LogTransaction& transaction);

  // Ends in a later try, or in the ERROR state. Everything is forgotten.
  void fail(const std::string& reason, bool retry, int64_t now_ms);
  // What holds the worker up as a whole, and that it no longer does.
  void set_retrying(const std::string& reason);
  void set_recovered();

  // When a step is due though nothing arrives. INT64_MAX: never.
  int64_t next_due_ms() const;
  bool empty() const { return tasks_.empty(); }
  void list_slots(std::set<int32_t>& slots) const {
    for (const auto& task : tasks_) slots.insert(task->slot());
  }
  const QueryDefinition& query() const { return *query_; }

 private:
  struct PartitionReaders {
    int32_t slot = 0;
    std::vector<const RunningTask*> tasks;
    std::vector<InputPosition> positions;
  };

  std::map<log::TopicPartition, PartitionReaders> readers_by_partition() const;
  void start_tasks();
  void set_positions(RunningTask& task);
  int64_t first_position(const RunningTask& task, size_t input) const;
  // What is to come in again through the task's inputs.
  void find_replays(RunningTask& task) const;
  void subscribe(RunningTask& task);
  void find_feeders();
  // The other tasks of this unit that feed the input, be it through one another.
  std::vector<const RunningTask*> feeders_of(const RunningTask& task, size_t input) const;
  // Nothing more is to come through the input for now: neither from its topic nor, where this unit feeds that topic,
  // from what it has not worked through yet.
  bool is_drained(const RunningTask& task, size_t input) const;
  // … and that for as long as the query waits for the next row of an input (max.task.idle.ms).
  bool may_do_without(RunningTask& task, size_t input, int64_t now_ms) const;
  void pass_idle_time(RunningTask& task, bool busy, int64_t now_ms) const;
  bool is_idle(const RunningTask& task) const;
  // Tells the query's status how far the committed work of the tasks has come.
  void report_progress(RunningTask& task);
  void report_output(int64_t now_ms);
  // Another worker's part of the query has ended it.
  bool ended_elsewhere() const;

  const std::shared_ptr<const QueryDefinition> query_;
  const RuntimeServices& services_;
  SharedReader& reader_;
  log::SlotGroup* const group_;
  const std::function<void()> wake_;
  std::vector<std::unique_ptr<RunningTask>> tasks_;
  std::unique_ptr<StateRestorer> restorer_;
  bool has_new_positions_ = false;  // nothing had been committed for some input
  bool all_running_ = false;
  bool checkpoint_first_ = false;  // the disk has refused it; without one there is no going on
  bool stopped_ = false;
  uint64_t reported_out_ = 0;  // of the query's records out
  int64_t retry_at_ms_ = 0;
  int64_t backoff_ms_ = 0;
  int64_t next_checkpoint_ms_ = 0;
};

}  // namespace weir
