#include "storage/log/kafka_at_least_once.h"

namespace weir::log {

void KafkaAtLeastOnce::commit_offset(std::string_view group, const TopicPartition& partition,
                                     const CommittedOffset& offset) {
  auto found = pending_offsets_.find(group);
  if (found == pending_offsets_.end()) found = pending_offsets_.emplace(std::string(group), KafkaGroupOffsets()).first;
  found->second[partition] = offset;
}

void KafkaAtLeastOnce::commit(std::map<TopicPartition, int64_t>* end_offsets) {
  if (has_records()) producer_->flush();
  for (const auto& [group, offsets] : pending_offsets_) groups_->commit(group, offsets);
  if (end_offsets && producer_) producer_->end_offsets(*end_offsets);
  start_over();
}

void KafkaAtLeastOnce::abort() {
  if (has_records()) producer_->purge();
  start_over();
}

void KafkaAtLeastOnce::start_over() {
  if (producer_) producer_->start_over();
  pending_offsets_.clear();
}

}  // namespace weir::log
