// A task's stores, and commits and checkpoints over all of them. Owned by the task, used from its thread.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "storage/state/budget.h"
#include "storage/state/changelog_block.h"
#include "storage/state/database.h"
#include "storage/state/environment.h"
#include "storage/state/state.h"
#include "storage/state/store.h"

namespace weir::state {

class CachedTaskState : public TaskState {
 public:
  // `database`: the checkpoint found in `directory`, or nullptr.
  CachedTaskState(std::shared_ptr<Environment> environment, std::string directory, std::unique_ptr<Database> database,
                  std::optional<size_t> cache_bytes);
  ~CachedTaskState() override;

  KeyValueStore& key_value(const std::string& name) override;
  WindowStore& window(const std::string& name, const WindowStoreOptions& options) override;
  SessionStore& session(const std::string& name, int64_t retention_ms) override;
  std::vector<std::string> store_names() const override;

  void take_changelog(const std::function<void(const std::string& store, const ChangelogRecord&)>& visit) override;
  void committed() override;
  void aborted() override;
  void restore(const std::string& store, const ChangelogRecord& record) override;

  void checkpoint(std::string_view meta) override;
  std::optional<std::string> checkpoint_meta() const override { return found_meta_; }
  bool wants_checkpoint() const override;
  size_t memory_used() const override { return budget_.used; }

 private:
  void make_room();
  void evict();
  template <class T, class... Args>
  T& declare(const std::string& name, Args&&... args);

  std::shared_ptr<Environment> environment_;
  std::string directory_;
  std::optional<std::string> found_meta_;
  std::unique_ptr<Database> database_;  // null: in memory, or before the first checkpoint
  size_t most_bytes_;                   // of the task, whatever the others take
  size_t told_bytes_ = 0;               // what the environment knows of
  Budget budget_;
  BlockWriter blocks_;
  std::vector<std::unique_ptr<Store>> stores_;  // as declared
  std::map<std::string, Store*> by_name_;
  std::set<std::string> declared_;  // by the task that is there now
};

}  // namespace weir::state
