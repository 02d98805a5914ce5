// A 256-bit unsigned integer: the intermediate results of decimal arithmetic. Any thread; values.
#pragma once

#include <cstdint>

namespace weir::wide {

using Uint128 = unsigned __int128;

struct Uint256 {
  Uint128 high = 0;
  Uint128 low = 0;

  bool operator==(const Uint256&) const = default;
  bool operator<(const Uint256& other) const { return high != other.high ? high < other.high : low < other.low; }
  bool operator>=(const Uint256& other) const { return !(*this < other); }
};

inline Uint256 add(Uint256 a, Uint256 b) {
  const Uint128 low = a.low + b.low;
  return {a.high + b.high + (low < a.low ? 1 : 0), low};
}

// a - b, for a >= b.
inline Uint256 subtract(Uint256 a, Uint256 b) { return {a.high - b.high - (a.low < b.low ? 1 : 0), a.low - b.low}; }

// The full product of two 128-bit numbers.
Uint256 multiply(Uint128 a, Uint128 b);

struct Division {
  Uint256 quotient;
  Uint256 remainder;
};
// For b > 0.
Division divide(Uint256 a, Uint256 b);

}  // namespace weir::wide
