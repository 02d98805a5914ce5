// Numbers of fixed size in the state of an aggregate, in the machine's byte order (docs/formats.md: little-endian).
#pragma once

#include <bit>
#include <cstring>
#include <string>
#include <string_view>

namespace weir {

static_assert(std::endian::native == std::endian::little, "states are little-endian on disk");

template <class T>
void append_fixed(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

// The T at byte `at`; the state must be long enough.
template <class T>
T read_fixed(std::string_view state, size_t at = 0) {
  T value;
  std::memcpy(&value, state.data() + at, sizeof(T));
  return value;
}

}  // namespace weir
