// How long to wait before something that failed is tried again: 0.1 s, doubled each time up to 10 s.
#pragma once

#include <algorithm>
#include <cstdint>

namespace weir {

// `backoff_ms`: the wait before, 0 at first; becomes the one that is due. Returns when to try again.
inline int64_t next_try_ms(int64_t& backoff_ms, int64_t now_ms) {
  constexpr int64_t kFirstMs = 100, kLongestMs = 10000;
  backoff_ms = backoff_ms == 0 ? kFirstMs : std::min(backoff_ms * 2, kLongestMs);
  return now_ms + backoff_ms;
}

}  // namespace weir
