// What TaskState needs of each of its stores, whatever its kind. Owned by TaskState, used from the task's thread.
#pragma once

#include <string>
#include <utility>

#include "storage/state/budget.h"
#include "storage/state/changelog_block.h"
#include "storage/state/state.h"

namespace weir::state {

class Store {
 public:
  Store(std::string name, Budget& budget) : name_(std::move(name)), budget_(budget) {}
  virtual ~Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  const std::string& name() const { return name_; }

  // See TaskState for these.
  virtual void take_changelog(BlockWriter& blocks, const BlockWriter::Emit& emit) = 0;
  virtual void committed() = 0;
  virtual void aborted() = 0;
  virtual void restore(const ChangelogRecord& record) = 0;

  virtual bool has_uncommitted() const = 0;
  // Frees about `bytes` of what is also on disk: the bytes freed, 0 when there is nothing to free.
  virtual size_t evict(size_t bytes) = 0;

 protected:
  std::string name_;
  Budget& budget_;
};

}  // namespace weir::state
