// Text forms of values as ksqlDB (hence Java) writes and reads them. Any thread; no state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

// Java's Double.toString: "1.0", "1.0E10" from 1e7 up, "1.0E-4" below 1e-3, "NaN", "Infinity". The digits are the
// fewest that read back as the value (what JDK 19 and later print; older JDKs print one digit more for some values).
std::string java_double(double value);
void append_java_double(std::string& out, double value);
// Java's Double.parseDouble: white space around is ignored, "1e3", ".5", "5.", "NaN", "Infinity", a trailing f or d.
std::optional<double> parse_double(std::string_view text);
std::optional<int32_t> parse_int(std::string_view text);  // whole text, optional sign
std::optional<int64_t> parse_bigint(std::string_view text);
// Any beginning of "true" or "yes" is true, of "false" or "no" false, whatever the case; nullopt for other text.
std::optional<bool> parse_boolean(std::string_view text);
// Without the control characters and spaces (all up to U+0020) at both ends, as Java's String.trim.
std::string_view trim(std::string_view text);

std::string date_to_text(int32_t days);         // 2020-01-31
std::string time_to_text(int32_t millis);       // 10:15, 10:15:30, 10:15:30.500 as java.time.LocalTime prints
std::string timestamp_to_text(int64_t millis);  // 2020-01-31T10:15:30.000
std::optional<int32_t> parse_date(std::string_view text);  // 2020-01-31, 2020-01, 2020
std::optional<int32_t> parse_time(std::string_view text);  // 10:15, 10:15:30, 10:15:30.5 (up to 9 digits, cut to ms)
// A date as above, then optionally T, a time as above or an hour alone, and a zone: Z, +01, +0100, +01:00. UTC by
// default.
std::optional<int64_t> parse_timestamp(std::string_view text);

// The proleptic Gregorian calendar.
int64_t days_from_civil(int64_t year, int month, int day);  // days since 1970-01-01
struct CivilDate {
  int64_t year;
  int month;
  int day;
};
CivilDate civil_from_days(int64_t days);

std::string base64_encode(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);  // standard alphabet; the padding may be left out
std::string hex_encode(std::string_view bytes);
bool is_valid_utf8(std::string_view text);
std::string json_quote(std::string_view text);  // with the quotes
void append_json_quoted(std::string& out, std::string_view text);

}  // namespace weir
