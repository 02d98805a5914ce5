#include "engine/runtime/standby.h"

#include <spdlog/spdlog.h>
#include <xxhash.h>

#include <algorithm>

#include "engine/runtime/running_task.h"
#include "engine/runtime/slot_map.h"
#include "engine/runtime/state_restorer.h"

namespace weir {

namespace {

constexpr std::chrono::milliseconds kFollowPause{500};
constexpr std::chrono::milliseconds kFollowStep{50};

uint64_t rank(const std::string& server, int32_t slot) {
  return XXH3_64bits_withSeed(server.data(), server.size(), static_cast<uint64_t>(slot));
}

}  // namespace

std::set<int32_t> followed_slots(const std::vector<ServerInfo>& servers, const std::string& server, int32_t slots,
                                 int replicas) {
  std::map<int32_t, std::string> owner;
  for (const ServerInfo& info : servers) {
    if (!info.alive) continue;
    for (const int32_t slot : info.slots) owner[slot] = info.id;
  }
  std::set<int32_t> followed;
  for (int32_t slot = 0; slot < slots; ++slot) {
    int before = 0;  // servers that come first
    bool candidate = false;
    for (const ServerInfo& info : servers) {
      if (!info.alive || owner[slot] == info.id) continue;
      if (info.id == server) candidate = true;
      if (rank(info.id, slot) < rank(server, slot)) ++before;
    }
    if (candidate && before < replicas) followed.insert(slot);
  }
  return followed;
}

struct Standby::Copy {
  std::shared_ptr<const QueryDefinition> query;
  std::set<int32_t> slots;
  std::unique_ptr<log::LogTransaction> unused;  // a task that only follows writes nothing
  std::shared_ptr<log::LogReader> reader;
  std::vector<std::unique_ptr<RunningTask>> tasks;
  std::unique_ptr<StateRestorer> restorer;
};

Standby::Standby(const RuntimeServices& services, Options options)
    : services_(services), options_(std::move(options)) {
  thread_ = std::make_unique<BackgroundThread>(kFollowPause, [this] { follow(); });
}

Standby::~Standby() {
  thread_.reset();
  for (const auto& [id, copy] : copies_) drop(*copy);
}

void Standby::drop(Copy& copy) {
  copy.restorer.reset();
  try {
    for (const auto& task : copy.tasks) task->checkpoint();
  } catch (const std::exception& e) {
    spdlog::warn("the copy of {} can't be kept: {}", copy.query->id, e.what());
  }
  copy.tasks.clear();
}

void Standby::yield_slots(const std::set<int32_t>& slots) {
  const std::lock_guard lock(mutex_);
  ++yields_;
  own_.insert(slots.begin(), slots.end());
  std::erase_if(copies_, [&](const auto& entry) {
    Copy& copy = *entry.second;
    const bool overlaps = std::any_of(copy.slots.begin(), copy.slots.end(),
                                      [&](int32_t slot) { return slots.contains(slot); });
    if (overlaps) drop(copy);
    return overlaps;
  });
}

void Standby::slots_gone(const std::set<int32_t>& slots) {
  const std::lock_guard lock(mutex_);
  for (const int32_t slot : slots) own_.erase(slot);
}

void Standby::yield_query(const std::string& id) {
  const std::lock_guard lock(mutex_);
  ++yields_;
  const auto found = copies_.find(id);
  if (found == copies_.end()) return;
  drop(*found->second);
  copies_.erase(found);
}

void Standby::follow() {
  try {
    choose();
    std::vector<std::string> ids;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [id, copy] : copies_) ids.push_back(id);
    }
    for (const std::string& id : ids) {
      bool done = false;
      while (!done) {
        const std::lock_guard lock(mutex_);
        const auto found = copies_.find(id);
        if (found == copies_.end()) break;
        Copy& copy = *found->second;
        if (!copy.restorer) {
          std::vector<RunningTask*> tasks;
          for (const auto& task : copy.tasks) tasks.push_back(task.get());
          copy.restorer = std::make_unique<StateRestorer>(*copy.query, services_, *copy.unused, std::move(tasks),
                                                          copy.reader);
        }
        done = copy.restorer->step(kFollowStep);
        if (done) copy.restorer.reset();
      }
    }
    const int64_t now = services_.tasks.clock();
    if (now < next_checkpoint_ms_) return;
    next_checkpoint_ms_ = now + services_.checkpoint_interval_ms;
    const std::lock_guard lock(mutex_);
    for (const auto& [id, copy] : copies_) {
      for (const auto& task : copy->tasks) task->checkpoint();
    }
  } catch (const std::exception& e) {
    spdlog::warn("other servers' state can't be followed now: {}", e.what());
    const std::lock_guard lock(mutex_);
    copies_.clear();  // opened anew from what the disk has
  }
}

// Opens what is to be followed and isn't yet, and closes what isn't any more.
void Standby::choose() {
  uint64_t before;
  {
    const std::lock_guard lock(mutex_);
    before = yields_;
  }
  const auto queries = options_.queries();
  std::set<int32_t> slots =
      followed_slots(options_.servers(), services_.server_id, options_.slots, options_.replicas);
  const std::lock_guard lock(mutex_);
  if (yields_ != before) return;  // what was asked for may be old
  std::erase_if(slots, [&](int32_t slot) { return own_.contains(slot); });
  std::set<std::string> wanted;
  for (const auto& query : queries) {
    std::vector<std::pair<TaskPlace, int32_t>> places;
    std::set<int32_t> of_query;
    for (const Stage& stage : query->stages) {
      if (stores_of(stage).empty()) continue;
      for (int32_t partition = 0; partition < query->stage_partitions[stage.index]; ++partition) {
        const int32_t slot = slot_of(query->slot_shift, partition, options_.slots);
        if (!slots.contains(slot)) continue;
        places.emplace_back(TaskPlace{stage.index, partition}, slot);
        of_query.insert(slot);
      }
    }
    if (places.empty()) continue;
    wanted.insert(query->id);
    std::unique_ptr<Copy>& copy = copies_[query->id];
    if (copy && copy->query == query && copy->slots == of_query) continue;
    if (copy) drop(*copy);
    copy = std::make_unique<Copy>();
    copy->query = query;
    copy->slots = std::move(of_query);
    copy->unused = services_.log->open_transaction("");
    copy->reader = services_.log->open_reader();
    for (const auto& [place, slot] : places) {
      copy->tasks.push_back(std::make_unique<RunningTask>(*query, services_, place, slot));
      copy->tasks.back()->open(*copy->unused);
    }
  }
  std::erase_if(copies_, [&](const auto& entry) {
    if (wanted.contains(entry.first)) return false;
    drop(*entry.second);
    return true;
  });
}

}  // namespace weir
