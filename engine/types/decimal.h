// Exact decimals as 128-bit unscaled integers. ksqlDB's rules for the result types of arithmetic. Any thread; no state.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/types/value.h"

namespace weir {

struct DecimalShape { int precision; int scale; };

// 10^n for 0 <= n <= 38.
Int128 power_of_ten(int n);
// Fits `precision` digits?
bool decimal_fits(Int128 unscaled, int precision);
// Rounds half up (away from zero) to the new scale; nullopt when the result exceeds 38 digits.
std::optional<Int128> rescale(Int128 unscaled, int from_scale, int to_scale);
// "-12.50"; nullopt for text that is no number or has more than 38 digits. `scale` receives the digits after the point.
std::optional<Int128> parse_decimal(std::string_view text, int* scale);
std::string decimal_to_string(Int128 unscaled, int scale);
double decimal_to_double(Int128 unscaled, int scale);
std::optional<Int128> double_to_decimal(double value, int precision, int scale);
std::string int128_to_string(Int128 value);

// Result shapes of + - * / %, as ksqlDB computes them, the precision capped at 38.
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
