// How a query fares: written by its workers, read by SHOW, DESCRIBE and EXPLAIN. Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/types/row_errors.h"
#include "storage/log/record.h"

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
  std::atomic<uint64_t> filtered{0};  // rows that conditions have left out
  std::atomic<uint64_t> expired{0};   // rows that have ended, of tables with a TTL
  std::atomic<int64_t> stream_time{INT64_MIN};
  std::atomic<int64_t> last_output_ms{INT64_MIN};            // processing time
  std::array<std::atomic<uint64_t>, kErrorStages> errors{};  // by RowError::Stage
  std::atomic<int64_t> restore_left{0};  // records of changelogs that tasks have yet to replay before they begin

  // What went wrong in one way with the rows of one source.
  struct ErrorCount {
    std::string source;  // a stream or table, or an internal topic
    RowError::Stage stage = RowError::Stage::kEvaluate;
    uint64_t count = 0;
    std::string last_message;
    int64_t last_ms = 0;  // processing time
  };
  void count_error(const std::string& source, RowError::Stage stage, const std::string& message, int64_t now_ms);
  uint64_t error_count() const;
  // In the order of sources and stages.
  std::vector<ErrorCount> error_counts() const;
  // The latest of all; `count` 0: none.
  ErrorCount last_error() const;

  // How far an input partition has been read, as of the last commit.
  struct Progress {
    int64_t first = 0;                // where this process began
    int64_t position = 0;             // the next offset
    int64_t stream_time = INT64_MIN;  // of its task
  };
  void set_progress(const log::TopicPartition& partition, int64_t position, int64_t stream_time);
  std::map<log::TopicPartition, Progress> progress() const;

 private:
  std::atomic<State> state_{State::kStarting};
  mutable std::mutex mutex_;
  std::string reason_;
  std::map<std::pair<std::string, RowError::Stage>, ErrorCount> error_counts_;
  std::pair<std::string, RowError::Stage> last_error_;
  std::map<log::TopicPartition, Progress> progress_;
};

const char* query_state_name(QueryStatus::State state);

}  // namespace weir
