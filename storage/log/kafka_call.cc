#include "storage/log/kafka_call.h"

#include <algorithm>
#include <array>
#include <thread>

#include "storage/log/kafka_error.h"

namespace weir::log {

int KafkaDeadline::remaining_ms() const {
  using std::chrono::milliseconds;
  const auto left = std::chrono::duration_cast<milliseconds>(end_ - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<int64_t>(left.count(), 1, 3'600'000));
}

bool KafkaDeadline::pause(std::chrono::milliseconds longest) const {
  if (passed()) return false;
  std::this_thread::sleep_for(std::min(longest, std::chrono::milliseconds(remaining_ms())));
  return !passed();
}

rd_kafka_resp_err_t retry_kafka(const KafkaDeadline& deadline, const std::function<rd_kafka_resp_err_t()>& attempt) {
  rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
  do {
    code = attempt();
  } while (kafka_retriable(code) && deadline.pause());
  return code;
}

KafkaEvent kafka_admin_call(const KafkaHandle& handle, rd_kafka_admin_op_t operation, const KafkaDeadline& deadline,
                            const std::string& what, const KafkaRequest& request) {
  handle.serve();
  const KafkaAdminOptions options(rd_kafka_AdminOptions_new(handle.get(), operation));
  std::array<char, 256> text{};
  rd_kafka_AdminOptions_set_request_timeout(options.get(), deadline.remaining_ms(), text.data(), text.size());
  const KafkaQueue queue(rd_kafka_queue_new(handle.get()));
  request(options.get(), queue.get());
  // The request ends by its own timeout; the slack is for its answer to reach this queue.
  constexpr int kSlackMs = 1000;
  KafkaEvent answer(rd_kafka_queue_poll(queue.get(), deadline.remaining_ms() + kSlackMs));
  if (!answer) throw kafka_error(RD_KAFKA_RESP_ERR__TIMED_OUT, what);
  const rd_kafka_resp_err_t code = rd_kafka_event_error(answer.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw kafka_error(code, what, handle.properties().redact(rd_kafka_event_error_string(answer.get())));
  }
  return answer;
}

}  // namespace weir::log
