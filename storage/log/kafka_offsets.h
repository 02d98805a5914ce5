// Where partitions begin and end, and where a time is in them. Owned by the log, shared by its readers. Any thread;
// calls wait for the broker up to the log's admin timeout.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "storage/log/kafka_topics.h"

namespace weir::log {

class KafkaOffsets {
 public:
  // `committed` sees ends as readers of committed records do (the last stable offset), `all` those of all records.
  KafkaOffsets(std::shared_ptr<KafkaHandle> committed, std::shared_ptr<KafkaHandle> all,
               std::shared_ptr<KafkaTopics> topics)
      : committed_(std::move(committed)), all_(std::move(all)), topics_(std::move(topics)) {}

  // As in Log. What an open transaction has appended is beyond the end.
  int64_t begin(const TopicPartition& partition) { return watermarks(partition).first; }
  int64_t end(const TopicPartition& partition) { return watermarks(partition).second; }
  std::vector<int64_t> ends(const std::vector<TopicPartition>& partitions) { return ends_by(*committed_, partitions); }
  // … with what open transactions have appended.
  std::vector<int64_t> uncommitted_ends(const std::vector<TopicPartition>& partitions) {
    return ends_by(*all_, partitions);
  }
  std::vector<int64_t> settled_ends(const std::vector<TopicPartition>& partitions);
  std::optional<int64_t> at_time(const TopicPartition& partition, int64_t timestamp_ms);

 private:
  std::pair<int64_t, int64_t> watermarks(const TopicPartition& partition);
  std::vector<int64_t> ends_by(const KafkaHandle& handle, const std::vector<TopicPartition>& partitions);

  const std::shared_ptr<KafkaHandle> committed_;
  const std::shared_ptr<KafkaHandle> all_;
  const std::shared_ptr<KafkaTopics> topics_;
};

}  // namespace weir::log
