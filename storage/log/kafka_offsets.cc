#include "storage/log/kafka_offsets.h"

#include <fmt/format.h>

#include <span>

#include "storage/log/kafka_error.h"

namespace weir::log {

namespace {

// The longest that a transaction of ours may stay open, and then some.
constexpr std::chrono::seconds kSettlePatience{90};

std::string offsets_partition_text(const TopicPartition& partition) {
  return fmt::format("partition {} of topic '{}'", partition.partition, partition.topic);
}

}  // namespace

std::pair<int64_t, int64_t> KafkaOffsets::watermarks(const TopicPartition& partition) {
  topics_->check_partition(partition.topic, partition.partition, topics_->timeout());
  const KafkaDeadline deadline(topics_->timeout());
  int64_t begin = 0;
  int64_t end = 0;
  const rd_kafka_resp_err_t code = retry_kafka(deadline, [&] {
    return rd_kafka_query_watermark_offsets(committed_->get(), partition.topic.c_str(), partition.partition, &begin,
                                            &end, deadline.remaining_ms());
  });
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {begin, end};
  if (kafka_error_kind(code) == LogError::Kind::kNotFound) topics_->forget(partition.topic);
  throw kafka_error(code, "The offsets of " + offsets_partition_text(partition) + " can't be read");
}

std::vector<int64_t> KafkaOffsets::ends_by(const KafkaHandle& handle, const std::vector<TopicPartition>& partitions) {
  std::vector<int64_t> ends(partitions.size(), -1);
  if (partitions.empty()) return ends;
  for (const TopicPartition& partition : partitions) {
    topics_->check_partition(partition.topic, partition.partition, topics_->timeout());
  }
  const KafkaDeadline deadline(topics_->timeout());
  const TopicPartition* refused = partitions.data();
  const rd_kafka_resp_err_t code = retry_kafka(deadline, [&] {
    const KafkaPartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
    // Kafka's ListOffsets takes this in the place of a time (KIP-79).
    for (const TopicPartition& partition : partitions) {
      rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition)->offset =
          RD_KAFKA_OFFSET_END;
    }
    const rd_kafka_resp_err_t error = rd_kafka_offsets_for_times(handle.get(), list.get(), deadline.remaining_ms());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return error;
    const std::span entries(list->elems, static_cast<size_t>(list->cnt));
    for (size_t i = 0; i < entries.size(); ++i) {
      if (entries[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        refused = &partitions[i];
        return entries[i].err;
      }
      ends[i] = entries[i].offset;
    }
    return RD_KAFKA_RESP_ERR_NO_ERROR;
  });
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return ends;
  if (kafka_error_kind(code) == LogError::Kind::kNotFound) topics_->forget(refused->topic);
  throw kafka_error(code, "The end of " + offsets_partition_text(*refused) + " can't be read");
}

std::vector<int64_t> KafkaOffsets::settled_ends(const std::vector<TopicPartition>& partitions) {
  const std::vector<int64_t> appended = uncommitted_ends(partitions);
  const KafkaDeadline deadline(kSettlePatience);
  while (true) {
    std::vector<int64_t> stable = ends(partitions);
    const TopicPartition* open = nullptr;
    for (size_t i = 0; i < partitions.size() && !open; ++i) {
      if (stable[i] < appended[i]) open = &partitions[i];
    }
    if (!open) return stable;
    if (!deadline.pause()) {
      throw LogError(LogError::Kind::kTimeout,
                     "A transaction that has appended to " + offsets_partition_text(*open) + " stays open.");
    }
  }
}

std::optional<int64_t> KafkaOffsets::at_time(const TopicPartition& partition, int64_t timestamp_ms) {
  topics_->check_partition(partition.topic, partition.partition, topics_->timeout());
  const KafkaDeadline deadline(topics_->timeout());
  int64_t found = RD_KAFKA_OFFSET_END;
  const rd_kafka_resp_err_t code = retry_kafka(deadline, [&] {
    const KafkaPartitionList list(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition)->offset = timestamp_ms;
    const rd_kafka_resp_err_t error =
        rd_kafka_offsets_for_times(committed_->get(), list.get(), deadline.remaining_ms());
    found = list->elems[0].offset;
    return error != RD_KAFKA_RESP_ERR_NO_ERROR ? error : list->elems[0].err;
  });
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw kafka_error(code, "The offset of a time in " + offsets_partition_text(partition) + " can't be read");
  }
  if (found < 0) return std::nullopt;
  return found;
}

}  // namespace weir::log
