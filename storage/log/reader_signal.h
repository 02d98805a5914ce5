// How commits and wakeup() reach a reader that waits. Owned by the reader, which is the only one to wait; the others
// may be called from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <utility>

namespace weir::log {

class ReaderSignal {
 public:
  void notify_data() {
    const std::lock_guard lock(mutex_);
    data_ = true;
    changed_.notify_one();
    if (on_ready_) on_ready_();  // below the lock: once taken away, no call is under way
  }
  void on_ready(std::function<void()> callback) {
    const std::lock_guard lock(mutex_);
    on_ready_ = std::move(callback);
  }
  void wake_up() {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    changed_.notify_one();
  }
  // The reader forgets data that it is about to look for.
  void clear_data() {
    const std::lock_guard lock(mutex_);
    data_ = false;
  }
  // Was the reader woken since the last call?
  bool take_wakeup() {
    const std::lock_guard lock(mutex_);
    return std::exchange(woken_, false);
  }
  // True when there may be data; false after a wakeup or at the deadline.
  bool wait_until(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, deadline, [this] { return data_ || woken_; });
    return data_ && !woken_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool data_ = false;
  bool woken_ = false;
  std::function<void()> on_ready_;
};

}  // namespace weir::log
