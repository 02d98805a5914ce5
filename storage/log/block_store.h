// Where the embedded log keeps its blocks and its small records about topics, groups and partitions: RocksDB or plain
// memory. Owned by EmbeddedLog. Reads from any thread; write() by one thread at a time (the log's commit lock).
//
// Damage is thrown as BlockDamage where a block doesn't decode, other failures as LogError.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "storage/log/block.h"

namespace weir::log {

struct PartitionId {
  uint32_t topic = 0;  // never used again after the topic's deletion
  uint32_t partition = 0;
  auto operator<=>(const PartitionId&) const = default;
};

// What is known of a block without reading it.
struct BlockInfo {
  int64_t base = 0;
  int64_t end = 0;
  uint32_t records = 0;
  uint64_t stored_bytes = 0;
  int64_t max_timestamp = 0;
};

// Changes that take effect together, in order.
class StoreBatch {
 public:
  struct PutBlock {
    PartitionId partition;
    std::shared_ptr<const Block> block;
    std::string_view packed;  // of pack(); lives until write() returns
  };
  struct DeleteBlock {
    PartitionId partition;
    int64_t base = 0;
    uint64_t stored_bytes = 0;
  };
  struct DeletePartition {
    PartitionId partition;
  };
  struct PutMeta {
    std::string key;
    std::string value;
  };
  struct DeleteMeta {
    std::string key;
  };
  using Change = std::variant<PutBlock, DeleteBlock, DeletePartition, PutMeta, DeleteMeta>;

  template <typename T>
  void add(T change) {
    changes_.emplace_back(std::move(change));
  }
  const std::vector<Change>& changes() const { return changes_; }
  bool empty() const { return changes_.empty(); }

 private:
  std::vector<Change> changes_;
};

class BlockStore {
 public:
  virtual ~BlockStore() = default;

  // The bytes to write for a block; done apart from write() so that it happens outside the log's commit lock. Empty
  // where the store keeps blocks as they are.
  virtual OwnedBytes pack(const Block& block) const = 0;
  // All or nothing. Throws kUnavailable when the disk is full, kInternal for other failures.
  virtual void write(const StoreBatch& batch) = 0;

  // Visits blocks in order, from the one that holds `offset` or, where that is gone, the next one, until `visit`
  // returns false.
  using BlockVisitor = std::function<bool(std::shared_ptr<const Block>)>;
  virtual void read_blocks(PartitionId partition, int64_t offset, const BlockVisitor& visit) const = 0;
  using InfoVisitor = std::function<bool(const BlockInfo&)>;
  virtual void scan_blocks(PartitionId partition, int64_t offset, const InfoVisitor& visit) const = 0;
  // Visits the last block of each of the partitions that have any, giving the partition's index in `partitions`.
  using LastVisitor = std::function<void(size_t index, const BlockInfo&)>;
  virtual void last_blocks(std::span<const PartitionId> partitions, const LastVisitor& visit) const = 0;

  virtual std::optional<std::string> get_meta(std::string_view key) const = 0;
  using MetaVisitor = std::function<void(std::string_view key, std::string_view value)>;
  virtual void scan_meta(std::string_view prefix, const MetaVisitor& visit) const = 0;

  // Gives the space of deleted blocks back, once that is worth the work. Takes long; called by maintenance.
  virtual void reclaim() = 0;
  // Ends a reclaim() that runs and those to come. Any thread.
  virtual void stop_reclaim() = 0;
};

}  // namespace weir::log
