// Appends records through one librdkafka producer and keeps account of what became of each. Owned by a transaction;
// one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "storage/log/kafka_handle.h"
#include "storage/log/kafka_topics.h"
#include "storage/log/log.h"

namespace weir::log {

class KafkaProducer {
 public:
  // Transactional when `transactional_id` isn't empty; a transaction that stays open longer than `longest_transaction`
  // is aborted by the broker. Doesn't wait for a broker. Throws kInvalid.
  KafkaProducer(std::shared_ptr<const KafkaProperties> properties, std::shared_ptr<KafkaMonitor> monitor,
                std::shared_ptr<KafkaTopics> topics, const std::string& transactional_id,
                std::chrono::milliseconds longest_transaction = std::chrono::minutes(1));
  ~KafkaProducer();
  KafkaProducer(const KafkaProducer&) = delete;
  KafkaProducer& operator=(const KafkaProducer&) = delete;

  // Hands the record to librdkafka, which sends it in the background. Waits while its buffer is full. Throws kNotFound,
  // kTooLarge by the client's limit or the topic's, kUnavailable when the buffer stays full or nothing is known of the
  // topic, kFenced; what flush() throws when the transaction has failed meanwhile.
  void append(std::string_view topic, int32_t partition, const RecordView& record);

  // Waits until the broker has acknowledged every record or refused it; bounded by delivery.timeout.ms. Throws what
  // happened to the first that failed since start_over(): kInvalid and kNotFound with the topic at fault; kUnavailable
  // also while that is yet to be found out by doing the same again.
  void flush();

  // Drops what wasn't sent yet and waits a moment for what was.
  void purge();

  // Forgets the account of the records so far: a transaction begins.
  void start_over();

  size_t pending_bytes() const { return pending_bytes_; }
  size_t pending_records() const { return pending_records_; }
  // One past the last acknowledged record of every partition appended to since start_over().
  void end_offsets(std::map<TopicPartition, int64_t>& out) const;

  rd_kafka_t* client() const { return handle_->get(); }
  const KafkaHandle& handle() const { return *handle_; }

 private:
  struct Topic;
  struct Partition {
    Topic* topic = nullptr;
    int32_t number = 0;
    size_t unsent_bytes = 0;  // at most; counted where the topic takes small batches only
    int64_t end = -1;         // unknown
    bool touched = false;
  };
  struct Topic {
    std::string name;
    KafkaTopic handle;
    std::optional<size_t> largest_batch;  // where it is less than what the client may send
    bool on_trial = false;                // has been in a transaction that was refused for one of its topics
    std::deque<Partition> partitions;     // librdkafka holds pointers to them
  };
  struct Failure {
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
    std::string topic;
    int32_t partition = 0;
    std::string reason;
  };

  Partition& find_partition(std::string_view topic, int32_t partition);
  Topic& find_topic(std::string_view name);
  KafkaError produce(Partition& to, const RecordView& record);
  std::optional<size_t> limit_of(const std::string& topic) const;
  // The broker refuses a batch that is larger than the topic's limit, with all that is in it.
  void keep_batch_small(Partition& to, const RecordView& record);
  // Sends what the topic on trial has got: what is refused now is refused for it.
  void end_trial(Topic& topic);
  // What has failed the transaction; null where nothing has.
  KafkaError transaction_error() const;
  void find_reason();
  bool has_new_limit(const std::string& topic);
  [[noreturn]] void throw_failure();
  void on_delivery(const rd_kafka_message_t& message);
  [[noreturn]] void throw_refused(const Partition& to, const RecordView& record, rd_kafka_resp_err_t code,
                                  const std::string& reason);

  const std::shared_ptr<KafkaTopics> topic_registry_;
  std::map<std::string, std::unique_ptr<Topic>, std::less<>> topics_;
  Topic* last_topic_ = nullptr;
  std::vector<Partition*> touched_;
  size_t pending_bytes_ = 0;
  size_t pending_records_ = 0;
  size_t appends_since_poll_ = 0;
  std::optional<Failure> failure_;
  const Topic* trial_ = nullptr;
  const bool transactional_;
  std::unique_ptr<KafkaHandle> handle_;
  std::chrono::milliseconds delivery_timeout_{};
  size_t largest_message_ = SIZE_MAX;  // message.max.bytes
  size_t batch_bytes_ = SIZE_MAX;      // batch.size: of several records that librdkafka sends at once
};

}  // namespace weir::log
