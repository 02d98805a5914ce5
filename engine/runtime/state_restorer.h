// Brings the state of tasks from their checkpoints to the last commit: the changelogs' tails are replayed, of all tasks
// at once and in steps, so that their worker isn't held up. Owned by a query unit; its thread.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/runtime/running_task.h"

namespace weir {

class StateRestorer {
 public:
  // The tasks are open. A checkpoint that is ahead of its changelog (of a commit that the log has lost: a power cut
  // without log.sync) is thrown away, and the changelogs are replayed from their beginning. Throws LogError.
  StateRestorer(const QueryDefinition& query, const RuntimeServices& services, log::LogTransaction& transaction,
                std::vector<RunningTask*> tasks, std::function<void()> wake);
  // For tasks of others (standby): up to what is committed now, with a reader that is used again. The query's status
  // isn't told.
  StateRestorer(const QueryDefinition& query, const RuntimeServices& services, log::LogTransaction& transaction,
                std::vector<RunningTask*> tasks, std::shared_ptr<log::LogReader> reader);
  ~StateRestorer();

  // Replays for about `budget`. True when all is there. Throws LogError::kTimeout where a changelog can't be read.
  bool step(std::chrono::milliseconds budget);

 private:
  struct Tail {
    RunningTask* task = nullptr;
    std::string store;
    int64_t next = 0;
    int64_t end = 0;
  };

  void list_tails(const QueryDefinition& query, const RuntimeServices& services, log::LogTransaction& transaction,
                  const std::vector<RunningTask*>& tasks);
  void replay(Tail& tail, const log::FetchedRecords& records);
  void tell_left(int64_t change);
  // Compaction may have taken the last records: their offsets are passed without being delivered.
  void finish_passed();

  const QueryDefinition& query_;
  const bool own_;  // tasks of this server
  std::shared_ptr<log::LogReader> reader_;
  std::map<log::TopicPartition, Tail> tails_;
  std::chrono::steady_clock::time_point progress_ = std::chrono::steady_clock::now();
};

}  // namespace weir
