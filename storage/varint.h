// Variable-length integers (LEB128, as in Protocol Buffers) and zigzag for signed ones, for all binary encodings.
// Writers need kMaxVarintBytes of room; readers never look past `end`. Header only, so that every layer may use it.
// Pure functions, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace weir {

inline constexpr size_t kMaxVarintBytes = 10;

inline uint64_t zigzag(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}
inline int64_t unzigzag(uint64_t value) { return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1); }

// Returns the position after the last byte written.
inline char* put_varint(char* out, uint64_t value) {
  while (value >= 0x80) {
    *out++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *out++ = static_cast<char>(value);
  return out;
}

// Returns the position after the varint, or nullptr when the bytes end early or it is longer than 64 bits.
inline const char* get_varint(const char* in, const char* end, uint64_t& value) {
  if (in != end && static_cast<signed char>(*in) >= 0) {
    value = static_cast<unsigned char>(*in);
    return in + 1;
  }
  uint64_t result = 0;
  for (int shift = 0; shift < 70 && in != end; shift += 7) {
    const auto byte = static_cast<unsigned char>(*in++);
    if (shift == 63 && byte > 1) return nullptr;
    result |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      value = result;
      return in;
    }
  }
  return nullptr;
}

inline void append_varint(std::string& out, uint64_t value) {
  char bytes[kMaxVarintBytes];
  out.append(bytes, static_cast<size_t>(put_varint(bytes, value) - bytes));
}

}  // namespace weir
