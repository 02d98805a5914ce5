// Where partitions begin and end, and where a time is in them. Owned by the log, shared by its readers. Any thread;
// calls wait for the broker up to the log's admin timeout.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "storage/log/kafka_topics.h"

namespace weir::log {

class KafkaOffsets {
 public:
  KafkaOffsets(std::shared_ptr<KafkaHandle> handle, std::shared_ptr<KafkaTopics> topics)
      : handle_(std::move(handle)), topics_(std::move(topics)) {}

  // As in Log. What an open transaction has appended is beyond the end.
  int64_t begin(const TopicPartition& partition) { return watermarks(partition).first; }
  int64_t end(const TopicPartition& partition) { return watermarks(partition).second; }
  std::optional<int64_t> at_time(const TopicPartition& partition, int64_t timestamp_ms);

 private:
  std::pair<int64_t, int64_t> watermarks(const TopicPartition& partition);

  const std::shared_ptr<KafkaHandle> handle_;
  const std::shared_ptr<KafkaTopics> topics_;
};

}  // namespace weir::log
