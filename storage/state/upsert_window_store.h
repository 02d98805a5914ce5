// The window store of windowed aggregates (no duplicates): one row for each key and time, replaced and removed at will.
// Rows are ordered by time and then key, in memory (while something scans) and on disk: windows close and expire by
// time.
//
// Owned by TaskState, used from the task's thread.
#pragma once

#include "storage/state/entry_table.h"
#include "storage/state/retention_clock.h"
#include "storage/state/store.h"

namespace weir::state {

class UpsertWindowStore : public Store, public WindowStore {
 public:
  UpsertWindowStore(std::string name, Budget& budget, int64_t retention_ms);

  bool put(std::string_view key, int64_t time, std::string_view value) override;
  void remove(std::string_view key, int64_t time) override;
  std::optional<std::string_view> get(std::string_view key, int64_t time) override;
  void fetch(std::string_view key, int64_t from, int64_t to,
             const std::function<bool(int64_t time, std::string_view value)>& visit) override;
  void fetch_all(int64_t from, int64_t to,
                 const std::function<bool(std::string_view key, int64_t time, std::string_view value)>& visit) override;
  void advance_time(int64_t stream_time) override { clock_.advance(stream_time); }
  int64_t observed_time() const override { return clock_.observed(); }

  void take_changelog(BlockWriter& blocks, const BlockWriter::Emit& emit) override;
  void committed() override;
  void aborted() override;
  void restore(const ChangelogRecord& record) override;
  bool has_uncommitted() const override { return clock_.changed() || table_.has_uncommitted(); }
  size_t evict(size_t bytes) override { return table_.evict(bytes); }

 private:
  std::string_view encode(std::string_view key, int64_t time);

  RetentionClock clock_;
  EntryTable table_;
  std::string scratch_;
};

}  // namespace weir::state
