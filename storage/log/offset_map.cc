#include "storage/log/offset_map.h"

#include <xxhash.h>

#include <algorithm>
#include <bit>

namespace weir::log {

namespace {

constexpr size_t kFirstSlots = 1024;

}  // namespace

OffsetMap::OffsetMap(size_t max_bytes)
    : max_slots_(std::max(kFirstSlots, std::bit_floor(max_bytes / sizeof(Slot)))), slots_(kFirstSlots) {}

size_t OffsetMap::find(uint64_t low, uint64_t high) const {
  const size_t mask = slots_.size() - 1;
  size_t at = low & mask;
  while (slots_[at].offset >= 0 && (slots_[at].low != low || slots_[at].high != high)) at = (at + 1) & mask;
  return at;
}

bool OffsetMap::put(std::string_view key, int64_t offset) {
  const XXH128_hash_t hash = XXH3_128bits(key.data(), key.size());
  size_t at = find(hash.low64, hash.high64);
  if (slots_[at].offset < 0) {
    if (used_ * 4 >= slots_.size() * 3) {
      if (!grow()) return false;
      at = find(hash.low64, hash.high64);
    }
    ++used_;
  }
  slots_[at] = {hash.low64, hash.high64, offset};
  return true;
}

int64_t OffsetMap::latest(std::string_view key) const {
  const XXH128_hash_t hash = XXH3_128bits(key.data(), key.size());
  return slots_[find(hash.low64, hash.high64)].offset;
}

bool OffsetMap::grow() {
  if (slots_.size() >= max_slots_) return false;
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.offset >= 0) slots_[find(slot.low, slot.high)] = slot;
  }
  return true;
}

}  // namespace weir::log
