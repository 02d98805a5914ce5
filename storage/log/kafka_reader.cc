#include "storage/log/kafka_reader.h"

#include <algorithm>

#include "storage/log/kafka_error.h"

namespace weir::log {

namespace {

// What a reader fetches ahead, shared by its partitions; each gets at least the minimum.
constexpr size_t kFetchAheadBytes = 8u << 20;
constexpr size_t kMinPartitionBytes = 1u << 20;
constexpr size_t kSmallestCapacity = 4;
constexpr size_t kCapacityStep = 2;
// librdkafka needs some hundred bytes for every message beside its own.
constexpr size_t kBytesPerMessage = 256;

constexpr std::chrono::seconds kCheckTimeout{5};
constexpr std::chrono::seconds kCheckAgainAfter{10};
constexpr std::chrono::hours kLongestPoll{24};

KafkaProperties::Settings reader_defaults(const KafkaFetchLimits& limits) {
  return {
      {"fetch.wait.max.ms", "50"},
      {"fetch.error.backoff.ms", "100"},
      {"fetch.message.max.bytes", std::to_string(std::min<size_t>(limits.bytes, 1u << 20))},
      {"queued.min.messages", std::to_string(limits.messages)},
      {"queued.max.messages.kbytes", std::to_string(limits.bytes / 1024)},
  };
}

const KafkaProperties::Settings kReaderFixed = {
    {"enable.partition.eof", "true"}, {"isolation.level", "read_committed"}, {"auto.offset.reset", "error"},
    {"enable.auto.commit", "false"},  {"enable.auto.offset.store", "false"},
};

}  // namespace

KafkaReader::KafkaReader(std::shared_ptr<const KafkaProperties> properties, std::shared_ptr<KafkaMonitor> monitor,
                         std::shared_ptr<KafkaTopics> topics, std::shared_ptr<KafkaOffsets> offsets)
    : properties_(std::move(properties)),
      monitor_(std::move(monitor)),
      topics_(std::move(topics)),
      offsets_(std::move(offsets)) {}

KafkaReader::~KafkaReader() { slots_.clear(); }

void KafkaReader::assign(const TopicPartition& partition, int64_t offset) {
  check_exists(partition);
  Slot fresh;
  fresh.start = resolve(partition, offset);
  slots_[partition] = std::move(fresh);
  pending_ = true;
  ready_->announce();
}

void KafkaReader::check_exists(const TopicPartition& partition) {
  if (std::chrono::steady_clock::now() < unchecked_until_) return;
  try {
    topics_->check_partition(partition.topic, partition.partition,
                             std::min<std::chrono::milliseconds>(kCheckTimeout, topics_->timeout()));
  } catch (const LogError& error) {
    if (error.kind() != LogError::Kind::kUnavailable) throw;
    // Taken on trust until the broker is back; not waited for once for each partition.
    unchecked_until_ = std::chrono::steady_clock::now() + kCheckAgainAfter;
  }
}

int64_t KafkaReader::resolve(const TopicPartition& partition, int64_t offset) {
  // librdkafka would look for the end some time later, and miss what is appended between.
  if (offset != kLatest || std::chrono::steady_clock::now() < unchecked_until_) return offset;
  try {
    return offsets_->end(partition);
  } catch (const LogError& error) {
    if (error.kind() != LogError::Kind::kUnavailable) throw;
    return offset;
  }
}

void KafkaReader::unassign(const TopicPartition& partition) { slots_.erase(partition); }

void KafkaReader::pause(const TopicPartition& partition) {
  const auto slot = slots_.find(partition);
  if (slot == slots_.end()) return;
  slot->second.paused = true;
  if (slot->second.assignment) slot->second.assignment->pause();
}

void KafkaReader::resume(const TopicPartition& partition) {
  const auto slot = slots_.find(partition);
  if (slot == slots_.end() || !slot->second.paused) return;
  slot->second.paused = false;
  if (slot->second.assignment) slot->second.assignment->resume();
}

bool KafkaReader::at_end(const TopicPartition& partition) const {
  const auto slot = slots_.find(partition);
  if (slot == slots_.end()) return true;
  KafkaAssignment* assignment = slot->second.assignment.get();
  // What was fetched since the last poll is known to come.
  return assignment != nullptr && assignment->at_end() && !ready_->lists(assignment->listed());
}

std::vector<FetchedRecords> KafkaReader::poll(std::chrono::milliseconds timeout, size_t max_records) {
  const auto deadline = std::chrono::steady_clock::now() + std::min<std::chrono::milliseconds>(timeout, kLongestPoll);
  if (pending_) start_pending();
  if (handle_) handle_->serve();
  scratch_.resize(std::max<size_t>(max_records, 1));
  while (true) {
    std::vector<FetchedRecords> fetched = fetch_ready();
    if (ready_->take_wakeup() || !fetched.empty()) return fetched;
    if (!ready_->wait_until(deadline)) {
      ready_->take_wakeup();
      return {};
    }
  }
}

std::vector<FetchedRecords> KafkaReader::fetch_ready() {
  std::vector<FetchedRecords> all;
  ready_->take(taken_, [](KafkaAssignment& assignment) { assignment.listed() = false; });
  for (KafkaAssignment* assignment : taken_) {
    if (assignment->paused()) continue;
    std::optional<FetchedRecords> fetched = assignment->fetch(scratch_);
    if (fetched) all.push_back(std::move(*fetched));
    assignment->list_if_ready();
  }
  return all;
}

void KafkaReader::start_pending() {
  if (slots_.size() > capacity_) open_client();
  for (auto& [partition, slot] : slots_) {
    if (slot.assignment) continue;
    slot.assignment = std::make_unique<KafkaAssignment>(handle_, ready_, limits_, partition, slot.start);
    if (slot.paused) slot.assignment->pause();
  }
  pending_ = false;
}

void KafkaReader::open_client() {
  for (auto& [partition, slot] : slots_) {
    if (!slot.assignment) continue;
    slot.start = slot.assignment->position();
    slot.assignment.reset();
  }
  capacity_ = std::max(capacity_, kSmallestCapacity);
  while (capacity_ < slots_.size()) capacity_ *= kCapacityStep;
  limits_.bytes = std::max(kFetchAheadBytes / capacity_, kMinPartitionBytes);
  limits_.messages = limits_.bytes / kBytesPerMessage;
  handle_ =
      std::make_shared<KafkaHandle>(KafkaRole::kReader, properties_, monitor_, reader_defaults(limits_), kReaderFixed);
  limits_.messages = handle_->number_setting("queued.min.messages", limits_.messages);
  limits_.bytes = handle_->number_setting("queued.max.messages.kbytes", limits_.bytes / 1024) * 1024;
}

}  // namespace weir::log
