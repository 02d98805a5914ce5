#include "storage/log/embedded_transaction.h"

namespace weir::log {

namespace {

// A block is what a reader decodes at once and what an index entry costs: large enough for neither to matter per
// record.
constexpr size_t kBlockBytes = 256u << 10;
constexpr size_t kMaxRecordBytes = 256u << 20;

size_t record_bytes(const RecordView& record) {
  size_t bytes = (record.key ? record.key->size() : 0) + (record.value ? record.value->size() : 0);
  for (const HeaderView& header : record.headers)
    bytes += header.key.size() + (header.value ? header.value->size() : 0);
  return bytes;
}

}  // namespace

EmbeddedTransaction::PendingPartition& EmbeddedTransaction::pending(std::string_view topic, int32_t partition) {
  if (last_topic_ == nullptr || last_topic_->first != topic) {
    auto found = topics_.find(topic);
    if (found == topics_.end()) {
      log_.find_partition(topic, partition);  // throws for a topic that doesn't exist
      found = topics_.emplace(std::string(topic), PendingTopic()).first;
    }
    last_topic_ = &*found;
  }
  PendingTopic& partitions = last_topic_->second;
  const auto index = static_cast<size_t>(static_cast<uint32_t>(partition));
  if (index < partitions.size() && partitions[index]) {
    PendingPartition& known = *partitions[index];
    // The topic may have been deleted and created again since the last transaction.
    if (!known.appended && known.partition->deleted()) known.partition = log_.find_partition(topic, partition);
    return known;
  }
  auto fresh = std::make_unique<PendingPartition>();
  fresh->partition = log_.find_partition(topic, partition);
  if (index >= partitions.size()) partitions.resize(index + 1);
  partitions[index] = std::move(fresh);
  return *partitions[index];
}

void EmbeddedTransaction::append(std::string_view topic, int32_t partition, const RecordView& record) {
  PendingPartition& to = pending(topic, partition);
  if (to.partition->compacted() && !record.key) {
    throw LogError(LogError::Kind::kInvalid, "topic " + std::string(topic) +
                                                 " is compacted, so that each of its records needs a key; this one "
                                                 "has none");
  }
  const size_t before = to.builder.bytes();
  const size_t size = record_bytes(record);
  if (size > kMaxRecordBytes) {
    throw LogError(LogError::Kind::kInvalid, "a record of " + std::to_string(size) + " bytes is too large for topic " +
                                                 std::string(topic) + ": the embedded log takes up to " +
                                                 std::to_string(kMaxRecordBytes));
  }
  if (before > 0 && before + size > kBlockBytes) {
    seal(to);
    to.builder.append(record);
    pending_bytes_ += to.builder.bytes();
  } else {
    to.builder.append(record);
    pending_bytes_ += to.builder.bytes() - before;
  }
  if (!to.appended) {
    to.appended = true;
    appended_.push_back(&to);
  }
}

void EmbeddedTransaction::commit_offset(std::string_view group, const TopicPartition& partition,
                                        const CommittedOffset& offset) {
  offsets_.push_back({std::string(group), log_.find_partition(partition.topic, partition.partition), offset});
}

void EmbeddedTransaction::seal(PendingPartition& pending) {
  if (pending.builder.empty()) return;
  pending.blocks.push_back(pending.builder.finish());
  pending.packed.push_back(log_.pack(*pending.blocks.back()));
}

void EmbeddedTransaction::commit(std::map<TopicPartition, int64_t>* end_offsets) {
  if (empty()) return;
  for (PartitionAppend* append : appended_) seal(static_cast<PendingPartition&>(*append));
  log_.commit(appended_, offsets_, end_offsets);
  clear();
}

void EmbeddedTransaction::abort() { clear(); }

void EmbeddedTransaction::clear() {
  for (PartitionAppend* append : appended_) {
    auto& pending = static_cast<PendingPartition&>(*append);
    pending.builder.clear();
    pending.blocks.clear();
    pending.packed.clear();
    pending.appended = false;
  }
  appended_.clear();
  offsets_.clear();
  pending_bytes_ = 0;
}

}  // namespace weir::log
