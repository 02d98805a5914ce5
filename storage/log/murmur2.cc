#include "storage/log/murmur2.h"

#include <cstring>

#include "storage/log/log.h"

namespace weir::log {

int32_t murmur2(std::string_view bytes) {
  constexpr uint32_t kMultiplier = 0x5bd1e995;
  constexpr uint32_t kSeed = 0x9747b28c;
  const size_t length = bytes.size();
  const char* p = bytes.data();
  uint32_t hash = kSeed ^ static_cast<uint32_t>(length);
  for (size_t i = 0; i < length / 4; ++i, p += 4) {
    uint32_t word;
    std::memcpy(&word, p, 4);  // little endian, as the Java code assembles it
    word *= kMultiplier;
    word ^= word >> 24;
    word *= kMultiplier;
    hash *= kMultiplier;
    hash ^= word;
  }
  switch (length % 4) {
    case 3:
      hash ^= static_cast<uint32_t>(static_cast<unsigned char>(p[2])) << 16;
      [[fallthrough]];
    case 2:
      hash ^= static_cast<uint32_t>(static_cast<unsigned char>(p[1])) << 8;
      [[fallthrough]];
    case 1:
      hash ^= static_cast<unsigned char>(p[0]);
      hash *= kMultiplier;
  }
  hash ^= hash >> 13;
  hash *= kMultiplier;
  hash ^= hash >> 15;
  return static_cast<int32_t>(hash);
}

int32_t partition_for_key(std::string_view key, int32_t partitions) { return (murmur2(key) & 0x7fffffff) % partitions; }

}  // namespace weir::log
