#include "engine/types/arena.h"

#include <algorithm>

namespace weir {

namespace {
// What one block may hold after a reset: enough for a full batch of long strings, small enough to keep per task.
constexpr size_t kMaxKeptBlock = size_t{1024} * 1024;
}  // namespace

void Arena::grow(size_t bytes) {
  const size_t size = std::max(bytes, block_bytes_);
  blocks_.push_back({std::make_unique_for_overwrite<char[]>(size), size});
  next_ = blocks_.back().memory.get();
  end_ = next_ + size;
}

void Arena::reset() {
  if (blocks_.empty()) return;
  if (blocks_.size() > 1) {
    // Next time one block shall do for what took several now.
    block_bytes_ = std::min(std::max(bytes_reserved(), block_bytes_), std::max(kMaxKeptBlock, block_bytes_));
    if (blocks_.front().size < block_bytes_) {
      blocks_.clear();
      next_ = end_ = nullptr;
      return;
    }
    blocks_.resize(1);
  }
  next_ = blocks_.front().memory.get();
  end_ = next_ + blocks_.front().size;
}

size_t Arena::bytes_reserved() const {
  size_t total = 0;
  for (const Block& block : blocks_) total += block.size;
  return total;
}

}  // namespace weir
