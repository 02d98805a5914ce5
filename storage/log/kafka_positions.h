// How far the owners of work (queries) have come in their inputs: records of the slots' compacted topic, in the
// partition of the slot that the input lies in (docs/formats.md). Owned by the slot group; any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "storage/log/kafka_offsets.h"
#include "storage/log/log.h"

namespace weir::log {

struct PositionRecord {
  std::string key;
  std::optional<std::string> value;  // nullopt: forgotten
};
PositionRecord encode_position(std::string_view owner, const TopicPartition& partition,
                               const std::optional<CommittedOffset>& position);

class KafkaPositions {
 public:
  KafkaPositions(std::string topic, Log& log, std::shared_ptr<KafkaOffsets> offsets)
      : topic_(std::move(topic)), log_(log), offsets_(std::move(offsets)) {}

  // Reads what the slots' partitions have got since the last time. False, with nothing read, while a transaction is
  // open in one of them. Throws LogError.
  bool load(const std::vector<int32_t>& slots);
  // The same, but waits for what is open. Throws LogError.
  void settle(const std::vector<int32_t>& slots);
  std::optional<CommittedOffset> find(int32_t slot, const std::string& owner, const TopicPartition& partition) const;
  // This process's own transaction was committed: its positions hold.
  void put(int32_t slot, const PositionRecord& record);

 private:
  std::vector<TopicPartition> partitions_of(const std::vector<int32_t>& slots) const;
  void read(const std::vector<TopicPartition>& partitions, const std::vector<int64_t>& ends);

  struct Slot {
    int64_t next = 0;  // to be read
    std::map<std::string, CommittedOffset, std::less<>> positions;
  };

  const std::string topic_;
  Log& log_;
  const std::shared_ptr<KafkaOffsets> offsets_;
  std::mutex reading_;  // one load at a time
  mutable std::mutex mutex_;
  std::map<int32_t, Slot> slots_;
};

}  // namespace weir::log
