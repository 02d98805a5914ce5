// The tasks of one query that one worker runs, with their reader and their transaction. A unit commits all of its tasks
// at once: outputs, repartition and changelog records and consumed offsets are one transaction of the log. Owned by a
// worker, whose thread alone uses it, but for wakeups.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/runtime/query_definition.h"

namespace weir {

// A task's place: a stage of the query and a partition.
struct TaskPlace {
  int stage = 0;
  int32_t partition = 0;
};

class QueryUnit {
 public:
  // `wake`: makes the owning worker look at its units again; any thread may call it, also after the unit is gone.
  QueryUnit(std::shared_ptr<const QueryDefinition> query, std::vector<TaskPlace> places,
            const RuntimeServices& services, std::function<void()> wake);
  ~QueryUnit();

  // Takes what is there and works through it; commits when due. True when there may be more to do right now. Never
  // throws: a failure ends in a retry or in the ERROR state.
  bool step(int64_t now_ms);
  // When step() must be called again though nothing arrives: a commit or a retry is due. INT64_MAX: never.
  int64_t next_due_ms() const;

  // Commits and checkpoints what is done, if it can, and lets go of the state's directories.
  void close();

  const QueryDefinition& query() const { return *query_; }

 private:
  struct Slot;

  void open();
  void open_state(Slot& slot);
  bool restore(Slot& slot);
  void set_positions(Slot& slot);
  bool work(int64_t now_ms);
  void hand_out(log::FetchedRecords records);
  void balance_inputs();
  // The other slots of this unit that feed the input, be it through one another.
  std::vector<const Slot*> feeders_of(const Slot& slot, size_t input) const;
  // Nothing more is to come through the input for now: neither from its topic nor, where this unit feeds that topic,
  // from what it has not worked through yet.
  bool is_drained(const Slot& slot, size_t input) const;
  // … and that for as long as the query waits for the next row of an input (max.task.idle.ms).
  bool may_do_without(Slot& slot, size_t input, int64_t now_ms) const;
  bool is_idle(const Slot& slot) const;
  void commit(int64_t now_ms);
  // Puts how far the tasks have come into the transaction. `all`: also where nothing was read yet.
  void commit_positions(bool all);
  void checkpoint(Slot& slot);
  // Tells the query's status how far the committed work has come.
  void report_progress(int64_t now_ms);
  void fail(const std::string& reason, bool retry, int64_t now_ms);

  std::shared_ptr<const QueryDefinition> query_;
  std::vector<TaskPlace> places_;
  const RuntimeServices& services_;
  std::function<void()> wake_;
  std::unique_ptr<log::LogReader> reader_;
  std::unique_ptr<log::LogTransaction> transaction_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::map<log::TopicPartition, std::vector<std::pair<Slot*, size_t>>> routes_;  // partition → task inputs
  std::set<log::TopicPartition> paused_;
  bool has_new_positions_ = false;  // nothing had been committed for some input
  bool is_open_ = false, stopped_ = false;
  uint64_t reported_out_ = 0;  // of the query's records out
  bool dirty_ = false;  // worked on something since the last commit
  int64_t dirty_since_ms_ = 0;
  int64_t retry_at_ms_ = 0;
  int64_t backoff_ms_ = 0;
  int64_t next_checkpoint_ms_ = 0;
};

}  // namespace weir
