#include "engine/runtime/slot_map.h"

#include "storage/log/log.h"

namespace weir {

namespace {

// 0, n/2, n/4, 3n/4 …: the bits in reverse (van der Corput's sequence).
uint32_t reversed_bits(uint32_t value, uint32_t below) {
  uint32_t out = 0;
  for (uint32_t bit = 1; bit < below; bit <<= 1) {
    out = (out << 1) | (value & 1);
    value >>= 1;
  }
  return out;
}

}  // namespace

uint32_t slot_shift(const std::string& topic) {
  return static_cast<uint32_t>(log::partition_for_key(topic, INT32_MAX));
}

int32_t slot_of(uint32_t shift, int32_t partition, int32_t slots) {
  const auto count = static_cast<uint32_t>(slots);
  const bool power_of_two = (count & (count - 1)) == 0;
  const uint32_t within = static_cast<uint32_t>(partition) % count;
  const uint32_t spread = power_of_two ? reversed_bits(within, count) : within;
  return static_cast<int32_t>((shift % count + spread) % count);
}

}  // namespace weir
