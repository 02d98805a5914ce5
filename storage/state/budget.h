// The memory of one task's stores, which they account for together. Owned by TaskState, used from the task's thread.
#pragma once

#include <cstddef>

namespace weir::state {

struct Budget {
  size_t limit = 0;
  size_t used = 0;   // everything cached or resident
  size_t dirty = 0;  // of that, what isn't on disk yet and so can't be evicted

  bool exceeded() const { return used > limit; }
};

}  // namespace weir::state
