#include "engine/runtime/query_status.h"

#include <algorithm>

namespace weir {

void QueryStatus::count_error(const std::string& source, RowError::Stage stage, const std::string& message,
                              int64_t now_ms) {
  errors[static_cast<size_t>(stage)].fetch_add(1);
  std::lock_guard lock(mutex_);
  last_error_ = {source, stage};
  ErrorCount& entry = error_counts_[last_error_];
  entry.source = source;
  entry.stage = stage;
  ++entry.count;
  entry.last_message = message;
  entry.last_ms = now_ms;
}

uint64_t QueryStatus::error_count() const {
  uint64_t sum = 0;
  for (const auto& count : errors) sum += count.load();
  return sum;
}

std::vector<QueryStatus::ErrorCount> QueryStatus::error_counts() const {
  std::lock_guard lock(mutex_);
  std::vector<ErrorCount> out;
  for (const auto& [key, entry] : error_counts_) out.push_back(entry);
  return out;
}

QueryStatus::ErrorCount QueryStatus::last_error() const {
  std::lock_guard lock(mutex_);
  const auto found = error_counts_.find(last_error_);
  return found == error_counts_.end() ? ErrorCount{} : found->second;
}

void QueryStatus::set_progress(const log::TopicPartition& partition, int64_t position, int64_t stream_time) {
  std::lock_guard lock(mutex_);
  const auto [entry, is_new] = progress_.try_emplace(partition, Progress{position, position, stream_time});
  if (is_new) return;
  entry->second.position = position;
  entry->second.stream_time = std::max(entry->second.stream_time, stream_time);
}

std::map<log::TopicPartition, QueryStatus::Progress> QueryStatus::progress() const {
  std::lock_guard lock(mutex_);
  return progress_;
}

const char* query_state_name(QueryStatus::State state) {
  switch (state) {
    case QueryStatus::State::kStarting:
      return "STARTING";
    case QueryStatus::State::kRunning:
      return "RUNNING";
    case QueryStatus::State::kPaused:
      return "PAUSED";
    case QueryStatus::State::kRetrying:
      return "RETRYING";
    case QueryStatus::State::kError:
      return "ERROR";
    case QueryStatus::State::kTerminated:
      return "TERMINATED";
  }
  return "UNKNOWN";
}

}  // namespace weir
