// Numbers of JSON texts as SQL values, by ksqlDB's rules, with one exception: an integer that is too large for its
// column is an error here, where Java's intValue() would silently keep its low bits. Any thread; no state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/formats/json_reader.h"
#include "engine/types/value.h"

namespace weir {

// The integer part, the fraction cut off (1.9 → 1, 1.5e3 → 1500). nullopt: outside int64.
std::optional<int64_t> json_to_int64(const JsonNumber& number);
// The nearest double; infinite when too large, as Java's BigDecimal.doubleValue().
double json_to_double(const JsonNumber& number);
// Exact, with `scale` digits after the point. nullopt: has more digits than DECIMAL(precision, scale) holds, before the
// point or after.
std::optional<Int128> json_to_decimal(const JsonNumber& number, int precision, int scale);
// The same for text, as Java's BigDecimal(String) reads it.
std::optional<Int128> text_to_exact_decimal(std::string_view text, int precision, int scale);
// What Java's BigDecimal or Long prints for the number: 1.50 → 1.50, 1e3 → 1E+3, -0 → 0.
void append_java_number(const JsonNumber& number, std::string& out);

}  // namespace weir
