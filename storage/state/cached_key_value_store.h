// A key-value store: a write-back cache above the rows on disk, which have the keys as they are.
//
// Owned by TaskState, used from the task's thread.
#pragma once

#include "storage/state/entry_table.h"
#include "storage/state/store.h"

namespace weir::state {

class CachedKeyValueStore : public Store, public KeyValueStore {
 public:
  CachedKeyValueStore(std::string name, Budget& budget);

  std::optional<std::string_view> get(std::string_view key) override;
  void multi_get(const std::vector<std::string_view>& keys, std::string& arena_out,
                 std::vector<std::optional<std::string_view>>& values) override;
  void put(std::string_view key, std::string_view value) override;
  void remove(std::string_view key) override;
  void scan(std::string_view from, std::string_view to,
            const std::function<bool(std::string_view key, std::string_view value)>& visit) override;
  uint64_t approximate_entries() const override { return disk_rows_ + table_.new_rows(); }

  void take_changelog(BlockWriter& blocks, const BlockWriter::Emit& emit) override;
  void committed() override { table_.committed(); }
  void aborted() override { table_.aborted(); }
  void restore(const ChangelogRecord& record) override;
  bool has_uncommitted() const override { return table_.has_uncommitted(); }
  size_t evict(size_t bytes) override { return table_.evict(bytes); }
  size_t resident_bytes() const override { return table_.typical_bytes(); }

  FamilyKind kind() const override { return FamilyKind::kKeyValue; }
  void attach(Family& family, const std::string& descriptor) override;
  void write_checkpoint(CheckpointWriter& checkpoint) override;
  void checkpointed() override;

 private:
  void get_missing(const std::vector<std::string_view>& keys, const std::vector<uint64_t>& hashes,
                   const std::vector<size_t>& missing, std::string& arena,
                   std::vector<std::optional<std::pair<size_t, size_t>>>& places);

  EntryTable table_;
  Family* pending_family_ = nullptr;  // of a checkpoint that is being written
  uint64_t disk_rows_ = 0;            // roughly
};

}  // namespace weir::state
