#include "storage/log/kafka_producer.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>

#include "storage/log/kafka_error.h"

namespace weir::log {

namespace {

using KafkaHeaders = KafkaPtr<rd_kafka_headers_t, rd_kafka_headers_destroy>;

constexpr size_t kAppendsPerPoll = 1024;  // how often delivery reports are taken while appending
constexpr int kFullBufferWaitMs = 20;
constexpr std::chrono::seconds kPurgeTimeout{2};
constexpr std::chrono::seconds kReasonPatience{2};
constexpr std::chrono::seconds kFlushSlack{5};  // beyond the delivery timeout, for the reports to arrive
constexpr size_t kRecordOverhead = 32;          // what a record takes on the wire beside its bytes, about

const KafkaProperties::Settings kProducerDefaults = {
    {"linger.ms", "5"},
    {"batch.size", "524288"},
    {"batch.num.messages", "100000"},
    {"compression.codec", "lz4"},
    {"queue.buffering.max.messages", "250000"},
    {"queue.buffering.max.kbytes", "16384"},
};

KafkaProperties::Settings producer_defaults(const std::string& transactional_id,
                                            std::chrono::milliseconds longest_transaction) {
  KafkaProperties::Settings settings = kProducerDefaults;
  if (!transactional_id.empty())
    settings.emplace_back("transaction.timeout.ms", std::to_string(longest_transaction.count()));
  // In a transaction the delivery timeout follows the transaction's own.
  if (transactional_id.empty()) settings.emplace_back("message.timeout.ms", "30000");
  return settings;
}

KafkaProperties::Settings fixed_producer_settings(const std::string& transactional_id) {
  KafkaProperties::Settings settings = {{"enable.idempotence", "true"}};
  if (!transactional_id.empty()) settings.emplace_back("transactional.id", transactional_id);
  return settings;
}

// A string_view without bytes may point nowhere, which librdkafka takes as null.
const void* bytes_or_null(const OptionalBytes& bytes) {
  if (!bytes) return nullptr;
  return bytes->data() ? bytes->data() : "";
}

KafkaHeaders copy_headers(std::span<const HeaderView> from) {
  if (from.empty()) return nullptr;
  KafkaHeaders headers(rd_kafka_headers_new(from.size()));
  for (const HeaderView& header : from) {
    rd_kafka_header_add(headers.get(), header.key.data(), static_cast<ssize_t>(header.key.size()),
                        bytes_or_null(header.value), header.value ? static_cast<ssize_t>(header.value->size()) : 0);
  }
  return headers;
}

size_t record_bytes(const RecordView& record) {
  size_t bytes = kRecordOverhead + (record.key ? record.key->size() : 0) + (record.value ? record.value->size() : 0);
  for (const HeaderView& header : record.headers) {
    bytes += header.key.size() + (header.value ? header.value->size() : 0);
  }
  return bytes;
}

// librdkafka takes a timestamp of 0 as "now", in every way of producing that it has (rd_kafka_msg_new0 fills in the
// clock). A record of the epoch's first millisecond gets the second one instead: wrong by a millisecond rather than by
// decades.
int64_t kafka_timestamp(int64_t timestamp) { return timestamp == 0 ? 1 : timestamp; }

}  // namespace

KafkaProducer::KafkaProducer(std::shared_ptr<const KafkaProperties> properties, std::shared_ptr<KafkaMonitor> monitor,
                             std::shared_ptr<KafkaTopics> topics, const std::string& transactional_id,
                             std::chrono::milliseconds longest_transaction)
    : topic_registry_(std::move(topics)),
      handle_(std::make_unique<KafkaHandle>(KafkaRole::kProducer, std::move(properties), std::move(monitor),
                                            producer_defaults(transactional_id, longest_transaction),
                                            fixed_producer_settings(transactional_id),
                                            [this](const rd_kafka_message_t& message) { on_delivery(message); })) {
  std::array<char, 32> text{};
  size_t size = text.size();
  rd_kafka_topic_conf_t* defaults = rd_kafka_default_topic_conf_dup(client());
  if (rd_kafka_topic_conf_get(defaults, "message.timeout.ms", text.data(), &size) == RD_KAFKA_CONF_OK) {
    delivery_timeout_ = std::chrono::milliseconds(std::atoll(text.data()));
  }
  rd_kafka_topic_conf_destroy(defaults);
}

KafkaProducer::~KafkaProducer() {
  // What is still queued belongs to a transaction that was never committed.
  rd_kafka_purge(client(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
  topics_.clear();  // before the client, which they are part of
}

void KafkaProducer::append(std::string_view topic, int32_t partition, const RecordView& record) {
  Partition& to = find_partition(topic, partition);
  std::optional<KafkaDeadline> deadline;
  while (KafkaError refused = produce(to, record)) {
    const rd_kafka_resp_err_t code = rd_kafka_error_code(refused.get());
    if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) throw_refused(to, record, code, rd_kafka_error_string(refused.get()));
    if (!deadline) deadline.emplace(delivery_timeout_ + kFlushSlack);
    if (deadline->passed())
      throw_refused(to, record, code, "the buffer is full, because the broker takes no more records");
    rd_kafka_poll(client(), kFullBufferWaitMs);
  }
  if (!to.touched) {
    to.touched = true;
    to.end = -1;
    touched_.push_back(&to);
  }
  pending_bytes_ += record_bytes(record);
  ++pending_records_;
  if (++appends_since_poll_ < kAppendsPerPoll) return;
  appends_since_poll_ = 0;
  handle_->serve();
}

KafkaError KafkaProducer::produce(Partition& to, const RecordView& record) {
  std::array<rd_kafka_vu_t, 8> parts;
  size_t count = 0;
  const auto next = [&](rd_kafka_vtype_t type) -> rd_kafka_vu_t& {
    parts[count].vtype = type;
    return parts[count++];
  };
  const auto bytes = [&](rd_kafka_vtype_t type, const OptionalBytes& value) {
    rd_kafka_vu_t& part = next(type);
    part.u.mem.ptr = const_cast<void*>(bytes_or_null(value));  // copied by librdkafka, as told below
    part.u.mem.size = value ? value->size() : 0;
  };
  next(RD_KAFKA_VTYPE_RKT).u.rkt = to.topic->handle.get();
  next(RD_KAFKA_VTYPE_PARTITION).u.i32 = to.number;
  bytes(RD_KAFKA_VTYPE_KEY, record.key);
  bytes(RD_KAFKA_VTYPE_VALUE, record.value);
  next(RD_KAFKA_VTYPE_TIMESTAMP).u.i64 = kafka_timestamp(record.timestamp);
  next(RD_KAFKA_VTYPE_MSGFLAGS).u.i = RD_KAFKA_MSG_F_COPY;
  next(RD_KAFKA_VTYPE_OPAQUE).u.ptr = &to;
  KafkaHeaders headers = copy_headers(record.headers);
  if (headers) next(RD_KAFKA_VTYPE_HEADERS).u.headers = headers.get();
  KafkaError refused(rd_kafka_produceva(client(), parts.data(), count));
  if (!refused) static_cast<void>(headers.release());  // the record's now
  return refused;
}

void KafkaProducer::throw_refused(const Partition& to, const RecordView& record, rd_kafka_resp_err_t code,
                                  const std::string& reason) {
  std::string what = fmt::format("A record of {} bytes for topic '{}', partition {}, was refused", record_bytes(record),
                                 to.topic->name, to.number);
  const rd_kafka_resp_err_t fatal = handle_->fatal_error();
  if (fatal != RD_KAFKA_RESP_ERR_NO_ERROR)
    throw LogError(LogError::Kind::kFenced, what + ": " + rd_kafka_err2str(fatal));
  if (code == RD_KAFKA_RESP_ERR__STATE) {  // the transaction failed meanwhile; why is told by its commit
    throw LogError(LogError::Kind::kUnavailable, what + ": the transaction has failed and must be aborted");
  }
  if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
    throw LogError(LogError::Kind::kTooLarge, what + ": it is too large; the Kafka property message.max.bytes sets the "
                                                     "limit, and the topic's max.message.bytes the broker's");
  }
  if (kafka_error_kind(code) == LogError::Kind::kNotFound) topic_registry_->forget(to.topic->name);
  throw LogError(kafka_error_kind(code), what + ": " + handle_->properties().redact(reason), to.topic->name);
}

KafkaProducer::Topic& KafkaProducer::find_topic(std::string_view name) {
  if (last_topic_ && last_topic_->name == name) return *last_topic_;
  auto found = topics_.find(name);
  if (found == topics_.end()) {
    // Asked of the other client: naming an unknown topic to a producer may create it.
    topic_registry_->partitions(std::string(name), topic_registry_->timeout());
    auto topic = std::make_unique<Topic>();
    topic->name = name;
    topic->handle.reset(rd_kafka_topic_new(client(), topic->name.c_str(), nullptr));
    if (!topic->handle) throw kafka_error(rd_kafka_last_error(), fmt::format("Topic '{}' can't be appended to", name));
    found = topics_.emplace(topic->name, std::move(topic)).first;
  }
  last_topic_ = found->second.get();
  return *last_topic_;
}

KafkaProducer::Partition& KafkaProducer::find_partition(std::string_view name, int32_t partition) {
  Topic& topic = find_topic(name);
  if (partition < 0 || static_cast<size_t>(partition) >= topic.partitions.size()) {
    topic_registry_->check_partition(topic.name, partition, topic_registry_->timeout());
    for (auto number = static_cast<int32_t>(topic.partitions.size()); number <= partition; ++number) {
      topic.partitions.push_back({&topic, number});
    }
  }
  return topic.partitions[static_cast<size_t>(partition)];
}

void KafkaProducer::on_delivery(const rd_kafka_message_t& message) {
  auto& to = *static_cast<Partition*>(message._private);
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (message.offset >= 0) to.end = std::max(to.end, message.offset + 1);
    return;
  }
  if (failure_) return;
  const bool dropped =
      message.err == RD_KAFKA_RESP_ERR__PURGE_QUEUE || message.err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
  failure_ = Failure{
      message.err, to.topic->name, to.number,
      dropped ? "it was dropped, because the transaction or the one before had failed" : rd_kafka_err2str(message.err)};
}

void KafkaProducer::flush() {
  appends_since_poll_ = 0;
  const KafkaDeadline deadline(delivery_timeout_ + kFlushSlack);
  const rd_kafka_resp_err_t code = rd_kafka_flush(client(), deadline.remaining_ms());
  if (failure_) {
    find_reason();
    throw LogError(kafka_error_kind(failure_->code),
                   fmt::format("A record for topic '{}', partition {}, was not taken by Kafka: {}", failure_->topic,
                               failure_->partition, failure_->reason),
                   failure_->topic);
  }
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw kafka_error(code, fmt::format("{} records were not acknowledged by Kafka", rd_kafka_outq_len(client())));
  }
}

// A topic that was deleted fails a transaction as a whole, and what was meant for the others with it.
void KafkaProducer::find_reason() {
  topic_registry_->forget(failure_->topic);
  if (kafka_error_kind(failure_->code) == LogError::Kind::kNotFound) return;
  std::set<std::string> touched;
  for (const Partition* partition : touched_) touched.insert(partition->topic->name);
  for (const std::string& topic : touched) {
    topic_registry_->forget(topic);
    try {
      topic_registry_->partitions(topic, kReasonPatience);
    } catch (const LogError& e) {
      if (e.kind() != LogError::Kind::kNotFound) return;  // nor would the others be found out about
      failure_ = Failure{RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, topic, 0, e.what()};
      return;
    }
  }
}

void KafkaProducer::purge() {
  rd_kafka_purge(client(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_flush(client(), KafkaDeadline(kPurgeTimeout).remaining_ms());
}

void KafkaProducer::start_over() {
  for (Partition* partition : touched_) partition->touched = false;
  touched_.clear();
  const bool topic_gone = failure_ && kafka_error_kind(failure_->code) == LogError::Kind::kNotFound;
  if (topic_gone && rd_kafka_outq_len(client()) == 0) {  // else librdkafka still points into it
    topics_.erase(failure_->topic);
    last_topic_ = nullptr;
  }
  pending_bytes_ = 0;
  pending_records_ = 0;
  failure_.reset();
}

void KafkaProducer::end_offsets(std::map<TopicPartition, int64_t>& out) const {
  for (const Partition* partition : touched_) {
    if (partition->end >= 0) out[{partition->topic->name, partition->number}] = partition->end;
  }
}

}  // namespace weir::log
