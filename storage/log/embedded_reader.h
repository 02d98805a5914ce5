// Reads partitions of the embedded log. At the tail blocks come from memory, further back from the store; records are
// views into the blocks. One thread, except wakeup().
#pragma once

#include <map>
#include <memory>

#include "storage/log/block_cursor.h"
#include "storage/log/embedded_log.h"
#include "storage/log/reader_signal.h"

namespace weir::log {

class EmbeddedReader : public LogReader {
 public:
  explicit EmbeddedReader(const EmbeddedLog& log) : log_(log) {}
  ~EmbeddedReader() override;

  void assign(const TopicPartition& partition, int64_t offset) override;
  void unassign(const TopicPartition& partition) override;
  void pause(const TopicPartition& partition) override;
  void resume(const TopicPartition& partition) override;
  std::vector<FetchedRecords> poll(std::chrono::milliseconds timeout, size_t max_records) override;
  bool at_end(const TopicPartition& partition) const override;
  void wakeup() override { signal_.wake_up(); }
  void on_ready(std::function<void()> callback) override { signal_.on_ready(std::move(callback)); }

 private:
  struct Assignment {
    std::shared_ptr<EmbeddedPartition> partition;
    int64_t position = 0;
    int64_t end_seen = 0;  // the partition's end at the last poll
    bool paused = false;
    BlockCursor cursor;  // in the block that holds `position`
    BlockQueue ahead;    // the blocks after it that were read already
  };

  std::vector<FetchedRecords> fetch_all(size_t max_records);
  FetchedRecords fetch(Assignment& from, size_t max_records);
  // Points the cursor at the block that holds the position, or the next one. False when there is none.
  bool next_block(Assignment& from);
  void read_ahead(Assignment& from);

  const EmbeddedLog& log_;
  ReaderSignal signal_;
  std::map<TopicPartition, Assignment> assignments_;
};

}  // namespace weir::log
