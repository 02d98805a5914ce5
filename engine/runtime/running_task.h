// A task on its worker: with its state, what its inputs are, and how far it has come. Part of a query unit, used by the
// unit's thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/runtime/committed_position.h"
#include "engine/runtime/query_definition.h"
#include "engine/runtime/shared_reader.h"
#include "engine/runtime/unit_collector.h"

namespace weir {

// A task's place: a stage of the query and a partition.
struct TaskPlace {
  int stage = 0;
  int32_t partition = 0;
};

// What comes in again through an input: REPLAY DEAD LETTERS.
struct ReplayInput {
  size_t input = 0;
  log::TopicPartition partition;
  int64_t start = 0;  // where it goes on after the last commit
};

class RunningTask final : public RecordTarget {
 public:
  RunningTask(const QueryDefinition& query, const RuntimeServices& services, TaskPlace place, int32_t slot);
  ~RunningTask() override;

  // Opens the state as its last checkpoint has it, and the task over it. Results go to `transaction`, which outlives
  // what is opened. Throws StateError, StatementError …
  void open(log::LogTransaction& transaction);
  // Throws the checkpoint away and opens anew: it doesn't fit the log.
  void wipe(log::LogTransaction& transaction);
  // The positions that the task goes on from, after open() and whatever its changelogs had to add.
  void begin(std::vector<int64_t> start, const TaskProgress& progress);
  // Reads this as well. Before begin().
  void add_replay(ReplayInput replay) { replays_.push_back(std::move(replay)); }
  // Back to the last commit: what was done since is dropped, the state as it was then kept. Inputs are to be given
  // again from positions().
  void roll_back();
  // Everything that was done is committed; `ends`: of what the transaction appended to.
  void committed(const std::map<log::TopicPartition, int64_t>& ends);
  // Writes what is committed to the disk, where anything is new.
  void checkpoint();
  // A record of a store's changelog; `next` is the offset after it.
  void restore(const std::string& store, const state::ChangelogRecord& record, int64_t next);

  // What the task has done since the last commit goes into the transaction.
  void append_changelog();
  // How far it has come in an input.
  InputPosition position(size_t input) const;
  InputPosition replay_position(const ReplayInput& replay) const;

  // RecordTarget. From inputs().size() on the inputs are those of replays().
  void take(size_t input, log::FetchedRecords records) override;
  size_t buffered(size_t input) const override { return task_->buffered(target_of(input)); }
  bool waits(size_t input) const override { return inputs_.size() > 1 && input < inputs_.size(); }

  bool waits_for_time() const { return task_->waits_for_time(); }
  void advance_time(int64_t stream_time);
  size_t work(const std::function<bool(size_t input)>& may_do_without);

  const TaskPlace& place() const { return place_; }
  int32_t slot() const { return slot_; }
  const Stage& stage() const { return stage_; }
  const std::vector<log::TopicPartition>& inputs() const { return inputs_; }
  const std::vector<ReplayInput>& replays() const { return replays_; }
  state::TaskState& state() { return *state_; }
  std::vector<std::string> stores() const { return state_->store_names(); }
  log::TopicPartition changelog_of(const std::string& store) const;
  // Store → up to where its changelog is in the state.
  std::map<std::string, int64_t>& changelog_ends() { return changelog_ends_; }
  const std::string& directory() const { return directory_; }
  // Where each input goes on after the last commit.
  const std::vector<int64_t>& start() const { return start_; }
  bool is_open() const { return state_ != nullptr; }
  bool running() const { return running_; }
  bool has_uncommitted() const { return uncommitted_; }
  uint64_t take_filtered() { return task_->take_filtered(); }
  uint64_t take_expired() { return task_->take_expired(); }
  int64_t stream_time() const { return task_->stream_time(); }
  const TaskProgress& committed_progress() const { return committed_; }

  std::vector<std::vector<const RunningTask*>> feeders;  // of each input: the unit's other tasks that write to it
  std::vector<int64_t> drained_since_ms;  // of each input; -1: it has rows, or nobody has asked since it had
  int64_t waits_until_ms = INT64_MAX;     // for an input's next row
  // idle.timeout: since when no row has come, when that was looked at last, both by the wall clock, and stream time as
  // rows have brought it.
  int64_t idle_since_ms = -1, idle_tick_ms = -1, idle_from_time = INT64_MIN;

 private:
  void make_task();
  size_t target_of(size_t input) const {
    return input < inputs_.size() ? input : replays_[input - inputs_.size()].input;
  }

  const QueryDefinition& query_;
  const RuntimeServices& services_;
  const TaskPlace place_;
  const int32_t slot_;
  const Stage& stage_;
  const std::string directory_;
  std::vector<log::TopicPartition> inputs_;
  std::vector<ReplayInput> replays_;
  log::LogTransaction* transaction_ = nullptr;
  std::unique_ptr<state::TaskState> state_;
  std::unique_ptr<UnitCollector> collector_;
  std::unique_ptr<Task> task_;
  std::vector<int64_t> start_;
  TaskProgress committed_;
  bool running_ = false;
  bool uncommitted_ = false;
  bool checkpoint_is_old_ = false;
  std::map<std::string, int64_t> changelog_ends_;
};

}  // namespace weir
