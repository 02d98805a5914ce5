// What the two halves of the administration share: a deadline, one admin request and its answer. Any thread.
#pragma once

#include <chrono>
#include <functional>

#include "storage/log/kafka_handle.h"
#include "storage/log/kafka_ptr.h"

namespace weir::log {

class KafkaDeadline {
 public:
  explicit KafkaDeadline(std::chrono::milliseconds timeout) : end_(std::chrono::steady_clock::now() + timeout) {}
  bool passed() const { return std::chrono::steady_clock::now() >= end_; }
  // At least one: librdkafka takes 0 and less as something else than "now".
  int remaining_ms() const;
  // Sleeps a little, less than what remains. False when the deadline has passed.
  bool pause(std::chrono::milliseconds longest = std::chrono::milliseconds(50)) const;

 private:
  std::chrono::steady_clock::time_point end_;
};

// Calls `attempt`, which returns a code, until it returns one that more waiting doesn't change, or time is up.
rd_kafka_resp_err_t retry_kafka(const KafkaDeadline& deadline, const std::function<rd_kafka_resp_err_t()>& attempt);

using KafkaRequest = std::function<void(rd_kafka_AdminOptions_t*, rd_kafka_queue_t*)>;

// Issues `request` and waits for its answer. Throws LogError, starting with `what`, when the request as a whole fails.
KafkaEvent kafka_admin_call(const KafkaHandle& handle, rd_kafka_admin_op_t operation, const KafkaDeadline& deadline,
                            const std::string& what, const KafkaRequest& request);

}  // namespace weir::log
