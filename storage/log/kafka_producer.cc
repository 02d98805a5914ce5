#include "storage/log/kafka_producer.h"

#include <fmt/format.h>

#include <algorithm>
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
constexpr std::chrono::seconds kFlushSlack{5};                // beyond the delivery timeout, for the reports to arrive
constexpr std::chrono::milliseconds kLookAtTransaction{500};  // while records are waited for
// What a record, each of its headers and a batch take on the wire beside their bytes, rather more than less.
constexpr size_t kRecordOverhead = 32;
constexpr size_t kHeaderOverhead = 6;
constexpr size_t kBatchOverhead = 64;

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
    bytes += kHeaderOverhead + header.key.size() + (header.value ? header.value->size() : 0);
  }
  return bytes;
}

// The record went with its transaction, which tells more.
bool was_dropped(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR__PURGE_QUEUE || code == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
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
      transactional_(!transactional_id.empty()),
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
  largest_message_ = handle_->number_setting("message.max.bytes", largest_message_);
  batch_bytes_ = handle_->number_setting("batch.size", batch_bytes_);
}

KafkaProducer::~KafkaProducer() {
  // What is still queued belongs to a transaction that was never committed.
  rd_kafka_purge(client(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
  topics_.clear();  // before the client, which they are part of
}

void KafkaProducer::append(std::string_view topic, int32_t partition, const RecordView& record) {
  Partition& to = find_partition(topic, partition);
  if (to.topic->largest_batch) keep_batch_small(to, record);
  if (to.topic->on_trial) flush();
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
  if (to.topic->on_trial) return end_trial(*to.topic);
  if (++appends_since_poll_ < kAppendsPerPoll) return;
  appends_since_poll_ = 0;
  handle_->serve();
}

// Where it can't be asked for, the broker refuses what is too large, and it is asked for again.
std::optional<size_t> KafkaProducer::limit_of(const std::string& topic) const {
  try {
    const auto limit = topic_registry_->largest_batch(topic, kReasonPatience);
    return limit && *limit < largest_message_ ? limit : std::nullopt;
  } catch (const LogError&) {
    return std::nullopt;
  }
}

// Sizes are those before compression: what the broker makes of a batch depends on the topic's own settings.
void KafkaProducer::keep_batch_small(Partition& to, const RecordView& record) {
  const size_t bytes = record_bytes(record);
  std::optional<size_t>& limit = to.topic->largest_batch;
  if (bytes + kBatchOverhead > *limit) limit = limit_of(to.topic->name);  // it may have been raised meanwhile
  if (!limit) return;
  if (bytes + kBatchOverhead > *limit) {
    throw LogError(LogError::Kind::kTooLarge,
                   fmt::format("A record of {} bytes for topic '{}', partition {}, is too large: the topic's "
                               "max.message.bytes is {}. Raise it, or write less",
                               bytes, to.topic->name, to.number, *limit));
  }
  if (*limit >= batch_bytes_) return;  // librdkafka sends no such batch
  if (to.unsent_bytes + bytes + kBatchOverhead > *limit) flush();
  to.unsent_bytes += bytes;
}

void KafkaProducer::end_trial(Topic& topic) {
  trial_ = &topic;
  flush();
  trial_ = nullptr;
  topic.on_trial = false;
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
  if (code == RD_KAFKA_RESP_ERR__STATE) throw_failure();  // of the transaction, meanwhile
  if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
    throw LogError(LogError::Kind::kTooLarge, what +
                                                  ": it is too large; the Kafka property message.max.bytes sets the "
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
    topic->largest_batch = limit_of(topic->name);
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
  if (failure_ && (!was_dropped(failure_->code) || was_dropped(message.err))) return;
  failure_ = Failure{message.err, to.topic->name, to.number,
                     was_dropped(message.err) ? "it was dropped, because the transaction or the one before had failed"
                                              : rd_kafka_err2str(message.err)};
}

void KafkaProducer::flush() {
  appends_since_poll_ = 0;
  const KafkaDeadline deadline(delivery_timeout_ + kFlushSlack);
  rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
  do {
    const int wait_ms = std::min(deadline.remaining_ms(), static_cast<int>(kLookAtTransaction.count()));
    code = rd_kafka_flush(client(), wait_ms);
    // What a failed transaction holds back would be waited for in vain.
    if (failure_ || (code != RD_KAFKA_RESP_ERR_NO_ERROR && transaction_error())) throw_failure();
  } while (code == RD_KAFKA_RESP_ERR__TIMED_OUT && !deadline.passed());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw kafka_error(code, fmt::format("{} records were not acknowledged by Kafka", rd_kafka_outq_len(client())));
  }
  for (Partition* partition : touched_) partition->unsent_bytes = 0;
}

// In a transaction that is fine this call is refused, and nothing else.
KafkaError KafkaProducer::transaction_error() const {
  if (!transactional_) return nullptr;
  KafkaError error(rd_kafka_begin_transaction(client()));
  if (error && rd_kafka_error_txn_requires_abort(error.get())) return error;
  return nullptr;
}

void KafkaProducer::throw_failure() {
  purge();  // what is under way yet may tell the reason
  const rd_kafka_resp_err_t fatal = handle_->fatal_error();
  if (fatal != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw LogError(LogError::Kind::kFenced, std::string("A transaction was lost: ") + rd_kafka_err2str(fatal));
  }
  if (!failure_) failure_ = Failure{RD_KAFKA_RESP_ERR__PURGE_QUEUE, {}, 0, "the transaction has failed"};
  find_reason();
  const std::string what = failure_->topic.empty()
                               ? "A transaction was not taken by Kafka"
                               : fmt::format("A record for topic '{}', partition {}, was not taken by Kafka",
                                             failure_->topic, failure_->partition);
  const LogError::Kind kind = kafka_error_kind(failure_->code);
  // An older epoch that an abort mends isn't a place that somebody else has taken.
  const bool passes = kind == LogError::Kind::kFenced || has_new_limit(failure_->topic);
  if (!failure_->topic.empty() || kind == LogError::Kind::kUnavailable || passes) {
    throw LogError(passes ? LogError::Kind::kUnavailable : kind, what + ": " + failure_->reason, failure_->topic);
  }
  for (Partition* partition : touched_) partition->topic->on_trial = true;
  throw LogError(LogError::Kind::kUnavailable,
                 what + ": " + failure_->reason + ". Its topics are tried one by one, to see for which");
}

void KafkaProducer::find_reason() {
  topic_registry_->forget(failure_->topic);
  if (kafka_error_kind(failure_->code) == LogError::Kind::kNotFound) return;
  // A topic that was deleted fails a transaction as a whole, and what was meant for the others with it.
  std::set<std::string> touched;
  for (const Partition* partition : touched_) touched.insert(partition->topic->name);
  for (const std::string& topic : touched) {
    topic_registry_->forget(topic);
    try {
      topic_registry_->partitions(topic, kReasonPatience);
    } catch (const LogError& e) {
      if (e.kind() != LogError::Kind::kNotFound) break;  // nor would the others be found out about
      failure_ = Failure{RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, topic, 0, e.what()};
      return;
    }
  }
  if (!was_dropped(failure_->code)) return;
  const KafkaError error = transaction_error();
  if (!error) return;
  failure_ = Failure{rd_kafka_error_code(error.get()), trial_ ? trial_->name : std::string(), 0,
                     handle_->properties().redact(rd_kafka_error_string(error.get()))};
}

// A limit that was lowered meanwhile: done again, each record that is too large is told from the others.
bool KafkaProducer::has_new_limit(const std::string& name) {
  const auto found = topics_.find(name);
  if (failure_->code != RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || found == topics_.end()) return false;
  const std::optional<size_t> before = found->second->largest_batch;
  found->second->largest_batch = limit_of(name);
  return found->second->largest_batch != before;
}

void KafkaProducer::purge() {
  rd_kafka_purge(client(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_flush(client(), KafkaDeadline(kPurgeTimeout).remaining_ms());
}

void KafkaProducer::start_over() {
  for (Partition* partition : touched_) {
    partition->touched = false;
    partition->unsent_bytes = 0;
  }
  touched_.clear();
  trial_ = nullptr;
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
