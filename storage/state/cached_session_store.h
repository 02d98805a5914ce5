// A session store. The sessions of a key that are cached hang together, so that finding them costs one probe; the store
// knows for which keys all sessions are cached. The rows themselves are ordered by end, key and start, as they end and
// expire.
//
// Owned by TaskState, used from the task's thread.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/inlined_vector.h>

#include "storage/state/codec.h"
#include "storage/state/entry_table.h"
#include "storage/state/retention_clock.h"
#include "storage/state/store.h"

namespace weir::state {

class CachedSessionStore : public Store, public SessionStore, private EntryListener {
 public:
  CachedSessionStore(std::string name, Budget& budget, int64_t retention_ms);

  void put(std::string_view key, int64_t start, int64_t end, std::string_view value) override;
  void remove(std::string_view key, int64_t start, int64_t end) override;
  void find(std::string_view key, int64_t earliest_end, int64_t latest_start,
            const std::function<bool(int64_t start, int64_t end, std::string_view value)>& visit) override;
  void find_ended(int64_t before,
                  const std::function<bool(std::string_view key, int64_t start, int64_t end, std::string_view value)>&
                      visit) override;
  void advance_time(int64_t stream_time) override { clock_.advance(stream_time); }
  int64_t observed_time() const override { return clock_.observed(); }

  void take_changelog(BlockWriter& blocks, const BlockWriter::Emit& emit) override;
  void committed() override;
  void aborted() override;
  void restore(const ChangelogRecord& record) override;
  bool has_uncommitted() const override { return clock_.changed() || table_.has_uncommitted(); }
  size_t evict(size_t bytes) override { return table_.evict(bytes); }
  size_t resident_bytes() const override { return table_.typical_bytes(); }

  FamilyKind kind() const override { return FamilyKind::kSession; }
  void attach(Family& family, const std::string& descriptor) override;
  void write_checkpoint(CheckpointWriter& checkpoint) override;
  void checkpointed() override;

 private:
  struct Member {
    int64_t end;
    int64_t start;
    Entry* entry;
    bool operator<(const Member& other) const { return end != other.end ? end < other.end : start < other.start; }
  };
  // A key's cached sessions that are present.
  struct Group {
    absl::InlinedVector<Member, 1> members;  // ascending by (end, start)
    bool complete = false;                   // the disk has no others
  };
  struct KeyHash {
    using is_transparent = void;
    size_t operator()(std::string_view key) const { return hash_key(key); }
  };

  void entry_present(Entry& entry) override;
  void entry_absent(Entry& entry) override;
  void entry_forgotten(Entry& entry) override;
  Group& group_of(std::string_view escaped_key);
  Group* loaded_group(std::string_view escaped_key);
  void forget_empty_groups();
  void write(std::string_view key, int64_t start, int64_t end, std::optional<std::string_view> value);
  bool visit_disk_row(std::string_view row_key, const std::function<bool(std::string_view value)>& visit);

  RetentionClock clock_;
  absl::flat_hash_map<std::string, Group, KeyHash, std::equal_to<>> groups_;  // by escaped key
  size_t empty_groups_ = 0;
  int visiting_ = 0;  // visitors of find() at work
  EntryTable table_;
  int64_t lowest_end_ = INT64_MAX;    // no session ends before this
  Family* pending_family_ = nullptr;  // of a checkpoint that is being written
  std::string escaped_;
  std::string row_key_;
};

}  // namespace weir::state
