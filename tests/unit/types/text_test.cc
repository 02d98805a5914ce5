#include "engine/types/text.h"

#include <doctest/doctest.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

namespace weir {

TEST_CASE("doubles print as Java's Double.toString") {
  struct Case {
    double value;
    const char* text;
  };
  const Case cases[] = {{0.0, "0.0"},
                        {-0.0, "-0.0"},
                        {1.0, "1.0"},
                        {-1.5, "-1.5"},
                        {0.1, "0.1"},
                        {0.001, "0.001"},
                        {0.0001, "1.0E-4"},
                        {0.00012, "1.2E-4"},
                        {123456.789, "123456.789"},
                        {1234567.0, "1234567.0"},
                        {9999999.0, "9999999.0"},
                        {10000000.0, "1.0E7"},
                        {12345678.9, "1.23456789E7"},
                        {100.0, "100.0"},
                        {1e21, "1.0E21"},
                        {1.7976931348623157e308, "1.7976931348623157E308"},
                        {4.9e-324, "4.9E-324"},
                        {1e-323, "9.9E-324"},
                        {2.2250738585072014e-308, "2.2250738585072014E-308"},
                        {1.0 / 3, "0.3333333333333333"},
                        {2.0 / 3, "0.6666666666666666"},
                        {1e16, "1.0E16"},
                        {123456789012345680.0, "1.2345678901234568E17"},
                        {std::numeric_limits<double>::infinity(), "Infinity"},
                        {-std::numeric_limits<double>::infinity(), "-Infinity"},
                        {std::nan(""), "NaN"}};
  for (const Case& c : cases) CHECK(java_double(c.value) == c.text);
}

TEST_CASE("doubles with few decimals print their fewest digits") {
  for (int64_t unscaled = 10; unscaled < 100'000'000'000; unscaled += 1 + unscaled / 97) {
    for (double value : {static_cast<double>(unscaled) / 1e4, std::nextafter(static_cast<double>(unscaled) / 1e4, 0)}) {
      if (value < 1e-3) continue;
      char digits[40];
      std::string shortest(digits, std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed).ptr);
      if (shortest.find('.') == std::string::npos) shortest += ".0";
      REQUIRE(java_double(value) == shortest);
    }
  }
}

TEST_CASE("doubles read back from their text") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20000; ++i) {
    const uint64_t bits = random();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (std::isnan(value)) continue;
    CHECK(parse_double(java_double(value)) == value);
  }
}

TEST_CASE("doubles parse as Java's Double.parseDouble") {
  struct Case {
    const char* text;
    double value;
  };
  const Case cases[] = {{"1", 1},
                        {"1.5", 1.5},
                        {"+1.5", 1.5},
                        {"-.5", -0.5},
                        {"5.", 5},
                        {"1e3", 1000},
                        {"1E-3", 0.001},
                        {" 2.5 ", 2.5},
                        {"1.5d", 1.5},
                        {"1.5F", 1.5},
                        {"0x1p3", 8},
                        {"-0x1.8p1", -3},
                        {"1e400", HUGE_VAL},
                        {"-1e400", -HUGE_VAL},
                        {"1e-400", 0},
                        {"Infinity", HUGE_VAL},
                        {"-Infinity", -HUGE_VAL}};
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(parse_double(c.text) == c.value);
  }
  CHECK(std::isnan(parse_double("NaN").value()));
  CHECK(std::isnan(parse_double("-NaN").value()));
  for (const char* bad :
       {"", " ", "abc", "1.5x", "1e", "e5", ".", "1 2", "inf", "nan", "infinity", "0x1", "--1", "1..2", "d"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_double(bad).has_value());
  }
}

TEST_CASE("integers parse whole texts only") {
  CHECK(parse_int("42") == 42);
  CHECK(parse_int("+42") == 42);
  CHECK(parse_int("-2147483648") == INT32_MIN);
  CHECK(parse_int("007") == 7);
  for (const char* bad : {"", "+", "-", "+-1", "2147483648", "1.0", " 1", "1 ", "0x1", "1e3"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_int(bad).has_value());
  }
  CHECK(parse_bigint("9223372036854775807") == INT64_MAX);
  CHECK(parse_bigint("-9223372036854775808") == INT64_MIN);
  CHECK_FALSE(parse_bigint("9223372036854775808").has_value());
}

TEST_CASE("booleans parse from any beginning of their words") {
  for (const char* text : {"t", "TrUe", "tr", "y", "YES", "ye"}) CHECK(parse_boolean(text) == true);
  for (const char* text : {"f", "FALSE", "fal", "n", "No"}) CHECK(parse_boolean(text) == false);
  for (const char* text : {"", "truee", "x", "1", "nope", " true"}) CHECK_FALSE(parse_boolean(text).has_value());
}

TEST_CASE("dates, times and timestamps print as java.time") {
  CHECK(date_to_text(0) == "1970-01-01");
  CHECK(date_to_text(-1) == "1969-12-31");
  CHECK(date_to_text(18321) == "2020-02-29");
  CHECK(date_to_text(2932897) == "+10000-01-01");
  CHECK(date_to_text(-719529) == "-0001-12-31");
  CHECK(time_to_text(0) == "00:00");
  CHECK(time_to_text(5000) == "00:00:05");
  CHECK(time_to_text(36'900'000) == "10:15");
  CHECK(time_to_text(36'930'500) == "10:15:30.500");
  CHECK(time_to_text(86'399'999) == "23:59:59.999");
  CHECK(timestamp_to_text(0) == "1970-01-01T00:00:00.000");
  CHECK(timestamp_to_text(10) == "1970-01-01T00:00:00.010");
  CHECK(timestamp_to_text(-1) == "1969-12-31T23:59:59.999");
  CHECK(timestamp_to_text(1651182287943) == "2022-04-28T21:44:47.943");
}

TEST_CASE("dates parse with month and day optional") {
  CHECK(parse_date("1990") == 7305);
  CHECK(parse_date("1990-01") == 7305);
  CHECK(parse_date("1990-01-01") == 7305);
  CHECK(parse_date("2020-02-29") == 18321);
  CHECK(parse_date("+10000-01-01") == 2932897);
  for (const char* bad : {"", "foo", "90", "1990-1-1", "1990-13-01", "1990-00-01", "2021-02-29", "1990-01-32",
                          "1990-01-01T", "1990-01-", "1990/01/01"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_date(bad).has_value());
  }
  for (int32_t day = -800000; day < 3000000; day += 37) CHECK(parse_date(date_to_text(day)) == day);
}

TEST_CASE("times parse with seconds and fraction optional") {
  CHECK(parse_time("00:00:00.010") == 10);
  CHECK(parse_time("00:00:01") == 1000);
  CHECK(parse_time("00:01") == 60000);
  CHECK(parse_time("23:59:59.999999999") == 86'399'999);
  CHECK(parse_time("10:00:00.5") == 36'000'500);
  for (const char* bad :
       {"", "foo", "24:00", "1:00", "00:60", "00:00:60", "00:00:00.", "00:00:00.0123456789", "00", "00:00Z", "00:0"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_time(bad).has_value());
  }
}

TEST_CASE("timestamps parse with parts left out and zones") {
  CHECK(parse_timestamp("2019-03-17T10:00:00") == 1552816800000);
  CHECK(parse_timestamp("2019-03-17T03:00-0700") == 1552816800000);
  CHECK(parse_timestamp("2019-03-17T11:00+01") == 1552816800000);
  CHECK(parse_timestamp("2019-03-17T11:30:00.000+01:30") == 1552816800000);
  CHECK(parse_timestamp("2022-04-28T21:44:47.943") == 1651182287943);
  CHECK(parse_timestamp("2022-04-28T21:44:47.943Z") == 1651182287943);
  CHECK(parse_timestamp("1970-01-02") == 86'400'000);
  CHECK(parse_timestamp("1970-02") == 31 * int64_t{86'400'000});
  CHECK(parse_timestamp("1971") == 365 * int64_t{86'400'000});
  CHECK(parse_timestamp("1970-01-01T01") == 3'600'000);
  CHECK(parse_timestamp("1970-01-01T") == 0);
  CHECK(parse_timestamp("1969-12-31T23:59:59.999") == -1);
  for (const char* bad : {"", "abc", "2019-03-17 03:00", "2019-03-17T25:00", "2019-03-17T10:00+19:00",
                          "2019-03-17T10:00X", "2019-03-17T10:00Z0", "+999999999-01-01"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_timestamp(bad).has_value());
  }
  for (int64_t t = -62135596800000; t < 253402300800000; t += 98'765'432'101)
    CHECK(parse_timestamp(timestamp_to_text(t)) == t);
}

TEST_CASE("base64 goes both ways") {
  using namespace std::string_literals;
  CHECK(base64_encode("") == "");
  CHECK(base64_encode("f") == "Zg==");
  CHECK(base64_encode("fo") == "Zm8=");
  CHECK(base64_encode("foo") == "Zm9v");
  CHECK(base64_encode("\xff\xfe\xfd\0"s) == "//79AA==");
  CHECK(base64_decode("Zg==") == "f");
  CHECK(base64_decode("Zg") == "f");
  CHECK(base64_decode("Zm8") == "fo");
  CHECK(base64_decode("") == "");
  CHECK(base64_decode("//79AA==") == "\xff\xfe\xfd\0"s);
  for (const char* bad : {"Z", "Zg=", "Z===", "====", "Zm9v!", "Zm 9v", "Zg==Zg=="}) {
    CAPTURE(bad);
    CHECK_FALSE(base64_decode(bad).has_value());
  }
}

TEST_CASE("JSON strings are escaped") {
  using namespace std::string_literals;
  CHECK(json_quote("a") == "\"a\"");
  CHECK(json_quote("\"\\\b\f\n\r\t") == "\"\\\"\\\\\\b\\f\\n\\r\\t\"");
  CHECK(json_quote("\0\x1f"s) == "\"\\u0000\\u001F\"");
  CHECK(json_quote("é✓") == "\"é✓\"");
  CHECK(hex_encode("\x01\xab") == "01ab");
}

TEST_CASE("UTF-8 is checked for well-formedness") {
  for (const char* good : {"", "abc", "é", "✓", "😀", "\xf4\x8f\xbf\xbf"}) CHECK(is_valid_utf8(good));
  for (const char* bad : {"\x80", "\xc0\x80", "\xc3", "\xe2\x9c", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", "a\xc3z"})
    CHECK_FALSE(is_valid_utf8(bad));
}

}  // namespace weir
