#include "engine/runtime/worker_pool.h"

#include <algorithm>
#include <utility>

#include "engine/runtime/slot_map.h"

namespace weir {

namespace {

const std::string kPlaceLost =
    "This server hasn't been heard of by Kafka for longer than the session's timeout, so other servers may do its "
    "work. It takes part again as soon as it reaches Kafka.";

}  // namespace

WorkerPool::WorkerPool(int threads, const RuntimeServices& services)
    : services_(services), load_(static_cast<size_t>(threads), 0) {
  for (int i = 0; i < threads; ++i) workers_.push_back(std::make_unique<Worker>(services, i));
}

WorkerPool::~WorkerPool() {
  if (group_) group_->leave();
  standby_.reset();
  workers_.clear();
}

void WorkerPool::join(const log::SlotGroupOptions& options, int standby_replicas,
                      const std::function<std::vector<ServerInfo>()>& servers) {
  if (workers_.empty()) return;
  if (!group_) group_ = services_.log->open_slots(options);
  // Before slots are taken: this ends what this process's last life left open in them.
  for (const auto& worker : workers_) worker->open_lane(*group_);
  if (std::exchange(joined_, true)) return;
  if (standby_replicas > 0 && !services_.state_dir.empty()) {
    const auto queries = [this] {
      std::vector<std::shared_ptr<const QueryDefinition>> all;
      const std::lock_guard lock(mutex_);
      for (const auto& [id, query] : queries_) all.push_back(query);
      return all;
    };
    standby_ = std::make_unique<Standby>(
        services_, Standby::Options{standby_replicas, group_->slots(), servers, queries});
  }
  group_->join(*this);
}

template <class Visit>
void WorkerPool::for_each_task(const QueryDefinition& query, Visit visit) const {
  if (!group_) return;
  for (const Stage& stage : query.stages) {
    for (int32_t partition = 0; partition < query.stage_partitions[stage.index]; ++partition) {
      visit(TaskPlace{stage.index, partition}, slot_of(query.slot_shift, partition, group_->slots()));
    }
  }
}

void WorkerPool::start(const std::shared_ptr<const QueryDefinition>& query) {
  if (workers_.empty()) return;
  if (query->transient) return start_push(query);
  const std::lock_guard lock(mutex_);
  queries_[query->id] = query;
  start_in(query, owned_);
}

void WorkerPool::start_in(const std::shared_ptr<const QueryDefinition>& query, const std::set<int32_t>& slots) {
  if (slots.empty()) return;
  std::vector<std::vector<TaskPlace>> places(workers_.size());
  for_each_task(*query, [&](const TaskPlace& place, int32_t slot) {
    if (!slots.contains(slot)) return;
    const size_t worker = worker_of(slot);
    ++load_[worker];
    places[worker].push_back(place);
  });
  for (size_t i = 0; i < workers_.size(); ++i) {
    if (!places[i].empty()) workers_[i]->add(query, std::move(places[i]));
  }
}

size_t WorkerPool::worker_of(int32_t slot) {
  const auto known = worker_of_slot_.find(slot);
  if (known != worker_of_slot_.end()) return known->second;
  const auto least = std::min_element(load_.begin(), load_.end());
  return worker_of_slot_[slot] = static_cast<size_t>(least - load_.begin());
}

void WorkerPool::start_push(const std::shared_ptr<const QueryDefinition>& query) {
  std::vector<std::vector<TaskPlace>> places(workers_.size());
  const size_t shift = std::hash<std::string>{}(query->id);
  for (const Stage& stage : query->stages) {
    for (int32_t partition = 0; partition < query->stage_partitions[stage.index]; ++partition) {
      places[(shift + static_cast<size_t>(partition)) % workers_.size()].push_back({stage.index, partition});
    }
  }
  for (size_t i = 0; i < workers_.size(); ++i) {
    if (!places[i].empty()) workers_[i]->add(query, std::move(places[i]));
  }
}

void WorkerPool::stop(const std::string& query_id, bool forget) {
  const std::lock_guard lock(mutex_);
  const auto found = queries_.find(query_id);
  if (found != queries_.end()) {
    for_each_task(*found->second, [&](const TaskPlace&, int32_t slot) {
      if (owned_.contains(slot)) --load_[worker_of(slot)];
    });
  }
  if (standby_) standby_->yield_query(query_id);
  for (const auto& worker : workers_) worker->remove(query_id, forget);
  queries_.erase(query_id);
}

void WorkerPool::end_without_topic(const std::string& query_id, const std::string& topic, const std::string& reason) {
  for (const auto& worker : workers_) worker->end_without_topic(query_id, topic, reason);
}

void WorkerPool::slots_assigned(const std::vector<int32_t>& slots) {
  const std::lock_guard lock(mutex_);
  const std::set<int32_t> added(slots.begin(), slots.end());
  owned_.insert(added.begin(), added.end());
  if (standby_) standby_->yield_slots(added);
  for (const auto& [id, query] : queries_) {
    // What gets tasks says itself when they run.
    if (query->status->reason() == kPlaceLost) query->status->set(QueryStatus::State::kRunning);
    start_in(query, added);
  }
}

void WorkerPool::slots_lost(const std::vector<int32_t>& slots) {
  let_go(slots, true);
  const std::lock_guard lock(mutex_);
  for (const auto& [id, query] : queries_) query->status->set(QueryStatus::State::kRetrying, kPlaceLost);
}

void WorkerPool::let_go(const std::vector<int32_t>& slots, bool lost) {
  const std::lock_guard lock(mutex_);
  const std::set<int32_t> gone(slots.begin(), slots.end());
  for (const auto& worker : workers_) worker->release(gone, lost);
  for (const auto& [id, query] : queries_) {
    for_each_task(*query, [&](const TaskPlace&, int32_t slot) {
      if (gone.contains(slot)) --load_[worker_of(slot)];
    });
  }
  for (const int32_t slot : gone) {
    owned_.erase(slot);
    worker_of_slot_.erase(slot);
  }
  if (standby_) standby_->slots_gone(gone);
}

std::vector<int32_t> WorkerPool::owned_slots() const {
  const std::lock_guard lock(mutex_);
  return {owned_.begin(), owned_.end()};
}

std::optional<int32_t> WorkerPool::slot(uint32_t shift, int32_t partition) const {
  const std::lock_guard lock(mutex_);
  if (!group_) return std::nullopt;
  return slot_of(shift, partition, group_->slots());
}

bool WorkerPool::owns(uint32_t shift, int32_t partition) const {
  const std::lock_guard lock(mutex_);
  return group_ && owned_.contains(slot_of(shift, partition, group_->slots()));
}

std::optional<log::CommittedOffset> WorkerPool::position(const QueryDefinition& query,
                                                         const log::TopicPartition& input) const {
  if (!group_) return std::nullopt;
  return group_->position(slot_of(query.slot_shift, input.partition, group_->slots()), query.owner, input);
}

std::function<void()> WorkerPool::waker() const {
  std::vector<std::function<void()>> wakers;
  for (const auto& worker : workers_) wakers.push_back(worker->waker());
  return [wakers = std::move(wakers)] {
    for (const auto& wake : wakers) wake();
  };
}

}  // namespace weir
