#include "engine/runtime/background_thread.h"

namespace weir {

BackgroundThread::BackgroundThread(std::chrono::milliseconds interval, std::function<void()> body)
    : thread_([signal = signal_, interval, body = std::move(body)] {
        std::unique_lock lock(signal->mutex);
        while (true) {
          signal->changed.wait_for(lock, interval, [&] { return signal->woken || signal->stopping; });
          if (signal->stopping) return;
          signal->woken = false;
          lock.unlock();
          body();
          lock.lock();
        }
      }) {}

BackgroundThread::~BackgroundThread() {
  {
    const std::lock_guard lock(signal_->mutex);
    signal_->stopping = true;
  }
  signal_->changed.notify_all();
  thread_.join();
}

std::function<void()> BackgroundThread::waker() const {
  return [signal = signal_] {
    {
      const std::lock_guard lock(signal->mutex);
      signal->woken = true;
    }
    signal->changed.notify_all();
  };
}

}  // namespace weir
