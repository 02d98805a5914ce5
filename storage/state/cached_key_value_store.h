// A key-value store: the write-back cache of its keys.
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
  uint64_t approximate_entries() const override { return table_.present(); }

  void take_changelog(BlockWriter& blocks, const BlockWriter::Emit& emit) override;
  void committed() override { table_.committed(); }
  void aborted() override { table_.aborted(); }
  void restore(const ChangelogRecord& record) override;
  bool has_uncommitted() const override { return table_.has_uncommitted(); }
  size_t evict(size_t bytes) override { return table_.evict(bytes); }

 private:
  EntryTable table_;
};

}  // namespace weir::state
