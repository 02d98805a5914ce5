#include "storage/log/kafka_offsets.h"

#include <fmt/format.h>

#include "storage/log/kafka_error.h"

namespace weir::log {

namespace {

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
    return rd_kafka_query_watermark_offsets(handle_->get(), partition.topic.c_str(), partition.partition, &begin, &end,
                                            deadline.remaining_ms());
  });
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {begin, end};
  if (kafka_error_kind(code) == LogError::Kind::kNotFound) topics_->forget(partition.topic);
  throw kafka_error(code, "The offsets of " + offsets_partition_text(partition) + " can't be read");
}

std::optional<int64_t> KafkaOffsets::at_time(const TopicPartition& partition, int64_t timestamp_ms) {
  topics_->check_partition(partition.topic, partition.partition, topics_->timeout());
  const KafkaDeadline deadline(topics_->timeout());
  int64_t found = RD_KAFKA_OFFSET_END;
  const rd_kafka_resp_err_t code = retry_kafka(deadline, [&] {
    const KafkaPartitionList list(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition)->offset = timestamp_ms;
    const rd_kafka_resp_err_t error = rd_kafka_offsets_for_times(handle_->get(), list.get(), deadline.remaining_ms());
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
