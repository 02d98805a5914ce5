// One pass of maintenance over one partition: retention by time and size, compaction as Kafka's log cleaner does it
// (the last record of each key stays, tombstones for delete.retention.ms after they were first compacted; KIP-534), and
// merging of small blocks that short transactions leave. Made for each pass by EmbeddedLog::maintain_now(); one thread.
#pragma once

#include <cstdint>
#include <vector>

#include "storage/log/embedded_log.h"
#include "storage/log/offset_map.h"

namespace weir::log {

class PartitionMaintenance {
 public:
  PartitionMaintenance(EmbeddedLog& log, EmbeddedPartition& partition, const TopicConfig& config, int64_t now)
      : log_(log), partition_(partition), config_(config), now_(now) {}

  // Throws what the log throws; what was done until then stays done.
  void run();

 private:
  void apply_retention();
  void compact();
  void merge_small_blocks();

  // The part of `blocks` that compaction may touch, as a count from the front.
  size_t compactable(const std::vector<BlockInfo>& blocks) const;
  bool worth_compacting(const std::vector<BlockInfo>& blocks, size_t count) const;
  // Fills the map from the blocks not compacted before; returns how many blocks of the front it covers.
  size_t collect_latest(const std::vector<BlockInfo>& blocks, size_t count, OffsetMap& latest) const;
  // Returns the earliest time at which a tombstone that stays may go.
  int64_t rewrite(const std::vector<BlockInfo>& blocks, size_t count, const OffsetMap& latest);
  std::vector<BlockInfo> list_blocks(int64_t from) const;

  EmbeddedLog& log_;
  EmbeddedPartition& partition_;
  const TopicConfig& config_;
  const int64_t now_;
};

}  // namespace weir::log
