// What the embedded log knows of one partition in memory: its offsets, its newest blocks and who waits for more. Owned
// by the log, shared with readers and transactions, which may hold it beyond the topic's deletion. Any thread, except
// where a function says otherwise.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "storage/log/block_queue.h"
#include "storage/log/block_store.h"
#include "storage/log/log_meta.h"
#include "storage/log/reader_signal.h"
#include "storage/log/record.h"

namespace weir::log {

class EmbeddedPartition {
 public:
  EmbeddedPartition(PartitionId id, TopicPartition name, bool compacted, const PartitionState& state, int64_t end)
      : id_(id), name_(std::move(name)), compacted_(compacted), begin_(state.begin), end_(end), state_(state) {}

  PartitionId id() const { return id_; }
  const TopicPartition& name() const { return name_; }
  bool compacted() const { return compacted_; }  // records without a key are refused
  int64_t begin() const { return begin_.load(std::memory_order_acquire); }
  int64_t end() const { return end_.load(std::memory_order_acquire); }
  bool deleted() const { return deleted_.load(std::memory_order_acquire); }

  // Under the log's commit lock: the block, which starts at the end, becomes visible. `keep` it for tail readers.
  void publish(std::shared_ptr<const Block> block, bool keep);
  void set_begin(int64_t begin) { begin_.store(begin, std::memory_order_release); }
  void mark_deleted();
  void notify_readers();

  // Appends kept blocks from the one that holds `offset` on to `out`, up to about `max_bytes`; none when that one is
  // no longer kept.
  void recent_blocks(int64_t offset, size_t max_bytes, BlockQueue& out) const;
  void drop_oldest_recent();

  // For maintenance, which is one thread at a time: what is stored of it, and how far small blocks have been merged.
  PartitionState& maintenance_state() { return state_; }
  int64_t& merged_until() { return merged_until_; }

  void add_waiter(ReaderSignal* signal);
  void remove_waiter(ReaderSignal* signal);

 private:
  const PartitionId id_;
  const TopicPartition name_;
  const bool compacted_;
  std::atomic<int64_t> begin_;
  std::atomic<int64_t> end_;
  std::atomic<bool> deleted_ = false;
  PartitionState state_;
  int64_t merged_until_ = 0;

  mutable std::mutex mutex_;  // guards what follows
  BlockQueue recent_;
  std::vector<ReaderSignal*> waiters_;
};

}  // namespace weir::log
