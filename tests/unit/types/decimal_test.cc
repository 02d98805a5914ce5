#include "engine/types/decimal.h"

#include <doctest/doctest.h>

#include <random>

#include "big_oracle.h"

namespace weir {
namespace {

using test::BigOracle;

Int128 number(const std::string& text) {
  int scale = 0;
  const std::optional<Int128> value = parse_decimal(text, &scale);
  REQUIRE(value.has_value());
  return *value;
}

std::string text_or_none(std::optional<Int128> value, int scale) {
  return value ? decimal_to_string(*value, scale) : "none";
}

// A value of at most `precision` digits; small ones and borders are as likely as big ones.
Int128 random_decimal(std::mt19937_64& random, int precision) {
  const int digits = static_cast<int>(random() % static_cast<unsigned>(precision + 1));
  Int128 value = 0;
  const unsigned shape = static_cast<unsigned>(random() % 4);
  for (int i = 0; i < digits; ++i) {
    const int digit = shape == 0 ? 9 : shape == 1 ? (i == 0 ? 1 : 0) : shape == 2 ? 5 : static_cast<int>(random() % 10);
    value = value * 10 + digit;
  }
  return random() % 2 == 0 ? value : -value;
}

BigOracle oracle(Int128 value) { return BigOracle(int128_to_string(value)); }

// The exact quotient numerator / 10^drop (or × 10^-drop) as DECIMAL(precision, …), or "none".
std::string expected(const BigOracle& numerator, const BigOracle& denominator, int precision) {
  const BigOracle rounded = test::divide_half_up(numerator, denominator);
  return rounded.digits.size() > static_cast<size_t>(precision) ? "none" : rounded.to_string();
}

std::string actual(std::optional<Int128> value) { return text_or_none(value, 0); }

}  // namespace

TEST_CASE("decimals print plainly with their scale") {
  CHECK(decimal_to_string(0, 0) == "0");
  CHECK(decimal_to_string(0, 2) == "0.00");
  CHECK(decimal_to_string(5, 3) == "0.005");
  CHECK(decimal_to_string(-1250, 2) == "-12.50");
  CHECK(decimal_to_string(-5, 1) == "-0.5");
  CHECK(int128_to_string(power_of_ten(38) - 1) == std::string(38, '9'));
  CHECK(int128_to_string(-power_of_ten(38)) == "-1" + std::string(38, '0'));
}

TEST_CASE("text parses to decimals") {
  struct Case {
    const char* text;
    const char* result;
    int scale;
  };
  const Case cases[] = {{"0", "0", 0},           {"12.50", "12.50", 2}, {"-12.50", "-12.50", 2}, {"+7", "7", 0},
                        {".5", "0.5", 1},        {"5.", "5", 0},        {"1e3", "1000", 0},      {"1.5E+2", "150", 0},
                        {"1.5e-3", "0.0015", 4}, {"007.10", "7.10", 2}, {"-0", "0", 0},          {"0e99", "0", 0}};
  for (const Case& c : cases) {
    CAPTURE(c.text);
    int scale = -1;
    const std::optional<Int128> value = parse_decimal(c.text, &scale);
    REQUIRE(value.has_value());
    CHECK(scale == c.scale);
    CHECK(decimal_to_string(*value, scale) == c.result);
  }
  int scale = 0;
  for (const char* bad : {"", "-", ".", "1.2.3", "1,5", " 1", "1 ", "abc", "1e", "1e+-3", "0x10", "--1", "1e40"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_decimal(bad, &scale).has_value());
  }
  CHECK(parse_decimal(std::string(38, '9'), &scale).has_value());
  CHECK_FALSE(parse_decimal(std::string(39, '9'), &scale).has_value());
}

TEST_CASE("text casts to decimals with rounding") {
  CHECK(text_or_none(text_to_decimal("0.99", 2, 1), 1) == "1.0");
  CHECK(text_or_none(text_to_decimal("0.01", 2, 1), 1) == "0.0");
  CHECK(text_or_none(text_to_decimal("-0.05", 2, 1), 1) == "-0.1");
  CHECK(text_or_none(text_to_decimal("10", 2, 1), 1) == "none");
  CHECK(text_or_none(text_to_decimal("9.96", 2, 1), 1) == "none");
  CHECK(text_or_none(text_to_decimal("1e2", 5, 1), 1) == "100.0");
  CHECK(text_or_none(text_to_decimal("0." + std::string(60, '3'), 5, 4), 4) == "0.3333");
  CHECK(text_or_none(text_to_decimal(std::string(60, '0') + "12", 5, 1), 1) == "12.0");
  CHECK(text_or_none(text_to_decimal("1e-2000000000", 5, 4), 4) == "0.0000");
  CHECK(text_or_none(text_to_decimal("1e2000000000", 5, 4), 4) == "none");
}

TEST_CASE("rescale rounds half away from zero") {
  CHECK(rescale(125, 2, 1) == Int128{13});
  CHECK(rescale(-125, 2, 1) == Int128{-13});
  CHECK(rescale(124, 2, 1) == Int128{12});
  CHECK(rescale(5, 1, 0) == Int128{1});
  CHECK(rescale(4, 1, 0) == Int128{0});
  CHECK(rescale(12, 0, 3) == Int128{12000});
  CHECK_FALSE(rescale(power_of_ten(37), 0, 2).has_value());
  CHECK(rescale(1, 76, 0) == Int128{0});
}

TEST_CASE("doubles convert to decimals as BigDecimal does") {
  CHECK(text_or_none(double_to_decimal(1.1, 4, 2), 2) == "1.10");
  CHECK(text_or_none(double_to_decimal(2.5, 1, 0), 0) == "3");
  // 1.005 is 1.00499999999999989…: ten significant digits make it 1.005000000 before the scale applies.
  CHECK(text_or_none(double_to_decimal(1.005, 10, 2), 2) == "1.01");
  CHECK(text_or_none(double_to_decimal(1.005, 30, 2), 2) == "1.00");
  CHECK(text_or_none(double_to_decimal(-0.5, 3, 0), 0) == "-1");
  CHECK(text_or_none(double_to_decimal(1e20, 20, 0), 0) == "none");
  CHECK(text_or_none(double_to_decimal(1e20, 21, 0), 0) == "1" + std::string(20, '0'));
  CHECK(text_or_none(double_to_decimal(1e-300, 5, 2), 2) == "0.00");
  CHECK(text_or_none(double_to_decimal(1e300, 38, 0), 0) == "none");
  CHECK(text_or_none(double_to_decimal(0.0 / 0.0, 5, 2), 2) == "none");
  CHECK(text_or_none(double_to_decimal(99.999, 4, 2), 2) == "none");
}

TEST_CASE("decimals convert to doubles with one rounding") {
  CHECK(decimal_to_double(110, 2) == 1.1);
  CHECK(decimal_to_double(-1, 1) == -0.1);
  CHECK(decimal_to_double(number("12345678901234567890123456789012345678"), 20) == 123456789012345678.90123456789);
  CHECK(decimal_to_double(power_of_ten(37), 37) == 1.0);
}

TEST_CASE("decimals narrow to integers as BigDecimal.longValue") {
  CHECK(decimal_to_bigint(1999, 3) == 1);
  CHECK(decimal_to_bigint(-1999, 3) == -1);
  CHECK(decimal_to_bigint(number("9223372036854775808"), 0) == INT64_MIN);
  CHECK(decimal_to_bigint(number("18446744073709551617"), 0) == 1);
}

TEST_CASE("arithmetic agrees with a big-integer oracle") {
  std::mt19937_64 random(20240607);
  int fitted = 0;
  for (int round = 0; round < 6000; ++round) {
    const int ap = 1 + static_cast<int>(random() % 38);
    const int bp = 1 + static_cast<int>(random() % 38);
    const int as = static_cast<int>(random() % static_cast<unsigned>(ap + 1));
    const int bs = static_cast<int>(random() % static_cast<unsigned>(bp + 1));
    const Int128 a = random_decimal(random, ap);
    const Int128 b = random_decimal(random, bp);
    // The shapes of the language, and arbitrary ones.
    const bool arbitrary = round % 3 == 0;
    const int rp = 1 + static_cast<int>(random() % 38);
    const DecimalShape any{rp, static_cast<int>(random() % static_cast<unsigned>(rp + 1))};
    CAPTURE(decimal_to_string(a, as));
    CAPTURE(decimal_to_string(b, bs));
    const int common = std::max(as, bs);
    const BigOracle x = oracle(a) * BigOracle::power_of_ten(common - as);
    const BigOracle y = oracle(b) * BigOracle::power_of_ten(common - bs);
    // value × 10^(result scale) as a fraction over 10^(its own scale)
    const auto at_scale = [](const BigOracle& value, int scale, DecimalShape shape) {
      return expected(value * BigOracle::power_of_ten(shape.scale), BigOracle::power_of_ten(scale), shape.precision);
    };

    DecimalShape shape = arbitrary ? any : add_shape({ap, as}, {bp, bs});
    CAPTURE(shape.precision);
    CAPTURE(shape.scale);
    CHECK(actual(decimal_add(a, as, b, bs, shape)) == at_scale(x + y, common, shape));
    CHECK(actual(decimal_subtract(a, as, b, bs, shape)) == at_scale(x - y, common, shape));
    shape = arbitrary ? any : multiply_shape({ap, as}, {bp, bs});
    CHECK(actual(decimal_multiply(a, as, b, bs, shape)) == at_scale(oracle(a) * oracle(b), as + bs, shape));
    if (b == 0) {
      CHECK_FALSE(decimal_divide(a, as, b, bs, any).has_value());
      CHECK_FALSE(decimal_modulus(a, as, b, bs, any).has_value());
      continue;
    }
    shape = arbitrary ? any : divide_shape({ap, as}, {bp, bs});
    const std::optional<Int128> quotient = decimal_divide(a, as, b, bs, shape);
    fitted += quotient.has_value();
    CHECK(actual(quotient) == expected(oracle(a) * BigOracle::power_of_ten(shape.scale + bs),
                                       oracle(b) * BigOracle::power_of_ten(as), shape.precision));
    shape = arbitrary ? any : modulus_shape({ap, as}, {bp, bs});
    BigOracle rest;
    test::divide(x, y, &rest);
    CHECK(actual(decimal_modulus(a, as, b, bs, shape)) == at_scale(rest, common, shape));
    const BigOracle difference = x - y;
    CHECK(decimal_compare(a, as, b, bs) == (difference.digits == "0" ? 0 : difference.negative ? -1 : 1));
  }
  CHECK(fitted > 1000);  // the rounds weren't all overflows
}

TEST_CASE("result shapes are ksqlDB's up to 38 digits") {
  const auto shape = [](DecimalShape s) { return std::pair(s.precision, s.scale); };
  CHECK(shape(add_shape({4, 2}, {5, 3})) == std::pair(6, 3));
  CHECK(shape(multiply_shape({4, 2}, {5, 3})) == std::pair(10, 5));
  CHECK(shape(divide_shape({4, 2}, {5, 3})) == std::pair(13, 8));
  CHECK(shape(divide_shape({2, 0}, {1, 0})) == std::pair(8, 6));
  CHECK(shape(modulus_shape({4, 2}, {5, 3})) == std::pair(5, 3));
  CHECK(shape(modulus_shape({2, 2}, {2, 2})) == std::pair(2, 2));
  // Beyond 38 digits the scale gives way, down to 20.
  CHECK(shape(add_shape({38, 10}, {38, 0})) == std::pair(38, 10));
  CHECK(shape(multiply_shape({30, 15}, {30, 15})) == std::pair(38, 20));
  CHECK(shape(divide_shape({20, 10}, {20, 10})) == std::pair(38, 20));
  CHECK(shape(multiply_shape({38, 38}, {38, 38})) == std::pair(38, 37));
  CHECK(shape(decimal_shape_of(*Type::integer())) == std::pair(10, 0));
  CHECK(shape(decimal_shape_of(*Type::bigint())) == std::pair(19, 0));
  CHECK(shape(decimal_shape_of(*Type::decimal(7, 3))) == std::pair(7, 3));
}

TEST_CASE("decimals have the shortest two's complement form") {
  struct Case {
    Int128 value;
    std::string bytes;
  };
  using namespace std::string_literals;
  const Case cases[] = {{0, "\0"s},       {1, "\x01"s},      {127, "\x7f"s},         {128, "\0\x80"s},
                        {-1, "\xff"s},    {-128, "\x80"s},   {-129, "\xff\x7f"s},    {255, "\0\xff"s},
                        {256, "\x01\0"s}, {-256, "\xff\0"s}, {65535, "\0\xff\xff"s}, {-32768, "\x80\0"s}};
  for (const Case& c : cases) {
    CHECK(decimal_to_bytes(c.value) == c.bytes);
    CHECK(decimal_from_bytes(c.bytes) == c.value);
  }
  std::mt19937_64 random(7);
  for (int i = 0; i < 500; ++i) {
    const Int128 value = random_decimal(random, 38);
    CHECK(decimal_from_bytes(decimal_to_bytes(value)) == value);
  }
  CHECK(decimal_from_bytes("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x05"s) == Int128{5});
  CHECK_FALSE(decimal_from_bytes("").has_value());
  CHECK_FALSE(decimal_from_bytes("\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"s).has_value());
  CHECK_FALSE(decimal_from_bytes("\0\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"s).has_value());
}

}  // namespace weir
