#include "storage/log/kafka_log.h"

#include <spdlog/spdlog.h>

#include "storage/log/kafka_at_least_once.h"
#include "storage/log/kafka_exactly_once.h"
#include "storage/log/kafka_reader.h"
#include "storage/log/kafka_slot_group.h"

namespace weir::log {

KafkaLog::KafkaLog(const KafkaLogOptions& options)
    : options_(options),
      properties_(std::make_shared<KafkaProperties>(options)),
      monitor_(std::make_shared<KafkaMonitor>([this](const LogEvent& event) { report(event); })) {
  for (const std::string& warning : properties_->warnings()) spdlog::warn("{}", warning);
  // A consumer, since a producer that asks for an unknown topic may create it; it never consumes. What it says of ends
  // of partitions is then the last stable offset.
  auto handle = std::make_shared<KafkaHandle>(KafkaRole::kAdmin, properties_, monitor_, KafkaProperties::Settings{},
                                              KafkaProperties::Settings{{"isolation.level", "read_committed"}});
  topics_ = std::make_shared<KafkaTopics>(handle, options_.admin_timeout, options_.internal_replicas);
  auto all = std::make_shared<KafkaHandle>(KafkaRole::kAdmin, properties_, monitor_, KafkaProperties::Settings{},
                                           KafkaProperties::Settings{{"isolation.level", "read_uncommitted"}});
  offsets_ = std::make_shared<KafkaOffsets>(handle, std::move(all), topics_);
  groups_ = std::make_shared<KafkaGroups>(properties_, monitor_, topics_);
}

KafkaLog::~KafkaLog() { monitor_->detach(); }

std::unique_ptr<LogReader> KafkaLog::open_reader() {
  return std::make_unique<KafkaReader>(properties_, monitor_, topics_, offsets_);
}

std::unique_ptr<LogTransaction> KafkaLog::open_transaction(const std::string& transactional_id) {
  const std::string id = options_.exactly_once ? transactional_id : std::string();
  const auto make_producer = [properties = properties_, monitor = monitor_, topics = topics_, id] {
    return std::make_unique<KafkaProducer>(properties, monitor, topics, id);
  };
  if (id.empty()) return std::make_unique<KafkaAtLeastOnce>(make_producer, groups_);
  return std::make_unique<KafkaExactlyOnce>(make_producer(), id, options_.admin_timeout);
}

std::unique_ptr<SlotGroup> KafkaLog::open_slots(const SlotGroupOptions& options) {
  return std::make_unique<KafkaSlotGroup>(options, options_, *this, properties_, monitor_, topics_, offsets_, groups_);
}

std::unique_ptr<Log> open_kafka_log(const KafkaLogOptions& options) { return std::make_unique<KafkaLog>(options); }

}  // namespace weir::log
