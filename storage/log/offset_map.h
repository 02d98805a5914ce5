// Of each key its latest offset, for compaction. Keys are kept as 128-bit hashes in a flat table of bounded size, so
// that memory doesn't depend on the length of keys. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace weir::log {

class OffsetMap {
 public:
  explicit OffsetMap(size_t max_bytes);

  // False when there is no room for a new key; nothing changed then.
  bool put(std::string_view key, int64_t offset);
  // -1 for a key that was never put.
  int64_t latest(std::string_view key) const;

 private:
  struct Slot {
    uint64_t low = 0;
    uint64_t high = 0;
    int64_t offset = -1;
  };
  // The key's slot, or the free one where it belongs.
  size_t find(uint64_t low, uint64_t high) const;
  bool grow();

  const size_t max_slots_;
  std::vector<Slot> slots_;  // a power of two
  size_t used_ = 0;
};

}  // namespace weir::log
