// Integers of fixed width in the log's encodings: little endian, or big endian in keys. Pure functions, any thread.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>

namespace weir::log {

static_assert(std::endian::native == std::endian::little, "the encodings are written on little-endian machines only");

template <typename Int>
inline void put_little(char* out, Int value) {
  std::memcpy(out, &value, sizeof value);
}
template <typename Int>
inline Int get_little(const char* in) {
  Int value;
  std::memcpy(&value, in, sizeof value);
  return value;
}

// Big endian: the order of the bytes is the order of (non-negative) numbers, for keys.
inline void append_big32(std::string& out, uint32_t value) {
  value = __builtin_bswap32(value);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}
inline void append_big64(std::string& out, uint64_t value) {
  value = __builtin_bswap64(value);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}
inline uint32_t get_big32(const char* in) { return __builtin_bswap32(get_little<uint32_t>(in)); }
inline uint64_t get_big64(const char* in) { return __builtin_bswap64(get_little<uint64_t>(in)); }

}  // namespace weir::log
