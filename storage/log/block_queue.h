// Blocks in the order of their offsets: more come at the back, old ones leave at the front. Takes no memory while
// empty, which a std::deque does, and most partitions are idle. Not synchronized.
#pragma once

#include <memory>
#include <vector>

#include "storage/log/block.h"

namespace weir::log {

class BlockQueue {
 public:
  using Items = std::vector<std::shared_ptr<const Block>>;

  bool empty() const { return first_ == items_.size(); }
  size_t size() const { return items_.size() - first_; }
  Items::const_iterator begin() const { return items_.begin() + static_cast<std::ptrdiff_t>(first_); }
  Items::const_iterator end() const { return items_.end(); }

  void push_back(std::shared_ptr<const Block> block) { items_.push_back(std::move(block)); }
  std::shared_ptr<const Block> pop_front() {
    std::shared_ptr<const Block> block = std::move(items_[first_++]);
    if (empty()) {
      clear();
    } else if (first_ >= kCompactAt && first_ * 2 >= items_.size()) {
      items_.erase(items_.begin(), begin());
      first_ = 0;
    }
    return block;
  }
  void clear() {
    Items().swap(items_);
    first_ = 0;
  }

 private:
  static constexpr size_t kCompactAt = 16;
  Items items_;
  size_t first_ = 0;
};

}  // namespace weir::log
