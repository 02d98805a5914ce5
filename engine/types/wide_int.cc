#include "engine/types/wide_int.h"

#include <bit>

namespace weir::wide {

namespace {

int bit_length(Uint256 value) {
  const uint64_t limbs[4] = {static_cast<uint64_t>(value.high >> 64), static_cast<uint64_t>(value.high),
                             static_cast<uint64_t>(value.low >> 64), static_cast<uint64_t>(value.low)};
  for (int i = 0; i < 4; ++i) {
    if (limbs[i] != 0) return 64 * (4 - i) - std::countl_zero(limbs[i]);
  }
  return 0;
}

Uint256 shift_left(Uint256 value, int bits) {
  if (bits == 0) return value;
  if (bits >= 128) return {value.low << (bits - 128), 0};
  return {value.high << bits | value.low >> (128 - bits), value.low << bits};
}

Uint256 shift_right_one(Uint256 value) { return {value.high >> 1, value.low >> 1 | value.high << 127}; }

}  // namespace

Uint256 multiply(Uint128 a, Uint128 b) {
  const Uint128 mask = ~uint64_t{0};
  const Uint128 a0 = a & mask, a1 = a >> 64, b0 = b & mask, b1 = b >> 64;
  const Uint128 p00 = a0 * b0, p01 = a0 * b1, p10 = a1 * b0, p11 = a1 * b1;
  const Uint128 middle = (p00 >> 64) + (p01 & mask) + (p10 & mask);
  return {p11 + (p01 >> 64) + (p10 >> 64) + (middle >> 64), (p00 & mask) | middle << 64};
}

// Bit by bit; only as many steps as the quotient has bits, and only for operands that exceed 128 bits.
Division divide(Uint256 a, Uint256 b) {
  if (a.high == 0 && b.high == 0) return {{0, a.low / b.low}, {0, a.low % b.low}};
  Division result;
  const int steps = bit_length(a) - bit_length(b);
  Uint256 rest = a;
  if (steps >= 0) {
    Uint256 divisor = shift_left(b, steps);
    for (int i = steps; i >= 0; --i) {
      if (rest >= divisor) {
        rest = subtract(rest, divisor);
        if (i >= 128) {
          result.quotient.high |= Uint128{1} << (i - 128);
        } else {
          result.quotient.low |= Uint128{1} << i;
        }
      }
      divisor = shift_right_one(divisor);
    }
  }
  result.remainder = rest;
  return result;
}

}  // namespace weir::wide
