// The window store of windowed aggregates (no duplicates): one row for each key and time, replaced and removed at will.
// Rows are ordered by time and then key, in memory (while something scans) and on disk: windows close and expire by
// time.
//
// Owned by TaskState, used from the task's thread.
#pragma once

#include "storage/state/entry_table.h"
#include "storage/state/retention_clock.h"
#include "storage/state/store.h"
#include "storage/state/upsert_codec.h"

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
  size_t resident_bytes() const override { return table_.typical_bytes(); }

  FamilyKind kind() const override { return FamilyKind::kUpsertWindow; }
  void attach(Family& family, const std::string& descriptor) override;
  void write_checkpoint(CheckpointWriter& checkpoint) override;
  void checkpointed() override;

 private:
  struct Fetched {
    int64_t time;
    const Entry* entry;  // null: from disk, then value has it
    std::string value;
  };
  std::string_view encode(std::string_view key, int64_t time);
  bool may_be_on_disk(int64_t time) const { return family_ != nullptr && time <= latest_on_disk_; }
  void write(std::string_view key, int64_t time, std::optional<std::string_view> value);
  void fetch_changed(std::string_view key, int64_t from, int64_t to, std::vector<Fetched>& rows);
  void fetch_disk(std::string_view key, int64_t from, int64_t to, std::vector<Fetched>& rows);

  RetentionClock clock_;
  EntryTable table_;
  int64_t latest_on_disk_ = INT64_MIN;  // no row on disk has a later time
  Family* pending_family_ = nullptr;    // of a checkpoint that is being written
  int64_t pending_latest_ = INT64_MIN;
  std::string scratch_;
};

}  // namespace weir::state
