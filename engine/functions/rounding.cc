#include "engine/functions/rounding.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

#include "engine/types/decimal.h"

namespace weir {
namespace {

// Whether a positive magnitude with a remainder of `twice_rest` halves (compared to `unit`) is increased.
bool rounds_away(bool negative, Int128 rest, Int128 unit, Rounding rounding) {
  if (rest == 0) return false;
  switch (rounding) {
    case Rounding::kDown:
      return false;
    case Rounding::kCeiling:
      return !negative;
    case Rounding::kFloor:
      return negative;
    case Rounding::kHalfUp: {
      const Int128 other = unit - rest;
      return negative ? rest > other : rest >= other;
    }
  }
  return false;
}

}  // namespace

std::optional<Int128> round_decimal(Int128 unscaled, int scale, int64_t places, Rounding rounding) {
  if (places >= scale) return unscaled;
  const int64_t dropped = scale - places;
  const bool negative = unscaled < 0;
  const Int128 magnitude = negative ? -unscaled : unscaled;
  if (dropped > kMaxDecimalPrecision) {
    // The unit is greater than twice any value.
    const bool away =
        magnitude != 0 && ((rounding == Rounding::kCeiling && !negative) || (rounding == Rounding::kFloor && negative));
    if (away) return std::nullopt;
    return Int128{0};
  }
  const Int128 unit = power_of_ten(static_cast<int>(dropped));
  const Int128 rest = magnitude % unit;
  Int128 kept = magnitude - rest;
  if (rounds_away(negative, rest, unit, rounding)) {
    if (!decimal_fits(kept / unit + 1, kMaxDecimalPrecision - static_cast<int>(dropped))) return std::nullopt;
    kept += unit;
  }
  return negative ? -kept : kept;
}

std::optional<double> round_double(double value, int64_t places, Rounding rounding) {
  if (!std::isfinite(value)) return std::nullopt;
  // d.ddd…e±xx: the digits and the exponent of the shortest text.
  char text[32] = {};  // ended by zeros: the exponent is read by atoi
  const auto written = std::to_chars(text, text + sizeof text, std::fabs(value), std::chars_format::scientific);
  std::string digits;
  int exponent = 0;
  for (const char* at = text; at < written.ptr; ++at) {
    if (*at >= '0' && *at <= '9') digits += *at;
    if (*at == 'e') {
      exponent = std::atoi(at + 1);
      break;
    }
  }
  // The value is 0.digits × 10^point; `kept` of the digits stay.
  const int64_t point = exponent + 1;
  const int64_t kept = point + places;
  if (kept >= static_cast<int64_t>(digits.size())) return value == 0 ? 0.0 : value;
  const bool negative = std::signbit(value);
  bool away = false;
  if (kept >= 0) {
    const std::string rest = digits.substr(static_cast<size_t>(kept));
    const bool zero = rest.find_first_not_of('0') == std::string::npos;
    const bool tie = rest[0] == '5' && rest.find_first_not_of('0', 1) == std::string::npos;
    switch (rounding) {
      case Rounding::kDown:
        break;
      case Rounding::kCeiling:
        away = !negative && !zero;
        break;
      case Rounding::kFloor:
        away = negative && !zero;
        break;
      case Rounding::kHalfUp:
        away = tie ? !negative : rest[0] >= '5';
        break;
    }
    digits.resize(static_cast<size_t>(kept));
  } else {
    away = value != 0 && ((rounding == Rounding::kCeiling && !negative) || (rounding == Rounding::kFloor && negative));
    digits.clear();
  }
  int64_t new_point = kept >= 0 ? point : -places;
  if (away) {
    size_t at = digits.size();
    while (at > 0 && digits[at - 1] == '9') digits[--at] = '0';
    if (at > 0) {
      ++digits[at - 1];
    } else {
      digits.insert(digits.begin(), '1');
      ++new_point;
    }
  }
  if (digits.find_first_not_of('0') == std::string::npos) return 0.0;
  const std::string rounded = "0." + digits + "e" + std::to_string(new_point);
  double out = 0;
  std::from_chars(rounded.data(), rounded.data() + rounded.size(), out);
  return negative ? -out : out;
}

int64_t truncate_to_bigint(double value) {
  if (std::isnan(value)) return 0;
  if (value >= 0x1.0p63) return std::numeric_limits<int64_t>::max();
  if (value < -0x1.0p63) return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(value);
}

int64_t round_to_bigint(double value) {
  const double floor = std::floor(value);
  return truncate_to_bigint(value - floor >= 0.5 ? floor + 1 : floor);
}

}  // namespace weir
