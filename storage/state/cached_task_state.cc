#include "storage/state/cached_task_state.h"

#include <algorithm>

#include "storage/state/append_window_store.h"
#include "storage/state/cached_key_value_store.h"
#include "storage/state/cached_session_store.h"
#include "storage/state/upsert_window_store.h"

namespace weir::state {

std::unique_ptr<TaskState> TaskState::open(std::shared_ptr<StateEnvironment> environment, const std::string& directory,
                                           std::optional<size_t> cache_bytes) {
  auto shared = std::static_pointer_cast<Environment>(std::move(environment));
  std::unique_ptr<Database> database;
  if (!shared->options().in_memory) database = Database::open_checkpoint(*shared, directory);
  return std::make_unique<CachedTaskState>(std::move(shared), directory, std::move(database), cache_bytes);
}

CachedTaskState::CachedTaskState(std::shared_ptr<Environment> environment, std::string directory,
                                 std::unique_ptr<Database> database, std::optional<size_t> cache_bytes)
    : environment_(std::move(environment)), directory_(std::move(directory)), database_(std::move(database)) {
  most_bytes_ = budget_.limit = cache_bytes.value_or(environment_->options().cache_bytes_per_task);
  if (database_) found_meta_ = database_->meta();
}

CachedTaskState::~CachedTaskState() {
  if (!stores_.empty()) environment_->caches().leave(told_bytes_);
}

template <class T, class... Args>
T& CachedTaskState::declare(const std::string& name, Args&&... args) {
  if (name.empty()) throw StateError("A state store needs a name.");
  if (!declared_.insert(name).second) {
    throw StateError("The state store '" + name + "' is declared twice in one task.");
  }
  if (const auto known = by_name_.find(name); known != by_name_.end()) {
    T* store = dynamic_cast<T*>(known->second);
    if (!store) throw StateError("The state store '" + name + "' is declared anew as another kind.");
    return *store;
  }
  auto store = std::make_unique<T>(name, budget_, std::forward<Args>(args)...);
  T& result = *store;
  if (database_) {
    if (Family* family = database_->find(store->kind(), name)) store->attach(*family, *database_->descriptor(*family));
  }
  if (stores_.empty()) environment_->caches().join();
  by_name_[name] = store.get();
  stores_.push_back(std::move(store));
  return result;
}

KeyValueStore& CachedTaskState::key_value(const std::string& name) { return declare<CachedKeyValueStore>(name); }

WindowStore& CachedTaskState::window(const std::string& name, const WindowStoreOptions& options) {
  if (options.retain_duplicates) return declare<AppendWindowStore>(name, options.retention_ms);
  return declare<UpsertWindowStore>(name, options.retention_ms);
}

SessionStore& CachedTaskState::session(const std::string& name, int64_t retention_ms) {
  return declare<CachedSessionStore>(name, retention_ms);
}

std::vector<std::string> CachedTaskState::store_names() const {
  std::vector<std::string> names;
  for (const auto& store : stores_) names.push_back(store->name());
  return names;
}

void CachedTaskState::take_changelog(
    const std::function<void(const std::string& store, const ChangelogRecord&)>& visit) {
  for (const auto& store : stores_) {
    store->take_changelog(blocks_, [&](const ChangelogRecord& record) { visit(store->name(), record); });
  }
  blocks_.release();
}

void CachedTaskState::committed() {
  for (const auto& store : stores_) store->committed();
  make_room();
}

// Between commits a store makes room only among its own rows, since those of others may be in somebody's hands. Here
// all of them give.
void CachedTaskState::make_room() {
  if (stores_.empty()) return;
  budget_.limit = std::min(most_bytes_, environment_->caches().share(told_bytes_, budget_.used));
  told_bytes_ = budget_.used;
  if (budget_.used > budget_.limit - budget_.limit / 16) evict();
}

// First those that are asked for little for the memory that they take, such as the larger side of a join, whose rows
// are looked for by the few of the smaller one.
void CachedTaskState::evict() {
  std::vector<std::pair<double, Store*>> by_use;
  for (const auto& store : stores_) by_use.emplace_back(store->take_use(), store.get());
  std::stable_sort(by_use.begin(), by_use.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  const size_t target = budget_.limit - budget_.limit / 8;
  for (const auto& [use, store] : by_use) {
    if (budget_.used <= target) break;
    store->evict(budget_.used - target);
  }
}

void CachedTaskState::aborted() {
  for (const auto& store : stores_) store->aborted();
  declared_.clear();
}

void CachedTaskState::restore(const std::string& name, const ChangelogRecord& record) {
  const auto store = by_name_.find(name);
  if (store == by_name_.end()) {
    throw StateError("A changelog record belongs to the state store '" + name + "', which this task does not have.");
  }
  store->second->restore(record);
  make_room();
}

bool CachedTaskState::wants_checkpoint() const {
  // What is on disk can be evicted; what isn't, only a checkpoint makes so.
  return !environment_->options().in_memory && budget_.dirty > budget_.limit - budget_.limit / 4;
}

void CachedTaskState::checkpoint(std::string_view meta) {
  if (environment_->options().in_memory) return;
  for (const auto& store : stores_) {
    if (store->has_uncommitted()) {
      throw StateError("A checkpoint was asked for while state store '" + store->name() +
                       "' has changes that are not committed.");
    }
  }
  if (!database_) database_ = Database::create(*environment_, directory_);
  CheckpointWriter writer(*database_);
  for (const auto& store : stores_) store->write_checkpoint(writer);
  writer.commit(meta);
  for (const auto& store : stores_) store->checkpointed();
  make_room();
}

}  // namespace weir::state
