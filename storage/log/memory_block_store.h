// Blocks in plain memory, for tests and `weir test`: opening costs nothing (RocksDB's memory environment takes 3 ms).
#pragma once

#include <map>
#include <shared_mutex>

#include "storage/log/block_store.h"

namespace weir::log {

class MemoryBlockStore : public BlockStore {
 public:
  OwnedBytes pack(const Block&) const override { return {}; }
  void write(const StoreBatch& batch) override;
  void read_blocks(PartitionId partition, int64_t offset, const BlockVisitor& visit) const override;
  void scan_blocks(PartitionId partition, int64_t offset, const InfoVisitor& visit) const override;
  void last_blocks(std::span<const PartitionId> partitions, const LastVisitor& visit) const override;
  std::optional<std::string> get_meta(std::string_view key) const override;
  void scan_meta(std::string_view prefix, const MetaVisitor& visit) const override;
  void reclaim() override {}
  void stop_reclaim() override {}

 private:
  using Blocks = std::map<int64_t, std::shared_ptr<const Block>>;
  // The block that holds `offset` or the first after it; null at the end.
  std::shared_ptr<const Block> find(PartitionId partition, int64_t offset) const;

  mutable std::shared_mutex mutex_;
  std::map<PartitionId, Blocks> blocks_;
  std::map<std::string, std::string, std::less<>> meta_;
};

}  // namespace weir::log
