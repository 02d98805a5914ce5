// Which partitions of a reader may have something new, filled by librdkafka's threads and emptied by the reader's own.
// Owned by the reader and its assignments together.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace weir::log {

class KafkaAssignment;

class KafkaReadyList {
 public:
  // Any thread. `listed` is the assignment's own flag, guarded by this list's lock.
  void add(KafkaAssignment* assignment, bool& listed) {
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(listed, true)) return;
      ready_.push_back(assignment);
      changed_.notify_one();
    }
    call_back();
  }
  void wake_up() {
    {
      const std::lock_guard lock(mutex_);
      woken_ = true;
      changed_.notify_one();
    }
    call_back();
  }
  // Tells who waits on several readers that a poll has something to do.
  void announce() { call_back(); }
  // On return the former callback is not under way.
  void on_ready(std::function<void()> callback) {
    const std::lock_guard lock(callback_mutex_);
    callback_ = std::move(callback);
  }

  // Whether the assignment whose flag this is may have something new.
  bool lists(const bool& listed) {
    const std::lock_guard lock(mutex_);
    return listed;
  }

  // The reader's thread.
  void remove(KafkaAssignment* assignment) {
    const std::lock_guard lock(mutex_);
    std::erase(ready_, assignment);
  }
  // Takes what is ready; `unlist` is called for each to reset its flag.
  template <class Unlist>
  void take(std::vector<KafkaAssignment*>& out, const Unlist& unlist) {
    const std::lock_guard lock(mutex_);
    out.assign(ready_.begin(), ready_.end());
    ready_.clear();
    for (KafkaAssignment* assignment : out) unlist(*assignment);
  }
  bool take_wakeup() {
    const std::lock_guard lock(mutex_);
    return std::exchange(woken_, false);
  }
  // True when something is ready; false after a wakeup or at the deadline.
  bool wait_until(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, deadline, [this] { return !ready_.empty() || woken_; });
    return !ready_.empty() && !woken_;
  }

 private:
  void call_back() {
    const std::lock_guard lock(callback_mutex_);
    if (callback_) callback_();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<KafkaAssignment*> ready_;
  bool woken_ = false;
  std::mutex callback_mutex_;
  std::function<void()> callback_;
};

}  // namespace weir::log
