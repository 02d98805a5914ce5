#include "storage/log/kafka_slot_transaction.h"

#include <chrono>

namespace weir::log {

void KafkaSlotTransaction::commit_position(int32_t slot, std::string_view owner, const TopicPartition& partition,
                                           const std::optional<CommittedOffset>& position) {
  touched_->insert(slot);
  pending_.emplace_back(slot, encode_position(owner, partition, position));
}

void KafkaSlotTransaction::append_positions() {
  const int64_t now =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  for (const auto& [slot, position] : pending_) {
    RecordView record;
    record.key = position.key;
    if (position.value) record.value = *position.value;
    record.timestamp = now;
    inner_->append(topic_, slot, record);
  }
}

void KafkaSlotTransaction::commit(std::map<TopicPartition, int64_t>* end_offsets) {
  if (exactly_once_) {
    append_positions();
    for (const int32_t slot : *touched_) inner_->commit_offset(topic_, {topic_, slot}, {0, ""});
    inner_->commit(end_offsets);
  } else {
    // What was read counts as read when what came of it is there.
    inner_->commit(end_offsets);
    membership_->metadata(*touched_);
    append_positions();
    inner_->commit(nullptr);
  }
  for (const auto& [slot, position] : pending_) positions_->put(slot, position);
  start_over();
}

void KafkaSlotTransaction::abort() {
  start_over();
  inner_->abort();
}

void KafkaSlotTransaction::start_over() {
  pending_.clear();
  touched_->clear();
}

}  // namespace weir::log
