// Keeps the newest blocks of all partitions in memory up to a budget, so that readers at the tail don't read the store.
// Owned by the embedded log and used under its commit lock; the blocks themselves hang off their partitions.
#pragma once

#include <deque>
#include <memory>

#include "storage/log/embedded_partition.h"

namespace weir::log {

class RecentCache {
 public:
  explicit RecentCache(size_t max_bytes) : max_bytes_(max_bytes) {}

  // Makes the block visible in its partition and drops the oldest ones beyond the budget.
  void publish(const std::shared_ptr<EmbeddedPartition>& partition, std::shared_ptr<const Block> block) {
    const size_t bytes = block->memory_bytes() + sizeof(Entry);
    if (bytes > max_bytes_) {
      partition->publish(std::move(block), /*keep=*/false);
      return;
    }
    partition->publish(std::move(block), /*keep=*/true);
    entries_.push_back({partition, bytes});
    used_ += bytes;
    while (used_ > max_bytes_) {
      entries_.front().partition->drop_oldest_recent();
      used_ -= entries_.front().bytes;
      entries_.pop_front();
    }
  }

 private:
  struct Entry {
    std::shared_ptr<EmbeddedPartition> partition;
    size_t bytes;
  };
  const size_t max_bytes_;
  size_t used_ = 0;
  std::deque<Entry> entries_;
};

}  // namespace weir::log
