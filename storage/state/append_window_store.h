// The window store of stream-stream joins (retain_duplicates): rows are only ever added, and go when they expire. The
// newest rows are resident in an arena with a hash index of their keys, as far as the task's budget goes; all but those
// of the last few seconds are in runs on disk too. A row's sequence tells whether it is still resident, so nothing is
// found twice.
//
// Owned by TaskState, used from the task's thread.
#pragma once

#include "storage/state/hash_index.h"
#include "storage/state/retention_clock.h"
#include "storage/state/row_arena.h"
#include "storage/state/run_set.h"
#include "storage/state/store.h"

namespace weir::state {

class AppendWindowStore : public Store, public WindowStore {
 public:
  AppendWindowStore(std::string name, Budget& budget, int64_t retention_ms);
  ~AppendWindowStore() override;

  bool put(std::string_view key, int64_t time, std::string_view value) override;
  [[noreturn]] void remove(std::string_view key, int64_t time) override;
  [[noreturn]] std::optional<std::string_view> get(std::string_view key, int64_t time) override;
  void fetch(std::string_view key, int64_t from, int64_t to,
             const std::function<bool(int64_t time, std::string_view value)>& visit) override;
  void fetch_all(int64_t from, int64_t to,
                 const std::function<bool(std::string_view key, int64_t time, std::string_view value)>& visit) override;
  void advance_time(int64_t stream_time) override { clock_.advance(stream_time); }
  int64_t observed_time() const override { return clock_.observed(); }

  uint64_t prefetch_index(std::string_view key) const override;
  void prefetch_rows(uint64_t index) const override;

  void take_changelog(BlockWriter& blocks, const BlockWriter::Emit& emit) override;
  void committed() override;
  void aborted() override;
  void restore(const ChangelogRecord& record) override;
  bool has_uncommitted() const override { return clock_.changed() || !arena_.at_end(committed_); }
  size_t evict(size_t bytes) override;
  size_t resident_bytes() const override { return accounted_; }

  FamilyKind kind() const override { return FamilyKind::kAppendWindow; }
  void attach(Family& family, const std::string& descriptor) override;
  void write_checkpoint(CheckpointWriter& checkpoint) override;
  void checkpointed() override;

 private:
  HashIndex::Slot* find(std::string_view key, uint64_t hash);
  void add(std::string_view key, int64_t time, std::string_view value);
  void account();
  void recount_dirty();
  // Rows of this time or later may be on disk alone. Those of the last chunks to be evicted are older than most lookups
  // go back, where rows come about in order.
  bool may_be_evicted(int64_t from) const {
    return family_ != nullptr && !runs_.empty() && from <= arena_.gone_until();
  }
  void write_new_rows(CheckpointWriter& checkpoint);

  RetentionClock clock_;
  RowArena arena_;
  HashIndex index_;               // key → its newest row
  RowArena::Position committed_;  // rows from here on are not committed
  RowArena::Position on_disk_;    // rows from here on are in no run
  RunSet runs_;
  Family* pending_family_ = nullptr;  // of a checkpoint that is being written
  size_t accounted_ = 0;
  size_t accounted_dirty_ = 0;
};

}  // namespace weir::state
