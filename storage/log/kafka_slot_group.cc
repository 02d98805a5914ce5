#include "storage/log/kafka_slot_group.h"

#include "storage/log/kafka_slot_transaction.h"

namespace weir::log {

namespace {

constexpr std::chrono::seconds kLookAgainAfter{1};

// Small segments: what was compacted away needn't be read by the next owner.
const std::map<std::string, std::string> kSlotTopicSettings = {
    {"segment.bytes", "16777216"}, {"segment.ms", "600000"}, {"min.cleanable.dirty.ratio", "0.2"}};

TopicConfig slot_topic_config(int32_t slots) {
  TopicConfig config = internal_topic(slots);
  config.cleanup = Cleanup::kCompact;
  config.extra = kSlotTopicSettings;
  return config;
}

}  // namespace

KafkaSlotGroup::KafkaSlotGroup(SlotGroupOptions options, const KafkaLogOptions& kafka, Log& log,
                               std::shared_ptr<const KafkaProperties> properties, std::shared_ptr<KafkaMonitor> monitor,
                               std::shared_ptr<KafkaTopics> topics, std::shared_ptr<KafkaOffsets> offsets,
                               std::shared_ptr<KafkaGroups> groups)
    : options_(std::move(options)),
      exactly_once_(kafka.exactly_once),
      timeout_(kafka.admin_timeout),
      properties_(std::move(properties)),
      monitor_(std::move(monitor)),
      topics_(std::move(topics)),
      groups_(std::move(groups)),
      group_("_weir-" + options_.service + "-slots"),
      slots_(log.ensure_topic(group_, slot_topic_config(options_.slots))),
      positions_(std::make_shared<KafkaPositions>(group_, log, std::move(offsets))),
      membership_(std::make_shared<KafkaMembership>(
          KafkaMembership::Place{group_, group_, options_.process, options_.stable}, properties_, monitor_)) {}

void KafkaSlotGroup::join(SlotListener& listener) {
  membership_->join(listener, [this](const std::vector<int32_t>& slots) { return positions_->load(slots); });
}

std::unique_ptr<LogTransaction> KafkaSlotGroup::open_transaction(int32_t worker) {
  const std::string id = exactly_once_ ? group_ + "-" + options_.process + "-" + std::to_string(worker) : std::string();
  const auto make_producer = [properties = properties_, monitor = monitor_, topics = topics_, id,
                              longest = options_.longest_commit] {
    return std::make_unique<KafkaProducer>(properties, monitor, topics, id, longest);
  };
  auto touched = std::make_shared<std::set<int32_t>>();
  std::unique_ptr<LogTransaction> inner;
  if (exactly_once_) {
    const auto member = [membership = membership_, touched](const std::string&) {
      return membership->metadata(*touched);
    };
    inner = std::make_unique<KafkaExactlyOnce>(make_producer(), id, timeout_, member);
  } else {
    inner = std::make_unique<KafkaAtLeastOnce>(make_producer, groups_);
  }
  return std::make_unique<KafkaSlotTransaction>(std::move(inner), exactly_once_, group_, membership_, positions_,
                                                std::move(touched));
}

void KafkaSlotGroup::settle(const std::vector<int32_t>& slots) {
  positions_->settle(slots);
}

std::optional<CommittedOffset> KafkaSlotGroup::position(int32_t slot, const std::string& owner,
                                                        const TopicPartition& partition) {
  if (!membership_->owns(slot)) {
    const auto now = std::chrono::steady_clock::now();
    bool look = false;
    {
      const std::lock_guard lock(mutex_);
      auto& last = looked_[slot];
      look = now - last > kLookAgainAfter;
      if (look) last = now;
    }
    if (look) positions_->load({slot});
  }
  return positions_->find(slot, owner, partition);
}

}  // namespace weir::log
