// Keys and values of the embedded log's small records: topics, partitions' starts, groups' offsets. The encodings are
// specified in docs/formats.md. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/log/block_store.h"
#include "storage/log/log.h"

namespace weir::log {

inline constexpr std::string_view kFormatKey = "v";
inline constexpr std::string_view kFormatVersion = "1";
inline constexpr std::string_view kNextTopicKey = "n";
inline constexpr std::string_view kTopicPrefix = "t";
inline constexpr std::string_view kStatePrefix = "p";
inline constexpr std::string_view kOffsetPrefix = "o";

struct StoredTopic {
  uint32_t id = 0;
  TopicConfig config;
};

// What maintenance has done to a partition.
struct PartitionState {
  int64_t begin = 0;              // records before it are gone
  int64_t clean_until = 0;        // compaction has seen everything before it
  int64_t next_horizon = kNever;  // wall clock at which tombstones before clean_until may go
  static constexpr int64_t kNever = INT64_MAX;
};

// The decoders return nullopt for bytes that don't decode.
std::string topic_key(std::string_view name);
std::string encode_topic(const StoredTopic& topic);
std::optional<StoredTopic> decode_topic(std::string_view bytes);

std::string partition_state_key(PartitionId partition);
std::string encode_partition_state(const PartitionState& state);
std::optional<PartitionState> decode_partition_state(std::string_view bytes);

std::string group_prefix(std::string_view group);
std::string offset_key(std::string_view group, const TopicPartition& partition);
std::optional<std::string_view> topic_of_offset_key(std::string_view key);
std::string encode_offset(const CommittedOffset& offset);
std::optional<CommittedOffset> decode_offset(std::string_view bytes);

// Throws LogError::kInvalid for a name that Kafka would refuse as well.
void check_topic_name(std::string_view name);

}  // namespace weir::log
