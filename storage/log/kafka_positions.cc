#include "storage/log/kafka_positions.h"

#include <spdlog/spdlog.h>

#include "storage/log/fixed_width.h"

namespace weir::log {

namespace {

constexpr char kPositionVersion = 1;
constexpr size_t kPositionRecordsPerPoll = 4096;
constexpr std::chrono::seconds kPositionsPatience{60};

std::optional<CommittedOffset> decode_position(std::string_view value) {
  if (value.size() < 1 + sizeof(uint64_t) || value[0] != kPositionVersion) return std::nullopt;
  return CommittedOffset{static_cast<int64_t>(get_big64(value.data() + 1)),
                         std::string(value.substr(1 + sizeof(uint64_t)))};
}

}  // namespace

PositionRecord encode_position(std::string_view owner, const TopicPartition& partition,
                               const std::optional<CommittedOffset>& position) {
  PositionRecord record;
  record.key.append(owner);
  record.key.push_back('\0');  // in no name of a query or topic
  record.key.append(partition.topic);
  record.key.push_back('\0');
  record.key.append(std::to_string(partition.partition));
  if (!position) return record;
  std::string& value = record.value.emplace(1, kPositionVersion);
  append_big64(value, static_cast<uint64_t>(position->offset));
  value.append(position->metadata);
  return record;
}

bool KafkaPositions::load(const std::vector<int32_t>& slots) {
  const std::lock_guard one_at_a_time(reading_);
  const std::vector<TopicPartition> partitions = partitions_of(slots);
  const std::vector<int64_t> appended = offsets_->uncommitted_ends(partitions);
  const std::vector<int64_t> ends = offsets_->ends(partitions);
  for (size_t i = 0; i < ends.size(); ++i) {
    if (ends[i] < appended[i]) return false;
  }
  read(partitions, ends);
  return true;
}

void KafkaPositions::settle(const std::vector<int32_t>& slots) {
  const std::lock_guard one_at_a_time(reading_);
  const std::vector<TopicPartition> partitions = partitions_of(slots);
  read(partitions, offsets_->settled_ends(partitions));
}

std::vector<TopicPartition> KafkaPositions::partitions_of(const std::vector<int32_t>& slots) const {
  std::vector<TopicPartition> partitions;
  for (const int32_t slot : slots) partitions.push_back({topic_, slot});
  return partitions;
}

void KafkaPositions::read(const std::vector<TopicPartition>& partitions, const std::vector<int64_t>& ends) {
  const auto reader = log_.open_reader();
  std::map<int32_t, int64_t> unread;  // slot → where it ends
  for (size_t i = 0; i < partitions.size(); ++i) {
    int64_t next;
    {
      const std::lock_guard lock(mutex_);
      next = slots_[partitions[i].partition].next;
    }
    if (next >= ends[i]) continue;
    reader->assign(partitions[i], next);
    unread[partitions[i].partition] = ends[i];
  }
  auto progress = std::chrono::steady_clock::now();
  while (!unread.empty()) {
    const auto fetched = reader->poll(std::chrono::milliseconds(100), kPositionRecordsPerPoll);
    {
      const std::lock_guard lock(mutex_);
      for (const FetchedRecords& records : fetched) {
        Slot& slot = slots_[records.source.partition];
        for (const RecordView& record : records.records) {
          slot.next = record.offset + 1;
          if (!record.key) continue;
          const auto position = record.value ? decode_position(*record.value) : std::nullopt;
          if (position) {
            slot.positions[std::string(*record.key)] = *position;
          } else {
            slot.positions.erase(std::string(*record.key));
          }
        }
      }
      // The last offsets may be marks of transactions, or gone by compaction: they are never delivered.
      std::erase_if(unread, [&](const auto& entry) {
        Slot& slot = slots_[entry.first];
        if (slot.next < entry.second && !reader->at_end({topic_, entry.first})) return false;
        slot.next = std::max(slot.next, entry.second);
        return true;
      });
    }
    const auto now = std::chrono::steady_clock::now();
    if (!fetched.empty()) progress = now;
    if (now - progress > kPositionsPatience) {
      throw LogError(LogError::Kind::kTimeout, "Reading topic '" + topic_ + "' makes no progress.");
    }
  }
}

std::optional<CommittedOffset> KafkaPositions::find(int32_t slot, const std::string& owner,
                                                    const TopicPartition& partition) const {
  const std::lock_guard lock(mutex_);
  const auto known = slots_.find(slot);
  if (known == slots_.end()) return std::nullopt;
  const auto found = known->second.positions.find(encode_position(owner, partition, std::nullopt).key);
  if (found == known->second.positions.end()) return std::nullopt;
  return found->second;
}

void KafkaPositions::put(int32_t slot, const PositionRecord& record) {
  const std::lock_guard lock(mutex_);
  auto& positions = slots_[slot].positions;
  const auto position = record.value ? decode_position(*record.value) : std::nullopt;
  if (position) {
    positions[record.key] = *position;
  } else {
    positions.erase(record.key);
  }
}

}  // namespace weir::log
