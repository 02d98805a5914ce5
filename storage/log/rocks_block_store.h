// Blocks in RocksDB: one column family for blocks, whose larger values live in blob files so that compaction doesn't
// rewrite them, and the default one for everything small. Keys and values are specified in docs/formats.md.
#pragma once

#include <rocksdb/db.h>

#include <atomic>
#include <memory>

#include "storage/log/block_store.h"

namespace weir::log {

class RocksBlockStore : public BlockStore {
 public:
  struct Options {
    std::string path;
    bool sync = false;
    size_t write_buffer_bytes = 32u << 20;
  };
  // Opens or creates. Throws LogError: kLocked, kCorrupt, kInternal.
  explicit RocksBlockStore(const Options& options);
  ~RocksBlockStore() override;

  OwnedBytes pack(const Block& block) const override { return block.pack(); }
  void write(const StoreBatch& batch) override;
  void read_blocks(PartitionId partition, int64_t offset, const BlockVisitor& visit) const override;
  void scan_blocks(PartitionId partition, int64_t offset, const InfoVisitor& visit) const override;
  void last_blocks(std::span<const PartitionId> partitions, const LastVisitor& visit) const override;
  std::optional<std::string> get_meta(std::string_view key) const override;
  void scan_meta(std::string_view prefix, const MetaVisitor& visit) const override;
  void reclaim() override;
  void stop_reclaim() override { db_->DisableManualCompaction(); }

 private:
  // Throws the status as a LogError that names the directory and what was being done.
  void check(const rocksdb::Status& status, const char* doing) const;

  // False when stop_reclaim() ended it.
  bool compact_family(const rocksdb::CompactRangeOptions& options, rocksdb::ColumnFamilyHandle* family);

  const Options options_;
  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::ColumnFamilyHandle* meta_ = nullptr;
  rocksdb::ColumnFamilyHandle* blocks_ = nullptr;
  std::atomic<uint64_t> deleted_bytes_ = 0;
  rocksdb::Status write_failure_;  // of the last write, if it failed
};

}  // namespace weir::log
