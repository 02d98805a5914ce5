#include "storage/state/cached_task_state.h"

#include "storage/state/append_window_store.h"
#include "storage/state/cached_key_value_store.h"
#include "storage/state/cached_session_store.h"
#include "storage/state/upsert_window_store.h"

namespace weir::state {

std::unique_ptr<TaskState> TaskState::open(std::shared_ptr<StateEnvironment> environment, const std::string&) {
  return std::make_unique<CachedTaskState>(std::move(environment));
}

CachedTaskState::CachedTaskState(std::shared_ptr<StateEnvironment> environment) : environment_(std::move(environment)) {
  budget_.limit = environment_->options().cache_bytes_per_task;
}

template <class T, class... Args>
T& CachedTaskState::declare(const std::string& name, Args&&... args) {
  if (const auto found = by_name_.find(name); found != by_name_.end()) {
    throw StateError("The state store '" + name + "' is declared twice in one task.");
  }
  auto store = std::make_unique<T>(name, budget_, std::forward<Args>(args)...);
  T& result = *store;
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
}

void CachedTaskState::aborted() {
  for (const auto& store : stores_) store->aborted();
}

void CachedTaskState::restore(const std::string& name, const ChangelogRecord& record) {
  const auto store = by_name_.find(name);
  if (store == by_name_.end()) {
    throw StateError("A changelog record belongs to the state store '" + name + "', which this task does not have.");
  }
  store->second->restore(record);
}

void CachedTaskState::checkpoint(std::string_view) {}

}  // namespace weir::state
