// The slots of a service on Kafka: partitions of a compacted topic, spread over the service's processes by a consumer
// group. Exactly once rests on three facts. A transaction that moves a slot's positions commits the slot's offset from
// this process's place in the group (KIP-447), so that one that has lost the slot is refused. It writes to the slot's
// partition, so that a new owner, who waits until nothing is open there, knows what became of it. And its id is the
// process's own, so that a restart ends what its last life left open.
#pragma once

#include <memory>
#include <string>

#include "storage/log/kafka_groups.h"
#include "storage/log/kafka_membership.h"
#include "storage/log/kafka_offsets.h"
#include "storage/log/kafka_positions.h"
#include "storage/log/slot_group.h"

namespace weir::log {

class KafkaSlotGroup : public SlotGroup {
 public:
  // Makes the topic when it isn't there; waits for the broker. Throws LogError. `log` outlives the group.
  KafkaSlotGroup(SlotGroupOptions options, const KafkaLogOptions& kafka, Log& log,
                 std::shared_ptr<const KafkaProperties> properties, std::shared_ptr<KafkaMonitor> monitor,
                 std::shared_ptr<KafkaTopics> topics, std::shared_ptr<KafkaOffsets> offsets,
                 std::shared_ptr<KafkaGroups> groups);
  ~KafkaSlotGroup() override { leave(); }

  int32_t slots() const override { return slots_; }
  void join(SlotListener& listener) override;
  void leave() override { membership_->leave(); }
  std::unique_ptr<LogTransaction> open_transaction(int32_t worker) override;
  void settle(const std::vector<int32_t>& slots) override;
  std::optional<CommittedOffset> position(int32_t slot, const std::string& owner,
                                          const TopicPartition& partition) override;

 private:
  const SlotGroupOptions options_;
  const bool exactly_once_;
  const std::chrono::milliseconds timeout_;
  const std::shared_ptr<const KafkaProperties> properties_;
  const std::shared_ptr<KafkaMonitor> monitor_;
  const std::shared_ptr<KafkaTopics> topics_;
  const std::shared_ptr<KafkaGroups> groups_;
  const std::string group_;  // the topic's name as well
  int32_t slots_ = 0;
  std::shared_ptr<KafkaPositions> positions_;
  std::shared_ptr<KafkaMembership> membership_;
  std::mutex mutex_;
  std::map<int32_t, std::chrono::steady_clock::time_point> looked_;  // slots of others: when last
};

}  // namespace weir::log
