// What the caches of all tasks of a process take together. Thread-safe; each task tells its part at its commits.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>

namespace weir::state {

class CachePool {
 public:
  explicit CachePool(size_t limit) : limit_(limit) {}

  void join() { ++tasks_; }
  void leave(size_t used) {
    --tasks_;
    used_ -= used;
  }
  // A task takes `now` instead of `before`: how much it may take from now on. What others leave free, but at least an
  // equal share, so that the first tasks don't keep all for themselves; they give way at their next commits.
  size_t share(size_t before, size_t now) {
    const size_t all = (used_ += now - before);
    const size_t others = all - now;
    return std::max(limit_ > others ? limit_ - others : 0, limit_ / std::max<size_t>(1, tasks_));
  }

  size_t used() const { return used_; }

 private:
  const size_t limit_;
  std::atomic<size_t> used_ = 0;
  std::atomic<size_t> tasks_ = 0;
};

}  // namespace weir::state
