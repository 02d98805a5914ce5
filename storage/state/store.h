// What TaskState needs of each of its stores, whatever its kind. Owned by TaskState, used from the task's thread.
#pragma once

#include <string>
#include <utility>

#include "storage/state/budget.h"
#include "storage/state/changelog_block.h"
#include "storage/state/checkpoint_writer.h"
#include "storage/state/database.h"
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

  virtual FamilyKind kind() const = 0;
  // At open: what the last checkpoint has of this store, and the descriptor that the store wrote with it.
  virtual void attach(Family& family, const std::string& descriptor) = 0;
  // Writes what has changed since the last checkpoint and the descriptor. Only with nothing uncommitted.
  virtual void write_checkpoint(CheckpointWriter& checkpoint) = 0;
  // That checkpoint has taken effect.
  virtual void checkpointed() = 0;

  // Frees about `bytes` of what is also on disk: the bytes freed, 0 when there is nothing to free.
  virtual size_t evict(size_t bytes) = 0;
  virtual size_t resident_bytes() const = 0;  // roughly
  // How often the store was asked for something, for each byte that it keeps in memory; what was long ago counts less.
  double take_use() {
    const double use = static_cast<double>(probes_) / static_cast<double>(resident_bytes() + 1);
    probes_ /= 2;
    return use;
  }

 protected:
  // Before something clean is added.
  void make_room() {
    if (budget_.exceeded()) evict(budget_.used - budget_.limit + budget_.limit / 64);
  }

  std::string name_;
  Budget& budget_;
  uint64_t probes_ = 0;
  Family* family_ = nullptr;  // null: no checkpoint has this store
};

}  // namespace weir::state
