// Exact decimals as 128-bit unscaled integers. ksqlDB's rules for the result types of arithmetic. Any thread; no state.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/types/value.h"

namespace weir {

struct DecimalShape {
  int precision;
  int scale;
};

// 10^n for 0 <= n <= 38.
Int128 power_of_ten(int n);
// Fits `precision` digits?
bool decimal_fits(Int128 unscaled, int precision);
// Rounds half up (away from zero) to the new scale; nullopt when the result exceeds 38 digits.
std::optional<Int128> rescale(Int128 unscaled, int from_scale, int to_scale);
// "-12.50"; nullopt for text that is no number or has more than 38 digits. `scale` receives the digits after the point.
std::optional<Int128> parse_decimal(std::string_view text, int* scale);
// Text → DECIMAL(precision, scale) as CAST does it: any number of digits and an exponent ("1.5E3"), rounded half up to
// the scale. nullopt: no number, or too large for the precision.
std::optional<Int128> text_to_decimal(std::string_view text, int precision, int scale);
std::string decimal_to_string(Int128 unscaled, int scale);
void append_decimal(std::string& out, Int128 unscaled, int scale);
double decimal_to_double(Int128 unscaled, int scale);
// Java's new BigDecimal(value, MathContext(precision)) and then setScale half up. nullopt: NaN, infinite or too large.
std::optional<Int128> double_to_decimal(double value, int precision, int scale);
// DECIMAL → DECIMAL(precision, scale), rounded half up; nullopt when it doesn't fit the precision.
std::optional<Int128> decimal_to_decimal(Int128 unscaled, int from_scale, int precision, int scale);
// The integer part, wrapped to 64 bits as Java's BigDecimal.longValue (narrow it further for intValue).
int64_t decimal_to_bigint(Int128 unscaled, int scale);
std::string int128_to_string(Int128 value);

// Arithmetic on a value of scale `a_scale` and one of scale `b_scale`. The exact result is rounded half up to the
// result's scale. nullopt: it doesn't fit the result's precision, or b is zero in divide and modulus.
std::optional<Int128> decimal_add(Int128 a, int a_scale, Int128 b, int b_scale, DecimalShape result);
std::optional<Int128> decimal_subtract(Int128 a, int a_scale, Int128 b, int b_scale, DecimalShape result);
std::optional<Int128> decimal_multiply(Int128 a, int a_scale, Int128 b, int b_scale, DecimalShape result);
std::optional<Int128> decimal_divide(Int128 a, int a_scale, Int128 b, int b_scale, DecimalShape result);
// The sign is a's, as in Java.
std::optional<Int128> decimal_modulus(Int128 a, int a_scale, Int128 b, int b_scale, DecimalShape result);
// Negative, zero or positive as a is less than, equal to or greater than b.
int decimal_compare(Int128 a, int a_scale, Int128 b, int b_scale);

// Result shapes of + - * / %, as ksqlDB computes them. Where that exceeds 38 digits the precision is 38, and the scale
// gives way to the integer digits, but not below 20.
DecimalShape add_shape(DecimalShape a, DecimalShape b);
DecimalShape multiply_shape(DecimalShape a, DecimalShape b);
DecimalShape divide_shape(DecimalShape a, DecimalShape b);
DecimalShape modulus_shape(DecimalShape a, DecimalShape b);
// INT → DECIMAL(10, 0), BIGINT → DECIMAL(19, 0), DECIMAL itself.
DecimalShape decimal_shape_of(const Type& type);

// Big-endian two's complement, the shortest form: Connect's Decimal and Avro's.
std::string decimal_to_bytes(Int128 unscaled);
std::optional<Int128> decimal_from_bytes(std::string_view bytes);

}  // namespace weir
