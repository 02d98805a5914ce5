// A transaction of a process that owns slots: positions become records of the slots' topic, and the commit is bound to
// the process's place in the group. Made by KafkaSlotGroup; one thread.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "storage/log/kafka_at_least_once.h"
#include "storage/log/kafka_exactly_once.h"
#include "storage/log/kafka_membership.h"
#include "storage/log/kafka_positions.h"

namespace weir::log {

class KafkaSlotTransaction : public LogTransaction {
 public:
  // `touched`: the slots with positions in the transaction, shared with whoever vouches for them at the commit.
  KafkaSlotTransaction(std::unique_ptr<LogTransaction> inner, bool exactly_once, std::string topic,
                       std::shared_ptr<KafkaMembership> membership, std::shared_ptr<KafkaPositions> positions,
                       std::shared_ptr<std::set<int32_t>> touched)
      : inner_(std::move(inner)),
        exactly_once_(exactly_once),
        topic_(std::move(topic)),
        membership_(std::move(membership)),
        positions_(std::move(positions)),
        touched_(std::move(touched)) {}

  void append(std::string_view topic, int32_t partition, const RecordView& record) override {
    inner_->append(topic, partition, record);
  }
  void commit_offset(std::string_view group, const TopicPartition& partition, const CommittedOffset& offset) override {
    inner_->commit_offset(group, partition, offset);
  }
  void commit_position(int32_t slot, std::string_view owner, const TopicPartition& partition,
                       const std::optional<CommittedOffset>& position) override;
  size_t pending_bytes() const override { return inner_->pending_bytes(); }
  bool empty() const override { return inner_->empty() && pending_.empty(); }
  void commit(std::map<TopicPartition, int64_t>* end_offsets) override;
  void abort() override;

 private:
  void append_positions();
  void start_over();

  const std::unique_ptr<LogTransaction> inner_;
  const bool exactly_once_;
  const std::string topic_;
  const std::shared_ptr<KafkaMembership> membership_;
  const std::shared_ptr<KafkaPositions> positions_;
  const std::shared_ptr<std::set<int32_t>> touched_;
  std::vector<std::pair<int32_t, PositionRecord>> pending_;
};

}  // namespace weir::log
