#include "storage/log/kafka_exactly_once.h"

#include <fmt/format.h>

#include <algorithm>

#include "storage/log/kafka_error.h"

namespace weir::log {

namespace {

constexpr std::chrono::seconds kAbortPatience{5};
// How long the outcome of a commit is waited for: by then the coordinator, if it lives, has ended the transaction.
constexpr std::chrono::minutes kOutcomePatience{2};
constexpr std::chrono::milliseconds kLongestStep{10'000};

bool is_stale_member(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID || code == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION ||
         code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID || code == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS;
}

}  // namespace

KafkaExactlyOnce::KafkaExactlyOnce(std::unique_ptr<KafkaProducer> producer, std::string transactional_id,
                                   std::chrono::milliseconds timeout, MemberOf member)
    : producer_(std::move(producer)),
      transactional_id_(std::move(transactional_id)),
      timeout_(timeout),
      member_(std::move(member)) {
  const std::string what = fmt::format("The transactional id '{}' can't be taken over", transactional_id_);
  const bool done = run_step(KafkaDeadline(timeout_), what,
                             [&](int wait_ms) { return rd_kafka_init_transactions(producer_->client(), wait_ms); });
  if (!done) throw_unavailable(what);
}

bool KafkaExactlyOnce::run_step(const KafkaDeadline& deadline, const std::string& what,
                                const std::function<rd_kafka_error_t*(int)>& step) {
  while (true) {
    const int wait_ms = std::min<int>(deadline.remaining_ms(), static_cast<int>(kLongestStep.count()));
    const KafkaError error(step(wait_ms));
    if (!error) return true;
    const rd_kafka_resp_err_t code = rd_kafka_error_code(error.get());
    const std::string reason = producer_->handle().properties().redact(rd_kafka_error_string(error.get()));
    // The group has moved on: others own what this was about, or this process has yet to hear that it still does.
    const bool stale_member = member_ && is_stale_member(code) && !rd_kafka_error_is_fatal(error.get());
    if (stale_member) throw LogError(LogError::Kind::kUnavailable, what + ": " + reason);
    if (rd_kafka_error_is_fatal(error.get()) || kafka_error_kind(code) == LogError::Kind::kFenced) {
      throw_lost(what + ": " + reason, code);
    }
    // To be aborted; why tells whether doing it again helps.
    if (rd_kafka_error_txn_requires_abort(error.get())) throw kafka_error(code, what, reason);
    if (!rd_kafka_error_is_retriable(error.get())) throw kafka_error(code, what, reason);
    last_reason_ = reason;
    if (!deadline.pause()) return false;
  }
}

void KafkaExactlyOnce::throw_unavailable(const std::string& what) const {
  throw LogError(LogError::Kind::kUnavailable, what + ": " + last_reason_);
}

void KafkaExactlyOnce::throw_lost(const std::string& reason, rd_kafka_resp_err_t code) {
  state_ = State::kLost;
  lost_reason_ = reason;
  // What else ends a producer (the broker and librdkafka see the transaction in different states, say) is mended by a
  // new one; nobody else has taken over.
  lost_kind_ = kafka_error_kind(code) == LogError::Kind::kFenced ? LogError::Kind::kFenced : LogError::Kind::kTimeout;
  throw LogError(lost_kind_, reason);
}

void KafkaExactlyOnce::ensure_open() {
  if (state_ == State::kOpen) return;
  if (state_ == State::kLost) throw LogError(lost_kind_, lost_reason_);
  if (state_ == State::kAborting && !try_abort(timeout_)) {
    if (state_ == State::kLost) throw LogError(lost_kind_, lost_reason_);
    throw_unavailable(
        fmt::format("The transaction '{}' can't begin before the one before has ended", transactional_id_));
  }
  const std::string what = fmt::format("The transaction '{}' can't begin", transactional_id_);
  const auto begin = [&](int) { return rd_kafka_begin_transaction(producer_->client()); };
  if (!run_step(KafkaDeadline(timeout_), what, begin)) throw_unavailable(what);
  state_ = State::kOpen;
}

void KafkaExactlyOnce::append(std::string_view topic, int32_t partition, const RecordView& record) {
  ensure_open();
  try {
    producer_->append(topic, partition, record);
  } catch (const LogError& error) {
    if (error.kind() == LogError::Kind::kFenced) throw_lost(error.what(), producer_->handle().fatal_error());
    throw;
  }
}

void KafkaExactlyOnce::commit_offset(std::string_view group, const TopicPartition& partition,
                                     const CommittedOffset& offset) {
  auto found = pending_offsets_.find(group);
  if (found == pending_offsets_.end()) found = pending_offsets_.emplace(std::string(group), KafkaGroupOffsets()).first;
  found->second[partition] = offset;
}

void KafkaExactlyOnce::commit(std::map<TopicPartition, int64_t>* end_offsets) {
  if (state_ == State::kLost) throw LogError(lost_kind_, lost_reason_);
  if (empty() && state_ != State::kOpen) return;
  ensure_open();
  const std::string what = fmt::format("The transaction '{}' can't be committed", transactional_id_);
  try {
    producer_->flush();
  } catch (const LogError& error) {
    if (error.kind() == LogError::Kind::kFenced) {
      throw_lost(what + ": " + error.what(), producer_->handle().fatal_error());
    }
    throw;
  }
  for (const auto& [group, offsets] : pending_offsets_) {
    const KafkaPartitionList list = make_kafka_offsets(offsets);
    const KafkaGroupMetadata metadata =
        member_ ? member_(group) : KafkaGroupMetadata(rd_kafka_consumer_group_metadata_new(group.c_str()));
    const std::string part = fmt::format("{}: the offsets of group '{}'", what, group);
    const bool sent = run_step(KafkaDeadline(timeout_), part, [&](int wait_ms) {
      return rd_kafka_send_offsets_to_transaction(producer_->client(), list.get(), metadata.get(), wait_ms);
    });
    if (!sent) throw_unavailable(part);
  }
  const bool known = run_step(KafkaDeadline(kOutcomePatience), what,
                              [&](int wait_ms) { return rd_kafka_commit_transaction(producer_->client(), wait_ms); });
  if (!known) {
    // The broker may have committed, and must not be given the same work again through this client.
    state_ = State::kLost;
    lost_reason_ = fmt::format("The outcome of transaction '{}' is unknown: {}", transactional_id_, last_reason_);
    throw LogError(LogError::Kind::kTimeout, lost_reason_);
  }
  if (end_offsets) producer_->end_offsets(*end_offsets);
  state_ = State::kIdle;
  start_over();
}

void KafkaExactlyOnce::abort() {
  start_over();
  if (state_ == State::kOpen) state_ = State::kAborting;
  if (state_ == State::kAborting) try_abort(kAbortPatience);
}

bool KafkaExactlyOnce::try_abort(std::chrono::milliseconds timeout) {
  try {
    const bool done =
        run_step(KafkaDeadline(timeout), fmt::format("The transaction '{}' can't be aborted", transactional_id_),
                 [&](int wait_ms) { return rd_kafka_abort_transaction(producer_->client(), wait_ms); });
    if (!done) return false;
  } catch (const LogError& error) {  // told by the next call
    state_ = State::kLost;
    lost_reason_ = error.what();
    return false;
  }
  state_ = State::kIdle;
  start_over();
  return true;
}

void KafkaExactlyOnce::start_over() {
  producer_->start_over();
  pending_offsets_.clear();
}

}  // namespace weir::log
