#include "engine/runtime/row_stream.h"

#include <utility>

namespace weir {

QueuedRowStream::QueuedRowStream(std::string query_id, PlanSchema schema, std::optional<int64_t> limit)
    : query_id_(std::move(query_id)), schema_(std::move(schema)), remaining_(limit) {
  if (limit && *limit <= 0) {
    closed_ = true;
    limit_reached_ = true;
  }
}

RowStream::State QueuedRowStream::next(Row& row, std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, timeout, [&] { return !rows_.empty() || closed_; });
  if (rows_.empty()) return closed_ ? State::kDone : State::kTimeout;
  const bool was_full = rows_.size() >= kCapacity;
  row = std::move(rows_.front());
  rows_.pop_front();
  if (was_full && on_space_) {
    const auto callback = on_space_;
    lock.unlock();
    callback();
  }
  return State::kRow;
}

void QueuedRowStream::close() {
  std::unique_lock lock(mutex_);
  finish(lock);
}

void QueuedRowStream::finish(std::unique_lock<std::mutex>& lock) {
  if (std::exchange(closed_, true)) return;
  changed_.notify_all();
  const auto callback = std::exchange(on_close_, nullptr);
  on_space_ = nullptr;
  lock.unlock();
  if (callback) callback();
}

bool QueuedRowStream::limit_reached() const {
  std::lock_guard lock(mutex_);
  return limit_reached_;
}

std::optional<std::string> QueuedRowStream::error() const {
  std::lock_guard lock(mutex_);
  return error_;
}

void QueuedRowStream::push(std::vector<Row> rows) {
  std::unique_lock lock(mutex_);
  for (Row& row : rows) {
    if (closed_) return;
    rows_.push_back(std::move(row));
    if (remaining_ && --*remaining_ == 0) {
      limit_reached_ = true;
      finish(lock);
      return;
    }
  }
  changed_.notify_all();
}

void QueuedRowStream::fail(const std::string& message) {
  std::unique_lock lock(mutex_);
  if (closed_) return;
  error_ = message;
  finish(lock);
}

bool QueuedRowStream::full() const {
  std::lock_guard lock(mutex_);
  return rows_.size() >= kCapacity;
}

bool QueuedRowStream::closed() const {
  std::lock_guard lock(mutex_);
  return closed_;
}

void QueuedRowStream::set_callbacks(std::function<void()> on_space, std::function<void()> on_close) {
  std::unique_lock lock(mutex_);
  on_space_ = std::move(on_space);
  on_close_ = std::move(on_close);
  if (closed_ && on_close_) {
    const auto callback = std::exchange(on_close_, nullptr);
    lock.unlock();
    callback();
  }
}

}  // namespace weir
