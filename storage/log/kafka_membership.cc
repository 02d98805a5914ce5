#include "storage/log/kafka_membership.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <span>

#include "storage/log/kafka_error.h"

namespace weir::log {

namespace {

using KafkaMessage = KafkaPtr<rd_kafka_message_t, rd_kafka_message_destroy>;

constexpr int kPollMs = 100;
constexpr int kPollWhileTakingMs = 10;
constexpr int kDestroysWhatWasNeverAssigned = 0x02030000;  // the version of librdkafka

const KafkaProperties::Settings kMemberDefaults = {
    // A member that has died is replaced after so long; one that is back before gets its slots at once.
    {"session.timeout.ms", "10000"},
    {"heartbeat.interval.ms", "1000"},
};

KafkaProperties::Settings member_settings(const KafkaMembership::Place& place) {
  KafkaProperties::Settings settings = {
      {"group.id", place.group},          {"partition.assignment.strategy", "cooperative-sticky"},
      {"enable.auto.commit", "false"},    {"enable.auto.offset.store", "false"},
      {"max.poll.interval.ms", "300000"},
  };
  if (place.stable) settings.emplace_back("group.instance.id", place.process);
  return settings;
}

std::vector<int32_t> partition_numbers(const rd_kafka_topic_partition_list_t* list) {
  std::vector<int32_t> numbers;
  for (const auto& entry : std::span(list->elems, static_cast<size_t>(list->cnt))) numbers.push_back(entry.partition);
  return numbers;
}

}  // namespace

KafkaMembership::KafkaMembership(Place place, std::shared_ptr<const KafkaProperties> properties,
                                 std::shared_ptr<KafkaMonitor> monitor)
    : place_(std::move(place)),
      monitor_(monitor),
      handle_(std::make_unique<KafkaHandle>(
          KafkaRole::kAdmin, std::move(properties), std::move(monitor), kMemberDefaults, member_settings(place_),
          KafkaHandle::Delivery{},
          [this](rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* list) { rebalance(what, list); })) {}

// librdkafka before 2.3 aborts when a member that has never had an assignment is destroyed (its issue 4312). It is out
// of the group by then; what is left of it, idle threads and connections, is the price.
KafkaMembership::~KafkaMembership() {
  leave();
  if (!listener_ || assigned_ || rd_kafka_version() >= kDestroysWhatWasNeverAssigned) return;
  rd_kafka_set_log_level(handle_->get(), 0);
  static_cast<void>(handle_.release());
}

void KafkaMembership::join(SlotListener& listener, Take take) {
  listener_ = &listener;
  take_ = std::move(take);
  rd_kafka_poll_set_consumer(handle_->get());
  const KafkaPartitionList topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), place_.topic.c_str(), RD_KAFKA_PARTITION_UA);
  const rd_kafka_resp_err_t code = rd_kafka_subscribe(handle_->get(), topics.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw kafka_error(code, "The group '" + place_.group + "' can't be joined");
  thread_ = std::thread([this] { run(); });
}

void KafkaMembership::leave() {
  stopping_.store(true);
  if (thread_.joinable()) thread_.join();
}

void KafkaMembership::run() {
  while (!stopping_.load()) {
    const KafkaMessage message(rd_kafka_consumer_poll(handle_->get(), untaken_.empty() ? kPollMs : kPollWhileTakingMs));
    if (message && message->err == RD_KAFKA_RESP_ERR__FATAL) {
      monitor_->error(fmt::format("Group '{}': {}", place_.group,
                                  handle_->properties().redact(rd_kafka_message_errstr(message.get()))));
      give_up({owned_.begin(), owned_.end()}, true);
      return;
    }
    take_assigned();
  }
  rd_kafka_consumer_close(handle_->get());  // the slots are revoked
}

void KafkaMembership::take_assigned() {
  if (untaken_.empty()) return;
  const std::vector<int32_t> slots(untaken_.begin(), untaken_.end());
  try {
    if (!take_(slots)) return;
  } catch (const LogError& e) {
    spdlog::warn("The slots of group '{}' can't be taken over yet: {}", place_.group, e.what());
    return;
  }
  untaken_.clear();
  listener_->slots_assigned(slots);
}

void KafkaMembership::rebalance(rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* partitions) {
  const std::vector<int32_t> slots = partition_numbers(partitions);
  KafkaError refused;
  if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    assigned_ = true;
    for (auto& entry : std::span(partitions->elems, static_cast<size_t>(partitions->cnt))) entry.offset = 0;
    refused.reset(rd_kafka_incremental_assign(handle_->get(), partitions));
    if (!slots.empty()) rd_kafka_pause_partitions(handle_->get(), partitions);
    if (!slots.empty()) spdlog::info("group '{}': {} slots are this process's now", place_.group, slots.size());
    {
      const std::lock_guard lock(mutex_);
      owned_.insert(slots.begin(), slots.end());
    }
    untaken_.insert(slots.begin(), slots.end());
  } else {
    const bool lost = rd_kafka_assignment_lost(handle_->get()) != 0;
    if (!slots.empty())
      spdlog::info("group '{}': {} slots are {}", place_.group, slots.size(), lost ? "lost" : "handed over");
    give_up(slots, lost);
    refused.reset(rd_kafka_incremental_unassign(handle_->get(), partitions));
  }
  if (refused) monitor_->error(fmt::format("Group '{}': {}", place_.group, rd_kafka_error_string(refused.get())));
}

void KafkaMembership::give_up(const std::vector<int32_t>& slots, bool lost) {
  const auto disown = [&] {
    const std::lock_guard lock(mutex_);
    for (const int32_t slot : slots) owned_.erase(slot);
  };
  std::vector<int32_t> known;  // to the listener
  for (const int32_t slot : slots) {
    if (untaken_.erase(slot) == 0) known.push_back(slot);
  }
  if (lost) disown();
  if (!known.empty()) {
    if (lost) {
      listener_->slots_lost(known);
    } else {
      listener_->slots_revoked(known);
    }
  }
  disown();
}

// The place is asked for before it is checked that it still is ours: what librdkafka gives after it has lost its place
// would be taken by the broker as somebody's who commits without being a member.
KafkaGroupMetadata KafkaMembership::metadata(const std::set<int32_t>& slots) const {
  KafkaGroupMetadata place(rd_kafka_consumer_group_metadata(handle_->get()));
  const bool lost = !place || rd_kafka_assignment_lost(handle_->get()) != 0;
  const std::lock_guard lock(mutex_);
  if (lost || !std::includes(owned_.begin(), owned_.end(), slots.begin(), slots.end())) {
    throw LogError(LogError::Kind::kUnavailable,
                   "This process has lost its place in group '" + place_.group + "'; its work is another's now.");
  }
  return place;
}

bool KafkaMembership::owns(int32_t slot) const {
  const std::lock_guard lock(mutex_);
  return owned_.contains(slot);
}

}  // namespace weir::log
