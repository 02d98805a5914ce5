// A task's stores, and commits and checkpoints over all of them. Owned by the task, used from its thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "storage/state/budget.h"
#include "storage/state/changelog_block.h"
#include "storage/state/state.h"
#include "storage/state/store.h"

namespace weir::state {

class CachedTaskState : public TaskState {
 public:
  explicit CachedTaskState(std::shared_ptr<StateEnvironment> environment);

  KeyValueStore& key_value(const std::string& name) override;
  WindowStore& window(const std::string& name, const WindowStoreOptions& options) override;
  SessionStore& session(const std::string& name, int64_t retention_ms) override;
  std::vector<std::string> store_names() const override;

  void take_changelog(const std::function<void(const std::string& store, const ChangelogRecord&)>& visit) override;
  void committed() override;
  void aborted() override;
  void restore(const std::string& store, const ChangelogRecord& record) override;

  void checkpoint(std::string_view meta) override;
  std::optional<std::string> checkpoint_meta() const override { return std::nullopt; }
  bool wants_checkpoint() const override { return false; }
  size_t memory_used() const override { return budget_.used; }

 private:
  template <class T, class... Args>
  T& declare(const std::string& name, Args&&... args);

  std::shared_ptr<StateEnvironment> environment_;
  Budget budget_;
  BlockWriter blocks_;
  std::vector<std::unique_ptr<Store>> stores_;  // as declared
  std::map<std::string, Store*> by_name_;
};

}  // namespace weir::state
