// Text forms of values as ksqlDB (hence Java) writes and reads them. Any thread; no state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

// Java's Double.toString: "1.0", "1.0E10" from 1e7 up, "1.0E-4" below 1e-3, "NaN", "Infinity".
std::string java_double(double value);
std::optional<double> parse_double(std::string_view text);     // whole text, Java's Double.parseDouble syntax
std::optional<int32_t> parse_int(std::string_view text);       // whole text, optional sign
std::optional<int64_t> parse_bigint(std::string_view text);

std::string date_to_text(int32_t days);                  // 2020-01-31
std::string time_to_text(int32_t millis);                // 10:15, 10:15:30, 10:15:30.500 as java.time.LocalTime prints
std::string timestamp_to_text(int64_t millis);           // 2020-01-31T10:15:30.000
std::optional<int32_t> parse_date(std::string_view text);
std::optional<int32_t> parse_time(std::string_view text);
std::optional<int64_t> parse_timestamp(std::string_view text);  // ISO with optional parts and zone, UTC by default

std::string base64_encode(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);
std::string hex_encode(std::string_view bytes);
bool is_valid_utf8(std::string_view text);
std::string json_quote(std::string_view text);   // with the quotes
void append_json_quoted(std::string& out, std::string_view text);

}  // namespace weir
