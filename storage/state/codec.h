// Byte encodings that the stores share: times that sort as bytes, varints, keys inside composite keys.
// Pure functions, any thread. Specified in docs/formats.md.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace weir::state {

// The hash of a key in memory and in the runs on disk; changing it changes the disk format.
uint64_t hash_key(std::string_view key);

inline void store_big_endian(char* out, uint64_t value) {
  const uint64_t swapped = __builtin_bswap64(value);
  std::memcpy(out, &swapped, sizeof swapped);
}
inline uint64_t load_big_endian(const char* in) {
  uint64_t value;
  std::memcpy(&value, in, sizeof value);
  return __builtin_bswap64(value);
}

// Eight bytes whose bytewise order is the order of the times, negative ones included.
inline void store_time(char* out, int64_t time) { store_big_endian(out, static_cast<uint64_t>(time) ^ (1ull << 63)); }
inline int64_t load_time(const char* in) { return static_cast<int64_t>(load_big_endian(in) ^ (1ull << 63)); }
void append_time(std::string& out, int64_t time);

// Little-endian fixed width, for what is never compared as bytes.
template <class T>
void append_fixed(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}
// False, and `in` unchanged, when too little is left.
template <class T>
bool read_fixed(std::string_view& in, T& value) {
  if (in.size() < sizeof value) return false;
  std::memcpy(&value, in.data(), sizeof value);
  in.remove_prefix(sizeof value);
  return true;
}

// False, and `in` unchanged, for a varint that is cut off or too long.
bool read_varint(std::string_view& in, uint64_t& value);

// Key bytes that something else follows, keeping the keys' order: 00 becomes 00 FF, and 00 00 ends the key.
void append_escaped(std::string& out, std::string_view key);
// Reads one escaped key with its end; false when it isn't one.
bool read_escaped(std::string_view& in, std::string& key);

// Times without overflow at the ends of int64.
inline int64_t saturating_subtract(int64_t a, int64_t b) {
  int64_t result;
  if (!__builtin_sub_overflow(a, b, &result)) return result;
  return b > 0 ? INT64_MIN : INT64_MAX;
}
inline int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace weir::state
