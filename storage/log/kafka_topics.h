// The cluster's topics: made, deleted, described, and how many partitions each has. Owned by the log, shared by its
// readers and transactions. Any thread; calls wait for the broker up to the log's admin timeout.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/log/kafka_call.h"
#include "storage/log/kafka_handle.h"
#include "storage/log/log.h"

namespace weir::log {

class KafkaTopics {
 public:
  // `internal_replicas`: see KafkaLogOptions.
  KafkaTopics(std::shared_ptr<KafkaHandle> handle, std::chrono::milliseconds timeout, int16_t internal_replicas)
      : handle_(std::move(handle)), timeout_(timeout), internal_replicas_(internal_replicas) {}

  // As in Log.
  void create(const std::string& name, const TopicConfig& config);
  void remove(const std::string& name);
  std::vector<TopicInfo> list();
  std::optional<TopicInfo> describe(const std::string& name);
  std::map<std::string, int32_t> counts();

  // The topic's number of partitions; remembered, as Kafka never takes partitions away. Throws kNotFound, and
  // kUnavailable when nothing is known and the broker doesn't answer within `timeout`.
  int32_t partitions(const std::string& name, std::chrono::milliseconds timeout);
  // Throws kNotFound when the topic has no such partition; looks again before it says so.
  void check_partition(const std::string& topic, int32_t partition, std::chrono::milliseconds timeout);
  // Throws kUnavailable when no broker answers.
  void check_reachable();
  // The largest batch of records that the topic takes (max.message.bytes); remembered for a while. nullopt where the
  // broker doesn't tell. Throws kUnavailable and kTimeout when it doesn't answer within `timeout`.
  std::optional<size_t> largest_batch(const std::string& name, std::chrono::milliseconds timeout);
  // The topic may be gone, or changed: look again next time.
  void forget(const std::string& name);

  std::chrono::milliseconds timeout() const { return timeout_; }

 private:
  // Partition and replica counts only; nullopt when there is no such topic.
  std::optional<TopicInfo> find(const std::string& name, const KafkaDeadline& deadline);
  std::vector<TopicInfo> find_all(const KafkaDeadline& deadline);
  void fill_configs(std::vector<TopicInfo>& topics, const KafkaDeadline& deadline);
  struct ConfigVisitor {
    std::function<void(TopicInfo& topic, const rd_kafka_ConfigEntry_t& entry)> entry;
    std::function<void(const LogError& error)> unreadable;
  };
  void read_configs(std::vector<TopicInfo>& topics, const KafkaDeadline& deadline, const ConfigVisitor& visit);
  void await_created(const std::string& name, int32_t partitions, const KafkaDeadline& deadline);
  void remember(const std::string& name, int32_t partitions);
  void remember_limit(const std::string& topic, std::optional<size_t> bytes);

  struct Limit {
    std::optional<size_t> bytes;
    std::chrono::steady_clock::time_point asked;
  };

  const std::shared_ptr<KafkaHandle> handle_;
  const std::chrono::milliseconds timeout_;
  const int16_t internal_replicas_;
  std::mutex mutex_;
  std::map<std::string, int32_t, std::less<>> partitions_;
  std::map<std::string, Limit, std::less<>> limits_;
};

}  // namespace weir::log
