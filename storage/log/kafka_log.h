// The log on an Apache Kafka cluster, through librdkafka. Opened by open_kafka_log(). Any thread; the parts that do the
// work are shared with the readers and transactions, which may be used by other threads.
#pragma once

#include <memory>

#include "storage/log/kafka_groups.h"
#include "storage/log/kafka_offsets.h"
#include "storage/log/kafka_topics.h"
#include "storage/log/log.h"

namespace weir::log {

class KafkaLog : public Log {
 public:
  // Throws kInvalid for properties that can't be; needs no broker.
  explicit KafkaLog(const KafkaLogOptions& options);
  ~KafkaLog() override;

  void create_topic(const std::string& name, const TopicConfig& config) override { topics_->create(name, config); }
  void delete_topic(const std::string& name) override { topics_->remove(name); }
  std::vector<TopicInfo> list_topics() override { return topics_->list(); }
  std::optional<TopicInfo> describe_topic(const std::string& name) override { return topics_->describe(name); }
  std::map<std::string, int32_t> partition_counts() override { return topics_->counts(); }
  int64_t begin_offset(const TopicPartition& partition) override { return offsets_->begin(partition); }
  int64_t end_offset(const TopicPartition& partition) override { return offsets_->end(partition); }
  std::vector<int64_t> end_offsets(const std::vector<TopicPartition>& partitions) override {
    return offsets_->ends(partitions);
  }
  std::vector<int64_t> settled_ends(const std::vector<TopicPartition>& partitions) override {
    return offsets_->settled_ends(partitions);
  }
  std::optional<int64_t> offset_for_time(const TopicPartition& partition, int64_t timestamp_ms) override {
    return offsets_->at_time(partition, timestamp_ms);
  }
  std::unique_ptr<LogReader> open_reader() override;
  // With exactly_once and an id this waits for the broker, and throws kUnavailable when it is away: see KafkaExactlyOnce.
  std::unique_ptr<LogTransaction> open_transaction(const std::string& transactional_id) override;
  std::unique_ptr<SlotGroup> open_slots(const SlotGroupOptions& options) override;
  std::optional<CommittedOffset> committed_offset(const std::string& group, const TopicPartition& partition) override {
    return groups_->committed(group, partition);
  }
  void delete_group(const std::string& group) override { groups_->remove(group); }
  std::string description() const override { return "Kafka at " + options_.bootstrap_servers; }

 private:
  const KafkaLogOptions options_;
  const std::shared_ptr<const KafkaProperties> properties_;
  const std::shared_ptr<KafkaMonitor> monitor_;
  std::shared_ptr<KafkaTopics> topics_;
  std::shared_ptr<KafkaOffsets> offsets_;
  std::shared_ptr<KafkaGroups> groups_;
};

}  // namespace weir::log
