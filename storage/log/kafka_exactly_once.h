// A Kafka transaction: records and consumed offsets together, or none. Owned by a task's thread. One client for its
// whole life: making another one under the same id would take the id away from whoever holds it by now.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "storage/log/kafka_groups.h"
#include "storage/log/kafka_producer.h"
#include "storage/log/log.h"

namespace weir::log {

class KafkaExactlyOnce : public LogTransaction {
 public:
  // Takes the transactional id over: an older owner is fenced, and what it left open is aborted, before this returns.
  // Waits for the broker up to `timeout`. Throws kUnavailable, kInvalid.
  // `member` gives the place in a group that offsets are committed from, for groups with members; it may throw, which
  // ends the transaction as a refusal does.
  using MemberOf = std::function<KafkaGroupMetadata(const std::string& group)>;
  KafkaExactlyOnce(std::unique_ptr<KafkaProducer> producer, std::string transactional_id,
                   std::chrono::milliseconds timeout, MemberOf member = {});

  void append(std::string_view topic, int32_t partition, const RecordView& record) override;
  void commit_offset(std::string_view group, const TopicPartition& partition, const CommittedOffset& offset) override;
  size_t pending_bytes() const override { return producer_->pending_bytes(); }
  bool empty() const override { return producer_->pending_records() == 0 && pending_offsets_.empty(); }
  void commit(std::map<TopicPartition, int64_t>* end_offsets) override;
  void abort() override;

 private:
  enum class State {
    kIdle,      // between transactions
    kOpen,      // begun, perhaps failed
    kAborting,  // an abort was begun that the broker hasn't answered yet
    kLost,      // fenced, or a commit whose outcome isn't known: nothing works any more
  };

  void ensure_open();
  // Calls `step` with the time it may take until it succeeds. Throws what it fails with; returns false, with the reason
  // in last_reason_, when time is up.
  bool run_step(const KafkaDeadline& deadline, const std::string& what,
                const std::function<rd_kafka_error_t*(int)>& step);
  bool try_abort(std::chrono::milliseconds timeout);
  void start_over();
  [[noreturn]] void throw_lost(const std::string& reason, rd_kafka_resp_err_t code);
  [[noreturn]] void throw_unavailable(const std::string& what) const;

  const std::unique_ptr<KafkaProducer> producer_;
  const std::string transactional_id_;
  const std::chrono::milliseconds timeout_;
  const MemberOf member_;
  std::map<std::string, KafkaGroupOffsets, std::less<>> pending_offsets_;  // by group
  State state_ = State::kIdle;
  LogError::Kind lost_kind_ = LogError::Kind::kTimeout;
  std::string lost_reason_;
  std::string last_reason_;
};

}  // namespace weir::log
