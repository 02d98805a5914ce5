#include "engine/types/decimal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "engine/types/wide_int.h"

namespace weir {

namespace {

constexpr std::array<Int128, 39> powers_of_ten() {
  std::array<Int128, 39> powers{};
  Int128 power = 1;
  for (int i = 0; i < 39; ++i) {
    powers[static_cast<size_t>(i)] = power;
    if (i < 38) power *= 10;
  }
  return powers;
}
constexpr std::array<Int128, 39> kPowersOfTen = powers_of_ten();

constexpr double kExactDoublePowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                         1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

wide::Uint128 magnitude(Int128 value) {
  return value < 0 ? -static_cast<wide::Uint128>(value) : static_cast<wide::Uint128>(value);
}

Int128 with_sign(wide::Uint128 value, bool negative) {
  return negative ? static_cast<Int128>(-value) : static_cast<Int128>(value);
}

// The digits of a number and where its point is: value = digits × 10^-scale. Leading zeros dropped.
struct DecimalDigits {
  bool negative = false;
  std::string digits;
  int64_t scale = 0;
};

std::optional<DecimalDigits> scan_digits(std::string_view text) {
  DecimalDigits out;
  size_t i = 0;
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) out.negative = text[i++] == '-';
  bool any = false;
  bool point = false;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.' && !point) {
      point = true;
    } else if (c >= '0' && c <= '9') {
      any = true;
      if (!out.digits.empty() || c != '0') out.digits += c;
      if (point) ++out.scale;
    } else {
      break;
    }
  }
  if (!any) return std::nullopt;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && text[i] == '+' && i + 1 < text.size() && text[i + 1] != '-') ++i;
    int32_t exponent = 0;
    const auto [end, error] = std::from_chars(text.data() + i, text.data() + text.size(), exponent);
    if (error != std::errc()) return std::nullopt;
    i = static_cast<size_t>(end - text.data());
    out.scale -= exponent;
  }
  if (i != text.size()) return std::nullopt;
  return out;
}

// Rounds half up to `scale` digits after the point; nullopt when that exceeds 38 digits.
std::optional<Int128> round_digits(const DecimalDigits& number, int64_t scale) {
  // How many of the digits stay; the rest is rounded away.
  const int64_t keep = static_cast<int64_t>(number.digits.size()) - (number.scale - scale);
  if (number.digits.empty() || keep < 0) return Int128{0};
  if (keep > kMaxDecimalPrecision) return std::nullopt;
  Int128 value = 0;
  for (int64_t i = 0; i < keep; ++i) {
    const auto at = static_cast<size_t>(i);
    value = value * 10 + (at < number.digits.size() ? number.digits[at] - '0' : 0);
  }
  if (static_cast<size_t>(keep) < number.digits.size() && number.digits[static_cast<size_t>(keep)] >= '5') ++value;
  if (!decimal_fits(value, kMaxDecimalPrecision)) return std::nullopt;
  return number.negative ? -value : value;
}

std::optional<Int128> fit(std::optional<Int128> value, int precision) {
  return value && decimal_fits(*value, precision) ? value : std::nullopt;
}

// The quotient rounded half up (by magnitude), as a signed number that fits `precision` digits.
std::optional<Int128> round_quotient(wide::Uint256 numerator, wide::Uint256 denominator, bool negative, int precision) {
  wide::Division division = wide::divide(numerator, denominator);
  if (wide::add(division.remainder, division.remainder) >= denominator)
    division.quotient = wide::add(division.quotient, {0, 1});
  if (division.quotient.high != 0 ||
      division.quotient.low >= static_cast<wide::Uint128>(kPowersOfTen[static_cast<size_t>(precision)])) {
    return std::nullopt;
  }
  return with_sign(division.quotient.low, negative);
}

// |value| × 10^n, exact: at most 76 digits.
wide::Uint256 scaled_up(Int128 value, int n) {
  return wide::multiply(magnitude(value), static_cast<wide::Uint128>(power_of_ten(n)));
}

std::optional<Int128> add_signed(Int128 a, int a_scale, Int128 b, int b_scale, bool subtract_b, DecimalShape result) {
  const int common = std::max(a_scale, b_scale);
  Int128 left = 0;
  Int128 right = 0;
  Int128 sum = 0;
  if (common == result.scale && !__builtin_mul_overflow(a, power_of_ten(common - a_scale), &left) &&
      !__builtin_mul_overflow(b, power_of_ten(common - b_scale), &right) &&
      !(subtract_b ? __builtin_sub_overflow(left, right, &sum) : __builtin_add_overflow(left, right, &sum))) {
    return fit(sum, result.precision);
  }
  wide::Uint256 x = scaled_up(a, common - a_scale);
  wide::Uint256 y = scaled_up(b, common - b_scale);
  bool x_negative = a < 0;
  const bool y_negative = (b < 0) != subtract_b;
  if (x_negative == y_negative) {
    x = wide::add(x, y);
  } else if (x >= y) {
    x = wide::subtract(x, y);
  } else {
    x = wide::subtract(y, x);
    x_negative = y_negative;
  }
  if (result.scale <= common) {
    return round_quotient(x, {0, static_cast<wide::Uint128>(power_of_ten(common - result.scale))}, x_negative,
                          result.precision);
  }
  if (x.high != 0) return std::nullopt;
  return round_quotient(wide::multiply(x.low, static_cast<wide::Uint128>(power_of_ten(result.scale - common))), {0, 1},
                        x_negative, result.precision);
}

DecimalShape capped(int precision, int scale) {
  if (precision <= kMaxDecimalPrecision) return {std::max(precision, 1), scale};
  const int integer_digits = precision - scale;
  return {kMaxDecimalPrecision, std::min(scale, std::max(kMaxDecimalPrecision - integer_digits, 20))};
}

}  // namespace

Int128 power_of_ten(int n) { return kPowersOfTen[static_cast<size_t>(n)]; }

bool decimal_fits(Int128 unscaled, int precision) {
  return magnitude(unscaled) < static_cast<wide::Uint128>(kPowersOfTen[static_cast<size_t>(precision)]);
}

std::optional<Int128> rescale(Int128 unscaled, int from_scale, int to_scale) {
  if (to_scale >= from_scale) {
    Int128 out = 0;
    if (to_scale - from_scale > kMaxDecimalPrecision) return unscaled == 0 ? std::optional<Int128>(0) : std::nullopt;
    if (__builtin_mul_overflow(unscaled, power_of_ten(to_scale - from_scale), &out)) return std::nullopt;
    return fit(out, kMaxDecimalPrecision);
  }
  if (from_scale - to_scale > kMaxDecimalPrecision) return Int128{0};
  const auto divisor = static_cast<wide::Uint128>(power_of_ten(from_scale - to_scale));
  const wide::Uint128 value = magnitude(unscaled);
  wide::Uint128 quotient = value / divisor;
  if (value % divisor * 2 >= divisor) ++quotient;
  return fit(with_sign(quotient, unscaled < 0), kMaxDecimalPrecision);
}

std::optional<Int128> parse_decimal(std::string_view text, int* scale) {
  const std::optional<DecimalDigits> number = scan_digits(text);
  if (!number || number->scale > kMaxDecimalPrecision) return std::nullopt;
  *scale = static_cast<int>(std::max<int64_t>(number->scale, 0));
  return round_digits(*number, *scale);
}

std::optional<Int128> text_to_decimal(std::string_view text, int precision, int scale) {
  const std::optional<DecimalDigits> number = scan_digits(text);
  if (!number) return std::nullopt;
  return fit(round_digits(*number, scale), precision);
}

std::string int128_to_string(Int128 value) {
  std::string out;
  append_decimal(out, value, 0);
  return out;
}

void append_decimal(std::string& out, Int128 unscaled, int scale) {
  char digits[48];
  char* const end = digits + sizeof digits;
  char* p = end;
  wide::Uint128 rest = magnitude(unscaled);
  // 64-bit division is many times faster than 128-bit division.
  while (rest > UINT64_MAX) {
    *--p = static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  }
  for (auto low = static_cast<uint64_t>(rest); low > 0; low /= 10) *--p = static_cast<char>('0' + low % 10);
  while (end - p <= scale) *--p = '0';
  if (unscaled < 0) out += '-';
  out.append(p, static_cast<size_t>(end - p - scale));
  if (scale > 0) {
    out += '.';
    out.append(end - scale, static_cast<size_t>(scale));
  }
}

std::string decimal_to_string(Int128 unscaled, int scale) {
  std::string out;
  append_decimal(out, unscaled, scale);
  return out;
}

double decimal_to_double(Int128 unscaled, int scale) {
  // Both operands exact: one correctly rounded division.
  if (magnitude(unscaled) <= (wide::Uint128{1} << 53) && scale <= 22) {
    return static_cast<double>(static_cast<int64_t>(unscaled)) / kExactDoublePowers[scale];
  }
  const std::string text = decimal_to_string(unscaled, scale);
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::optional<Int128> double_to_decimal(double value, int precision, int scale) {
  if (!std::isfinite(value)) return std::nullopt;
  // No DECIMAL holds 1e39; below it, this prints all digits that can matter: a double has at most 53 significant bits,
  // so its expansion isn't within 10^-100 of a tie without being one.
  if (std::fabs(value) >= 1e39) return std::nullopt;
  char text[160];
  const int length = std::snprintf(text, sizeof text, "%.110e", value);
  std::optional<DecimalDigits> number = scan_digits({text, static_cast<size_t>(length)});
  if (!number) return std::nullopt;
  // First to `precision` significant digits, then to the scale.
  const int64_t excess = static_cast<int64_t>(number->digits.size()) - precision;
  if (excess > 0) {
    const std::optional<Int128> rounded = round_digits(*number, number->scale - excess);
    if (!rounded) return std::nullopt;
    number->digits = int128_to_string(*rounded < 0 ? -*rounded : *rounded);
    number->scale -= excess;
  }
  return fit(round_digits(*number, scale), precision);
}

std::optional<Int128> decimal_to_decimal(Int128 unscaled, int from_scale, int precision, int scale) {
  return fit(rescale(unscaled, from_scale, scale), precision);
}

int64_t decimal_to_bigint(Int128 unscaled, int scale) {
  return static_cast<int64_t>(static_cast<uint64_t>(static_cast<wide::Uint128>(unscaled / power_of_ten(scale))));
}

std::optional<Int128> decimal_add(Int128 a, int a_scale, Int128 b, int b_scale, DecimalShape result) {
  return add_signed(a, a_scale, b, b_scale, false, result);
}

std::optional<Int128> decimal_subtract(Int128 a, int a_scale, Int128 b, int b_scale, DecimalShape result) {
  return add_signed(a, a_scale, b, b_scale, true, result);
}

std::optional<Int128> decimal_multiply(Int128 a, int a_scale, Int128 b, int b_scale, DecimalShape result) {
  const int scale = a_scale + b_scale;
  Int128 product = 0;
  if (scale == result.scale && !__builtin_mul_overflow(a, b, &product)) return fit(product, result.precision);
  const wide::Uint256 exact = wide::multiply(magnitude(a), magnitude(b));
  const bool negative = (a < 0) != (b < 0);
  const int drop = scale - result.scale;
  if (drop >= 0) {
    // Both scales are at most 38, so at most 76 digits go; 10^76 fits 256 bits.
    const wide::Uint256 divisor = drop <= 38 ? wide::Uint256{0, static_cast<wide::Uint128>(power_of_ten(drop))}
                                             : wide::multiply(static_cast<wide::Uint128>(power_of_ten(38)),
                                                              static_cast<wide::Uint128>(power_of_ten(drop - 38)));
    return round_quotient(exact, divisor, negative, result.precision);
  }
  if (exact.high != 0) return std::nullopt;
  return round_quotient(wide::multiply(exact.low, static_cast<wide::Uint128>(power_of_ten(-drop))), {0, 1}, negative,
                        result.precision);
}

std::optional<Int128> decimal_divide(Int128 a, int a_scale, Int128 b, int b_scale, DecimalShape result) {
  if (b == 0) return std::nullopt;
  const bool negative = (a < 0) != (b < 0);
  // a / 10^as ÷ (b / 10^bs) × 10^rs = a × 10^(rs - as + bs) / b
  const int shift = result.scale - a_scale + b_scale;
  if (shift < 0) {
    return round_quotient({0, magnitude(a)},
                          wide::multiply(magnitude(b), static_cast<wide::Uint128>(power_of_ten(-shift))), negative,
                          result.precision);
  }
  if (shift <= 38) return round_quotient(scaled_up(a, shift), {0, magnitude(b)}, negative, result.precision);
  // More than 38 digits to add: a × 10^shift may exceed 256 bits. Then the quotient has more than 38 digits anyway,
  // unless a is small; so divide in two steps, carrying the remainder.
  const wide::Division first = wide::divide(scaled_up(a, 38), {0, magnitude(b)});
  const wide::Uint128 rest = static_cast<wide::Uint128>(power_of_ten(shift - 38));
  if (first.quotient.high != 0) return std::nullopt;
  const wide::Uint256 whole = wide::multiply(first.quotient.low, rest);
  if (whole.high != 0) return std::nullopt;
  const wide::Division second = wide::divide(wide::multiply(first.remainder.low, rest), {0, magnitude(b)});
  wide::Uint256 quotient = wide::add(whole, second.quotient);
  if (wide::add(second.remainder, second.remainder) >= wide::Uint256{0, magnitude(b)})
    quotient = wide::add(quotient, {0, 1});
  return round_quotient(quotient, {0, 1}, negative, result.precision);
}

std::optional<Int128> decimal_modulus(Int128 a, int a_scale, Int128 b, int b_scale, DecimalShape result) {
  if (b == 0) return std::nullopt;
  const int common = std::max(a_scale, b_scale);
  const wide::Division division = wide::divide(scaled_up(a, common - a_scale), scaled_up(b, common - b_scale));
  if (common >= result.scale) {
    return round_quotient(division.remainder, {0, static_cast<wide::Uint128>(power_of_ten(common - result.scale))},
                          a < 0, result.precision);
  }
  if (division.remainder.high != 0) return std::nullopt;
  return round_quotient(
      wide::multiply(division.remainder.low, static_cast<wide::Uint128>(power_of_ten(result.scale - common))), {0, 1},
      a < 0, result.precision);
}

int decimal_compare(Int128 a, int a_scale, Int128 b, int b_scale) {
  if (a_scale == b_scale) return a < b ? -1 : a > b ? 1 : 0;
  if ((a < 0) != (b < 0)) return a < 0 ? -1 : 1;
  const int common = std::max(a_scale, b_scale);
  const wide::Uint256 x = scaled_up(a, common - a_scale);
  const wide::Uint256 y = scaled_up(b, common - b_scale);
  if (x == y) return 0;
  return (x < y) != (a < 0) ? -1 : 1;
}

DecimalShape add_shape(DecimalShape a, DecimalShape b) {
  const int scale = std::max(a.scale, b.scale);
  return capped(scale + std::max(a.precision - a.scale, b.precision - b.scale) + 1, scale);
}

DecimalShape multiply_shape(DecimalShape a, DecimalShape b) {
  return capped(a.precision + b.precision + 1, a.scale + b.scale);
}

DecimalShape divide_shape(DecimalShape a, DecimalShape b) {
  const int scale = std::max(6, a.scale + b.precision + 1);
  return capped(a.precision - a.scale + b.scale + scale, scale);
}

DecimalShape modulus_shape(DecimalShape a, DecimalShape b) {
  const int scale = std::max(a.scale, b.scale);
  return capped(std::min(a.precision - a.scale, b.precision - b.scale) + scale, scale);
}

DecimalShape decimal_shape_of(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kInt:
      return {10, 0};
    case TypeKind::kBigint:
      return {19, 0};
    default:
      return {type.precision(), type.scale()};
  }
}

std::string decimal_to_bytes(Int128 unscaled) {
  std::string out;
  // Most significant byte first, leaving out leading bytes that only repeat the sign.
  for (int shift = 120; shift >= 0; shift -= 8) {
    const Int128 rest = unscaled >> shift;
    if (out.empty() && shift > 0) {
      const Int128 next = unscaled >> (shift - 1);
      if (next == 0 || next == -1) continue;
    }
    out += static_cast<char>(static_cast<unsigned char>(rest & 0xff));
  }
  return out;
}

std::optional<Int128> decimal_from_bytes(std::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  const bool negative = (static_cast<unsigned char>(bytes[0]) & 0x80) != 0;
  const auto filler = static_cast<char>(negative ? 0xff : 0);
  while (bytes.size() > 16) {
    if (bytes[0] != filler) return std::nullopt;
    bytes.remove_prefix(1);
  }
  wide::Uint128 value = negative ? ~wide::Uint128{0} : 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  const auto result = static_cast<Int128>(value);
  return (result < 0) == negative ? std::optional<Int128>(result) : std::nullopt;
}

}  // namespace weir
