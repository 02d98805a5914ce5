// The embedded log: topics kept in one directory, by one process. Blocks of records and everything that commits with
// them go into a BlockStore as one write. Opened by open_embedded_log(); readers and transactions must be gone before
// the log is. Any thread.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <vector>

#include "storage/log/block_store.h"
#include "storage/log/embedded_partition.h"
#include "storage/log/log.h"
#include "storage/log/log_meta.h"
#include "storage/log/maintenance_thread.h"
#include "storage/log/recent_cache.h"

namespace weir::log {

// What a transaction hands over for one partition. `packed` are the blocks' stored bytes.
struct PartitionAppend {
  std::shared_ptr<EmbeddedPartition> partition;
  std::vector<std::shared_ptr<Block>> blocks;
  std::vector<OwnedBytes> packed;
};

struct OffsetCommit {
  std::string group;
  std::shared_ptr<EmbeddedPartition> partition;
  CommittedOffset offset;
};

class EmbeddedLog : public Log {
 public:
  // Opens or creates. Throws LogError: kLocked, kCorrupt, kInvalid, kInternal.
  explicit EmbeddedLog(const EmbeddedLogOptions& options);
  ~EmbeddedLog() override;

  void create_topic(const std::string& name, const TopicConfig& config) override;
  void delete_topic(const std::string& name) override;
  std::vector<TopicInfo> list_topics() override;
  std::optional<TopicInfo> describe_topic(const std::string& name) override;
  int64_t begin_offset(const TopicPartition& partition) override;
  int64_t end_offset(const TopicPartition& partition) override;
  std::optional<int64_t> offset_for_time(const TopicPartition& partition, int64_t timestamp_ms) override;
  std::unique_ptr<LogReader> open_reader() override;
  std::unique_ptr<LogTransaction> open_transaction(const std::string& transactional_id) override;
  std::optional<CommittedOffset> committed_offset(const std::string& group, const TopicPartition& partition) override;
  void delete_group(const std::string& group) override;
  std::string description() const override;

  // Drops what retention lets go, compacts compacted topics and merges small blocks, as the maintenance thread does
  // from time to time. Goes on after an error and throws the first one at the end.
  void maintain_now(int64_t wall_clock_ms);

  // For readers and transactions. Throws kNotFound.
  std::shared_ptr<EmbeddedPartition> find_partition(std::string_view topic, int32_t partition) const;
  // For transactions: gives the blocks their offsets and writes it all at once. After an error nothing took effect and
  // the same call may be repeated. Throws kNotFound when a topic was deleted meanwhile, and what the store throws.
  void commit(std::span<PartitionAppend* const> appends, std::span<const OffsetCommit> offsets,
              std::map<TopicPartition, int64_t>* end_offsets);
  // Visits the partition's blocks from the one that holds `offset`. Throws kCorrupt naming topic, partition and offset.
  void read_blocks(const EmbeddedPartition& partition, int64_t offset, const BlockStore::BlockVisitor& visit) const;
  // For maintenance: writes unless the partition was deleted; false when it was.
  bool write_maintenance(const EmbeddedPartition& partition, const StoreBatch& batch);
  bool stopping() const { return stopping_.load(std::memory_order_relaxed); }
  OwnedBytes pack(const Block& block) const { return store_->pack(block); }
  void scan_blocks(const EmbeddedPartition& partition, int64_t offset, const BlockStore::InfoVisitor& visit) const;
  [[noreturn]] void throw_corrupt(const TopicPartition& partition, int64_t offset, const std::string& reason) const;

 private:
  struct Topic {
    uint32_t id = 0;
    TopicConfig config;
    std::vector<std::shared_ptr<EmbeddedPartition>> partitions;
  };
  using TopicPtr = std::shared_ptr<const Topic>;

  void check_format();
  void load_topics();
  std::vector<int64_t> load_ends(std::span<const TopicPartition> names, std::span<const PartitionId> ids) const;
  void start_maintenance();
  TopicPtr find_topic(std::string_view name) const;  // null when there is none
  [[noreturn]] void throw_bad_directory(const std::string& what) const;

  const EmbeddedLogOptions options_;
  std::unique_ptr<BlockStore> store_;
  uint32_t next_topic_id_ = 1;
  std::mutex commit_mutex_;  // one change of the store at a time; taken before any other lock
  RecentCache recent_;       // guarded by commit_mutex_
  mutable std::shared_mutex topics_mutex_;
  std::map<std::string, TopicPtr, std::less<>> topics_;
  std::mutex maintenance_mutex_;  // one maintenance at a time; taken before commit_mutex_
  std::atomic<bool> stopping_ = false;
  std::once_flag maintenance_started_;
  std::unique_ptr<MaintenanceThread> maintenance_;
};

}  // namespace weir::log
