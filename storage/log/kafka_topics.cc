#include "storage/log/kafka_topics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "storage/log/kafka_error.h"

namespace weir::log {

namespace {

using KafkaNewTopic = KafkaPtr<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>;
using KafkaDeleteTopic = KafkaPtr<rd_kafka_DeleteTopic_t, rd_kafka_DeleteTopic_destroy>;
using KafkaConfigResource = KafkaPtr<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>;

constexpr size_t kLongestTopicName = 249;  // org.apache.kafka.common.internals.Topic
constexpr size_t kTopicsPerConfigRequest = 200;
constexpr std::chrono::seconds kLimitLife{10};             // then a topic's limit is asked for anew
constexpr std::chrono::milliseconds kCountPatience{5000};  // whoever counts does so again soon

void check_topic_name(const std::string& name) {
  const bool letters = std::ranges::all_of(
      name, [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-'; });
  if (!name.empty() && name.size() <= kLongestTopicName && letters && name != "." && name != "..") return;
  throw LogError(
      LogError::Kind::kInvalid,
      fmt::format("'{}' can't be the name of a Kafka topic: 1 to {} letters, digits, '.', '_' and '-' are allowed",
                  name, kLongestTopicName));
}

const char* cleanup_policy(Cleanup cleanup) {
  switch (cleanup) {
    case Cleanup::kCompact:
      return "compact";
    case Cleanup::kCompactDelete:
      return "compact,delete";
    default:
      return "delete";
  }
}

Cleanup parse_cleanup(std::string_view text) {
  const bool compact = text.find("compact") != std::string_view::npos;
  const bool remove = text.find("delete") != std::string_view::npos;
  if (!compact) return Cleanup::kDelete;
  return remove ? Cleanup::kCompactDelete : Cleanup::kCompact;
}

int64_t parse_config_number(std::string_view text) {
  int64_t number = -1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

void take_config(TopicConfig& config, const rd_kafka_ConfigEntry_t& entry) {
  const char* value = rd_kafka_ConfigEntry_value(&entry);
  if (!value) return;  // sensitive: the broker doesn't tell
  const std::string_view name = rd_kafka_ConfigEntry_name(&entry);
  if (name == "retention.ms") {
    config.retention_ms = parse_config_number(value);
  } else if (name == "retention.bytes") {
    config.retention_bytes = parse_config_number(value);
  } else if (name == "cleanup.policy") {
    config.cleanup = parse_cleanup(value);
  } else if (rd_kafka_ConfigEntry_source(&entry) == RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG) {
    config.extra[std::string(name)] = value;
  }
}

// nullopt: the entry tells of something else.
std::optional<size_t> batch_limit(const rd_kafka_ConfigEntry_t& entry) {
  const char* value = rd_kafka_ConfigEntry_value(&entry);
  if (value == nullptr || std::string_view(rd_kafka_ConfigEntry_name(&entry)) != "max.message.bytes")
    return std::nullopt;
  const int64_t bytes = parse_config_number(value);
  return bytes < 0 ? std::nullopt : std::optional(static_cast<size_t>(bytes));
}

// The one result of a request for one topic; throws its error.
void check_topic_result(const KafkaHandle& handle, const rd_kafka_topic_result_t** results, size_t count,
                        const std::string& what) {
  if (count == 0) throw kafka_error(RD_KAFKA_RESP_ERR_UNKNOWN, what, "the broker's answer names no topic");
  const rd_kafka_resp_err_t code = rd_kafka_topic_result_error(results[0]);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const char* detail = rd_kafka_topic_result_error_string(results[0]);
  throw kafka_error(code, what, detail ? handle.properties().redact(detail) : std::string());
}

}  // namespace

void KafkaTopics::create(const std::string& name, const TopicConfig& config) {
  check_topic_name(name);
  if (config.partitions < 1) {
    throw LogError(LogError::Kind::kInvalid,
                   fmt::format("Topic '{}' needs at least one partition, not {}", name, config.partitions));
  }
  const std::string what = fmt::format("Topic '{}' can't be created", name);
  const KafkaDeadline deadline(timeout_);
  std::array<char, 512> text{};
  const int16_t replicas = config.replicas == kInternalReplicas ? internal_replicas_ : config.replicas;
  const KafkaNewTopic topic(rd_kafka_NewTopic_new(name.c_str(), config.partitions, replicas, text.data(), text.size()));
  if (!topic) throw LogError(LogError::Kind::kInvalid, what + ": " + text.data());
  std::map<std::string, std::string> settings = config.extra;
  settings["retention.ms"] = std::to_string(config.retention_ms);
  settings["retention.bytes"] = std::to_string(config.retention_bytes);
  settings["cleanup.policy"] = cleanup_policy(config.cleanup);
  for (const auto& [setting, value] : settings) {
    rd_kafka_NewTopic_set_config(topic.get(), setting.c_str(), value.c_str());
  }
  const KafkaEvent answer = kafka_admin_call(*handle_, RD_KAFKA_ADMIN_OP_CREATETOPICS, deadline, what,
                                             [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                                               rd_kafka_NewTopic_t* one = topic.get();
                                               rd_kafka_CreateTopics(handle_->get(), &one, 1, options, queue);
                                             });
  size_t count = 0;
  const rd_kafka_topic_result_t** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(answer.get()), &count);
  try {
    check_topic_result(*handle_, results, count, what);
  } catch (const LogError& e) {
    // Whoever is told that it exists may go on to use it, although another may be making it at this moment.
    while (e.kind() == LogError::Kind::kExists && !find(name, deadline) && deadline.pause()) {
    }
    throw;
  }
  await_created(name, config.partitions, deadline);
}

void KafkaTopics::await_created(const std::string& name, int32_t partitions, const KafkaDeadline& deadline) {
  // The controller has it; the brokers that are asked next learn of it a moment later.
  do {
    const std::optional<TopicInfo> found = find(name, deadline);
    if (found && found->config.partitions == partitions) return;
  } while (deadline.pause());
  throw LogError(LogError::Kind::kTimeout,
                 fmt::format("Topic '{}' was created, but the brokers don't know all of its partitions yet", name));
}

void KafkaTopics::remove(const std::string& name) {
  const std::string what = fmt::format("Topic '{}' can't be deleted", name);
  const KafkaDeadline deadline(timeout_);
  const KafkaDeleteTopic topic(rd_kafka_DeleteTopic_new(name.c_str()));
  const KafkaEvent answer = kafka_admin_call(*handle_, RD_KAFKA_ADMIN_OP_DELETETOPICS, deadline, what,
                                             [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                                               rd_kafka_DeleteTopic_t* one = topic.get();
                                               rd_kafka_DeleteTopics(handle_->get(), &one, 1, options, queue);
                                             });
  forget(name);
  size_t count = 0;
  const rd_kafka_topic_result_t** results =
      rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(answer.get()), &count);
  check_topic_result(*handle_, results, count, what);
  while (find(name, deadline) && deadline.pause()) {
  }
  forget(name);
}

std::vector<TopicInfo> KafkaTopics::list() {
  const KafkaDeadline deadline(timeout_);
  std::vector<TopicInfo> topics = find_all(deadline);
  fill_configs(topics, deadline);
  return topics;
}

std::map<std::string, int32_t> KafkaTopics::counts() {
  std::map<std::string, int32_t> counts;
  for (const TopicInfo& topic : find_all(KafkaDeadline(std::min(timeout_, kCountPatience))))
    counts[topic.name] = topic.config.partitions;
  return counts;
}

std::optional<TopicInfo> KafkaTopics::describe(const std::string& name) {
  const KafkaDeadline deadline(timeout_);
  std::optional<TopicInfo> found = find(name, deadline);
  if (!found) return std::nullopt;
  std::vector<TopicInfo> one{std::move(*found)};
  fill_configs(one, deadline);
  return std::move(one.front());
}

int32_t KafkaTopics::partitions(const std::string& name, std::chrono::milliseconds timeout) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = partitions_.find(name);
    if (known != partitions_.end()) return known->second;
  }
  const std::optional<TopicInfo> found = find(name, KafkaDeadline(timeout));
  if (!found) throw LogError(LogError::Kind::kNotFound, fmt::format("Topic '{}' doesn't exist", name));
  return found->config.partitions;
}

void KafkaTopics::check_partition(const std::string& topic, int32_t partition, std::chrono::milliseconds timeout) {
  int32_t count = partitions(topic, timeout);
  if (partition >= count) {
    forget(topic);
    count = partitions(topic, timeout);
  }
  if (partition >= 0 && partition < count) return;
  throw LogError(LogError::Kind::kNotFound,
                 fmt::format("Topic '{}' has no partition {}: it has {}", topic, partition, count));
}

void KafkaTopics::forget(const std::string& name) {
  const std::lock_guard lock(mutex_);
  partitions_.erase(name);
  limits_.erase(name);
}

std::optional<size_t> KafkaTopics::largest_batch(const std::string& name, std::chrono::milliseconds timeout) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = limits_.find(name);
    const auto now = std::chrono::steady_clock::now();
    if (known != limits_.end() && now - known->second.asked < kLimitLife) return known->second.bytes;
  }
  std::vector<TopicInfo> one(1);
  one.front().name = name;
  std::optional<size_t> limit;
  ConfigVisitor visit;
  visit.entry = [&](TopicInfo&, const rd_kafka_ConfigEntry_t& entry) {
    if (const auto bytes = batch_limit(entry)) limit = bytes;
  };
  // Who may not ask learns of a record that is too large when the broker refuses it.
  visit.unreadable = [](const LogError&) {};
  read_configs(one, KafkaDeadline(timeout), visit);
  remember_limit(name, limit);
  return limit;
}

void KafkaTopics::remember_limit(const std::string& topic, std::optional<size_t> bytes) {
  const std::lock_guard lock(mutex_);
  limits_[topic] = {bytes, std::chrono::steady_clock::now()};
}

void KafkaTopics::remember(const std::string& name, int32_t partitions) {
  const std::lock_guard lock(mutex_);
  partitions_[name] = partitions;
}

void KafkaTopics::check_reachable() {
  const KafkaDeadline deadline(timeout_);
  const rd_kafka_resp_err_t code = retry_kafka(deadline, [&] {
    const struct rd_kafka_metadata* raw = nullptr;
    const rd_kafka_resp_err_t error = rd_kafka_metadata(handle_->get(), 0, nullptr, &raw, deadline.remaining_ms());
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) rd_kafka_metadata_destroy(raw);
    return error;
  });
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw kafka_error(code, "No Kafka broker answers at " + handle_->properties().bootstrap_servers());
  }
}

std::optional<TopicInfo> KafkaTopics::find(const std::string& name, const KafkaDeadline& deadline) {
  const std::string what =
      fmt::format("Topic '{}' can't be looked up on Kafka at {}", name, handle_->properties().bootstrap_servers());
  handle_->serve();
  const KafkaTopic topic(rd_kafka_topic_new(handle_->get(), name.c_str(), nullptr));
  if (!topic) return std::nullopt;  // no topic can have this name
  rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR__TIMED_OUT;
  do {
    const struct rd_kafka_metadata* raw = nullptr;
    code = rd_kafka_metadata(handle_->get(), 0, topic.get(), &raw, deadline.remaining_ms());
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (kafka_retriable(code)) continue;
      throw kafka_error(code, what);
    }
    const KafkaMetadata metadata(raw);
    if (metadata->topic_cnt != 1) continue;
    const rd_kafka_metadata_topic& found = metadata->topics[0];
    code = found.err;
    if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || code == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION)
      return std::nullopt;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR && found.partition_cnt > 0) {
      TopicInfo info{name, {}, name.starts_with("__")};
      info.config.partitions = found.partition_cnt;
      info.config.replicas = static_cast<int16_t>(found.partitions[0].replica_cnt);
      remember(name, found.partition_cnt);
      return info;
    }
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR && !kafka_retriable(code)) throw kafka_error(code, what);
  } while (deadline.pause());
  throw kafka_error(code == RD_KAFKA_RESP_ERR_NO_ERROR ? RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE : code, what);
}

std::vector<TopicInfo> KafkaTopics::find_all(const KafkaDeadline& deadline) {
  handle_->serve();
  rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR__TIMED_OUT;
  do {
    const struct rd_kafka_metadata* raw = nullptr;
    code = rd_kafka_metadata(handle_->get(), 1, nullptr, &raw, deadline.remaining_ms());
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (kafka_retriable(code)) continue;
      break;
    }
    const KafkaMetadata metadata(raw);
    std::vector<TopicInfo> topics;
    for (const rd_kafka_metadata_topic& found : std::span(metadata->topics, static_cast<size_t>(metadata->topic_cnt))) {
      // Being made or deleted at this moment, or not ours to see.
      if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR || found.partition_cnt == 0) continue;
      TopicInfo& info = topics.emplace_back();
      info.name = found.topic;
      info.internal = info.name.starts_with("__");
      info.config.partitions = found.partition_cnt;
      info.config.replicas = static_cast<int16_t>(found.partitions[0].replica_cnt);
    }
    std::ranges::sort(topics, {}, &TopicInfo::name);
    return topics;
  } while (deadline.pause());
  throw kafka_error(code, "The topics of Kafka at " + handle_->properties().bootstrap_servers() + " can't be listed");
}

void KafkaTopics::fill_configs(std::vector<TopicInfo>& topics, const KafkaDeadline& deadline) {
  ConfigVisitor visit;
  visit.entry = [this](TopicInfo& topic, const rd_kafka_ConfigEntry_t& entry) {
    take_config(topic.config, entry);
    if (const auto bytes = batch_limit(entry)) remember_limit(topic.name, bytes);
  };
  // A user who may read a topic but not its configuration still sees that it exists.
  visit.unreadable = [this](const LogError& error) { handle_->monitor().error(error.what()); };
  read_configs(topics, deadline, visit);
}

void KafkaTopics::read_configs(std::vector<TopicInfo>& topics, const KafkaDeadline& deadline,
                               const ConfigVisitor& visit) {
  for (size_t start = 0; start < topics.size(); start += kTopicsPerConfigRequest) {
    const std::span part = std::span(topics).subspan(start, std::min(kTopicsPerConfigRequest, topics.size() - start));
    std::vector<KafkaConfigResource> resources;
    std::vector<rd_kafka_ConfigResource_t*> raw;
    for (const TopicInfo& topic : part) {
      raw.push_back(
          resources.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.name.c_str())).get());
    }
    const KafkaEvent answer = kafka_admin_call(
        *handle_, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, deadline, "The configuration of topics can't be read",
        [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
          rd_kafka_DescribeConfigs(handle_->get(), raw.data(), raw.size(), options, queue);
        });
    size_t count = 0;
    const rd_kafka_ConfigResource_t** results =
        rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(answer.get()), &count);
    for (const rd_kafka_ConfigResource_t* result : std::span(results, count)) {
      const auto topic = std::ranges::find(part, rd_kafka_ConfigResource_name(result), &TopicInfo::name);
      if (topic == part.end()) continue;
      const rd_kafka_resp_err_t code = rd_kafka_ConfigResource_error(result);
      if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) continue;  // deleted meanwhile
      if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        visit.unreadable(kafka_error(code, fmt::format("The configuration of topic '{}' can't be read", topic->name)));
        continue;
      }
      size_t entries = 0;
      const rd_kafka_ConfigEntry_t** list = rd_kafka_ConfigResource_configs(result, &entries);
      for (const rd_kafka_ConfigEntry_t* entry : std::span(list, entries)) visit.entry(*topic, *entry);
    }
  }
}

}  // namespace weir::log
