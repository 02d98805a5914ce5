// The workers of a process and what they work on: the tasks, of all persistent queries, that lie in the slots which
// this process owns, and push queries, which each process runs by itself. Owned by the engine; any thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "engine/runtime/standby.h"
#include "engine/runtime/worker.h"
#include "storage/log/slot_group.h"

namespace weir {

class WorkerPool : private log::SlotListener {
 public:
  // No threads: somebody else drives the queries.
  WorkerPool(int threads, const RuntimeServices& services);
  ~WorkerPool() override;  // leaves the group; commits and checkpoints what is done

  // Takes part in the service's work from now on. Waits for the log. Throws LogError; may be called again then.
  // `standby_replicas`: servers that follow each slot besides its owner; `servers` tells who there is.
  void join(const log::SlotGroupOptions& options, int standby_replicas = 0,
            const std::function<std::vector<ServerInfo>()>& servers = {});

  void start(const std::shared_ptr<const QueryDefinition>& query);
  // `forget`: it is ended for good.
  void stop(const std::string& query_id, bool forget);
  // See Lane::end_without_topic.
  void end_without_topic(const std::string& query_id, const std::string& topic, const std::string& reason);
  std::vector<int32_t> owned_slots() const;
  // Whether what is in this partition of queries with this shift (slot_shift()) is this process's to run.
  bool owns(uint32_t shift, int32_t partition) const;
  // The slot of that partition; nullopt: this process hasn't joined the service's work.
  std::optional<int32_t> slot(uint32_t shift, int32_t partition) const;
  // How far the query has come in the input, whichever process works on it.
  std::optional<log::CommittedOffset> position(const QueryDefinition& query, const log::TopicPartition& input) const;
  // Wakes all workers; may be called by any thread, also when the pool is gone: it doesn't keep it alive, because a
  // worker's own thread can't end it.
  std::function<void()> waker() const;

 private:
  void slots_assigned(const std::vector<int32_t>& slots) override;
  void slots_revoked(const std::vector<int32_t>& slots) override { let_go(slots, false); }
  void slots_lost(const std::vector<int32_t>& slots) override;

  void let_go(const std::vector<int32_t>& slots, bool lost);
  // Starts the query's tasks in those of the slots.
  void start_in(const std::shared_ptr<const QueryDefinition>& query, const std::set<int32_t>& slots);
  void start_push(const std::shared_ptr<const QueryDefinition>& query);
  // The worker of a slot stays the same while it has tasks; a new one goes to the worker with the fewest tasks.
  size_t worker_of(int32_t slot);

  // One for each of the query's tasks: its stage, partition and slot.
  template <class Visit>
  void for_each_task(const QueryDefinition& query, Visit visit) const;

  const RuntimeServices& services_;
  std::unique_ptr<log::SlotGroup> group_;
  bool joined_ = false;
  std::vector<std::unique_ptr<Worker>> workers_;  // their lanes use the group
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const QueryDefinition>> queries_;  // persistent ones
  std::set<int32_t> owned_;
  std::map<int32_t, size_t> worker_of_slot_;
  std::unique_ptr<Standby> standby_;  // null: no copies are kept
  std::vector<size_t> load_;  // tasks of each worker
};

}  // namespace weir
