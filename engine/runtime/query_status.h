// How a query fares: written by its workers, read by SHOW, DESCRIBE and EXPLAIN. Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>

#include "engine/types/row_errors.h"

namespace weir {

class QueryStatus {
 public:
  // kRetrying: a peer is away; the query goes on by itself when it is back. kError: ended with a reason; RESUME tries
  // again.
  enum class State { kStarting, kRunning, kPaused, kRetrying, kError, kTerminated };

  State state() const { return state_.load(); }
  std::string reason() const {
    std::lock_guard lock(mutex_);
    return reason_;
  }
  // A query that has ended stays so, whatever its tasks on other workers still do.
  void set(State state, const std::string& reason = {}) {
    std::lock_guard lock(mutex_);
    if (state_.load() == State::kError && state != State::kTerminated) return;
    state_.store(state);
    reason_ = reason;
  }

  std::atomic<uint64_t> records_in{0}, records_out{0};
  std::atomic<int64_t> stream_time{INT64_MIN};
  std::array<std::atomic<uint64_t>, 8> errors{};  // by RowError::Stage

  void count_error(RowError::Stage stage, const std::string& message) {
    errors[static_cast<size_t>(stage)].fetch_add(1);
    std::lock_guard lock(mutex_);
    last_error_ = message;
  }
  uint64_t error_count() const {
    uint64_t sum = 0;
    for (const auto& count : errors) sum += count.load();
    return sum;
  }
  std::string last_error() const {
    std::lock_guard lock(mutex_);
    return last_error_;
  }

 private:
  std::atomic<State> state_{State::kStarting};
  mutable std::mutex mutex_;
  std::string reason_, last_error_;
};

const char* query_state_name(QueryStatus::State state);

}  // namespace weir
