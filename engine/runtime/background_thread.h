// A thread that does one thing again and again: when it is woken, and at the latest after an interval. Owned by whoever
// started it; wake() may be called from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace weir {

class BackgroundThread {
 public:
  // `body` must not throw.
  BackgroundThread(std::chrono::milliseconds interval, std::function<void()> body);
  ~BackgroundThread();  // waits for the body that runs

  void wake() { waker()(); }
  // May be called by any thread, also when the thread has ended.
  std::function<void()> waker() const;

 private:
  struct Signal {
    std::mutex mutex;
    std::condition_variable changed;
    bool woken = false, stopping = false;
  };
  std::shared_ptr<Signal> signal_ = std::make_shared<Signal>();
  std::thread thread_;
};

}  // namespace weir
