#include "storage/log/embedded_partition.h"

#include <algorithm>

namespace weir::log {

void EmbeddedPartition::publish(std::shared_ptr<const Block> block, bool keep) {
  const int64_t end = block->end_offset();
  if (keep) {
    const std::lock_guard lock(mutex_);
    recent_.push_back(std::move(block));
  }
  end_.store(end, std::memory_order_release);
}

void EmbeddedPartition::mark_deleted() {
  deleted_.store(true, std::memory_order_release);
  const std::lock_guard lock(mutex_);
  recent_.clear();
  for (ReaderSignal* waiter : waiters_) waiter->wake_up();
}

void EmbeddedPartition::notify_readers() {
  const std::lock_guard lock(mutex_);
  for (ReaderSignal* waiter : waiters_) waiter->notify_data();
}

void EmbeddedPartition::recent_blocks(int64_t offset, size_t max_bytes, BlockQueue& out) const {
  const std::lock_guard lock(mutex_);
  auto it = std::partition_point(recent_.begin(), recent_.end(),
                                 [&](const auto& block) { return block->end_offset() <= offset; });
  if (it == recent_.end() || (*it)->base_offset() > offset) return;
  // A block too large to keep leaves a hole, which the store fills.
  int64_t next = (*it)->base_offset();
  for (size_t bytes = 0; it != recent_.end() && bytes < max_bytes && (*it)->base_offset() == next; ++it) {
    bytes += (*it)->memory_bytes();
    next = (*it)->end_offset();
    out.push_back(*it);
  }
}

void EmbeddedPartition::drop_oldest_recent() {
  const std::lock_guard lock(mutex_);
  if (!recent_.empty()) recent_.pop_front();
}

void EmbeddedPartition::add_waiter(ReaderSignal* signal) {
  const std::lock_guard lock(mutex_);
  waiters_.push_back(signal);
}

void EmbeddedPartition::remove_waiter(ReaderSignal* signal) {
  const std::lock_guard lock(mutex_);
  std::erase(waiters_, signal);
}

}  // namespace weir::log
