// Rounding of decimals and doubles to decimal places, as Java's BigDecimal does it. No state; any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/types/value.h"

namespace weir {

enum class Rounding {
  kHalfUp,  // to the nearest; ties towards positive infinity (Java's Math.round)
  kDown,    // towards zero
  kCeiling,
  kFloor
};

// `unscaled` has `scale` digits behind the point; the result too, rounded to `places` digits behind the point
// (negative: before it). nullopt when the result exceeds 38 digits.
std::optional<Int128> round_decimal(Int128 unscaled, int scale, int64_t places, Rounding rounding);

// Rounds the number that the double's shortest text says. nullopt for NaN and infinities, which have no decimal places.
std::optional<double> round_double(double value, int64_t places, Rounding rounding);

// Java's Math.round and (long) casts: out of range becomes the nearest BIGINT, NaN becomes 0.
int64_t round_to_bigint(double value);
int64_t truncate_to_bigint(double value);

}  // namespace weir
