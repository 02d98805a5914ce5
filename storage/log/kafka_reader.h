// Reads partitions from Kafka, what is committed only. One librdkafka client, made at the first poll(), when it is
// known how many partitions share its memory. One thread, except wakeup() and the setting of on_ready().
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "storage/log/kafka_assignment.h"
#include "storage/log/kafka_offsets.h"
#include "storage/log/log.h"

namespace weir::log {

class KafkaReader : public LogReader {
 public:
  KafkaReader(std::shared_ptr<const KafkaProperties> properties, std::shared_ptr<KafkaMonitor> monitor,
              std::shared_ptr<KafkaTopics> topics, std::shared_ptr<KafkaOffsets> offsets);
  ~KafkaReader() override;

  void assign(const TopicPartition& partition, int64_t offset) override;
  void unassign(const TopicPartition& partition) override;
  void pause(const TopicPartition& partition) override;
  void resume(const TopicPartition& partition) override;
  std::vector<FetchedRecords> poll(std::chrono::milliseconds timeout, size_t max_records) override;
  bool at_end(const TopicPartition& partition) const override;
  void wakeup() override { ready_->wake_up(); }
  void on_ready(std::function<void()> callback) override { ready_->on_ready(std::move(callback)); }

 private:
  struct Slot {
    int64_t start = 0;  // where to begin, until there is an assignment
    bool paused = false;
    std::unique_ptr<KafkaAssignment> assignment;
  };

  void check_exists(const TopicPartition& partition);
  int64_t resolve(const TopicPartition& partition, int64_t offset);
  void start_pending();
  void open_client();
  std::vector<FetchedRecords> fetch_ready();

  const std::shared_ptr<const KafkaProperties> properties_;
  const std::shared_ptr<KafkaMonitor> monitor_;
  const std::shared_ptr<KafkaTopics> topics_;
  const std::shared_ptr<KafkaOffsets> offsets_;
  const std::shared_ptr<KafkaReadyList> ready_ = std::make_shared<KafkaReadyList>();
  std::shared_ptr<KafkaHandle> handle_;
  KafkaFetchLimits limits_;
  size_t capacity_ = 0;  // the number of partitions that limits_ are made for
  std::map<TopicPartition, Slot> slots_;
  bool pending_ = false;  // a slot waits for its assignment
  std::chrono::steady_clock::time_point unchecked_until_{};
  std::vector<KafkaAssignment*> taken_;
  std::vector<rd_kafka_message_t*> scratch_;
};

}  // namespace weir::log
