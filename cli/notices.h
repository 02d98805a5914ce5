// Messages that belong to no statement (a broker that went away, or is there again), on their way to the shell's
// screen: posted by any thread, taken by the shell's own between two keys.
#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace weir::cli {

class Notices {
 public:
  void post(const std::string& text) {
    const std::lock_guard lock(mutex_);
    texts_.push_back(text);
  }
  std::vector<std::string> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(texts_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> texts_;
};

}  // namespace weir::cli
