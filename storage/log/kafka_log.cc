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
  const bool exactly_once = options_.exactly_once && !transactional_id.empty();
  auto producer = std::make_unique<KafkaProducer>(properties_, monitor_, topics_,
                                                  exactly_once ? transactional_id : std::string());
  if (!exactly_once) return std::make_unique<KafkaAtLeastOnce>(std::move(producer), groups_);
  return std::make_unique<KafkaExactlyOnce>(std::move(producer), transactional_id, options_.admin_timeout);
}

std::unique_ptr<SlotGroup> KafkaLog::open_slots(const SlotGroupOptions& options) {
  return std::make_unique<KafkaSlotGroup>(options, options_, *this, properties_, monitor_, topics_, offsets_, groups_);
}

std::unique_ptr<Log> open_kafka_log(const KafkaLogOptions& options) { return std::make_unique<KafkaLog>(options); }

}  // namespace weir::log
