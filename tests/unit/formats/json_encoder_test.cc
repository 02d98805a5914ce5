#include <cmath>
#include <limits>

#include "tests/unit/formats/format_fixture.h"

using namespace weir;
using namespace weir::test;

namespace {

std::string encode_bare(TypePtr type, const Value& value) {
  FormatContext context = value_context(FormatKind::kJson, {{"A", std::move(type)}});
  context.spec.wrap_single_value = false;
  return encode_one(context, {value});
}

}  // namespace

TEST_CASE("JSON text of values") {
  struct Case {
    TypePtr type;
    Value value;
    const char* expected;
  };
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<Case> cases = {
      {Type::boolean(), true, "true"},
      {Type::boolean(), false, "false"},
      {Type::integer(), std::numeric_limits<int32_t>::min(), "-2147483648"},
      {Type::bigint(), std::numeric_limits<int64_t>::min(), "-9223372036854775808"},
      {Type::float64(), 1.0, "1.0"},
      {Type::float64(), 0.0, "0.0"},
      {Type::float64(), -0.0, "-0.0"},
      {Type::float64(), 9999999.0, "9999999.0"},
      {Type::float64(), 1e7, "1.0E7"},
      {Type::float64(), -1e10, "-1.0E10"},
      {Type::float64(), 0.001, "0.001"},
      {Type::float64(), 0.0001, "1.0E-4"},
      {Type::float64(), 1234.5678, "1234.5678"},
      {Type::float64(), std::nan(""), "\"NaN\""},
      {Type::float64(), infinity, "\"Infinity\""},
      {Type::float64(), -infinity, "\"-Infinity\""},
      {Type::decimal(4, 2), Int128{1010}, "10.10"},
      {Type::decimal(4, 2), Int128{-1}, "-0.01"},
      {Type::decimal(4, 2), Int128{0}, "0.00"},
      {Type::decimal(4, 0), Int128{0}, "0"},
      {Type::decimal(38, 19), Int128{1} << 100, "126765060022.8229401496703205376"},
      {Type::decimal(38, 38), Int128{1}, "0.00000000000000000000000000000000000001"},
      {Type::string(), "", "\"\""},
      {Type::string(), "a\"b\\c\n\r\t\b\f\x01\x1f\x7f/", "\"a\\\"b\\\\c\\n\\r\\t\\b\\f\\u0001\\u001F\x7f/\""},
      {Type::string(), "\xC3\xA9\xF0\x9F\x98\x80", "\"\xC3\xA9\xF0\x9F\x98\x80\""},
      {Type::string(), "0123456789abcdef0123456789abcdef\"", "\"0123456789abcdef0123456789abcdef\\\"\""},
      {Type::string(), "0123456789\"abcdef0123456789abcdef", "\"0123456789\\\"abcdef0123456789abcdef\""},
      {Type::bytes(), "variations", "\"dmFyaWF0aW9ucw==\""},
      {Type::date(), 18262, "18262"},
      {Type::time(), 36000000, "36000000"},
      {Type::timestamp(), int64_t{1577836800000}, "1577836800000"},
      {Type::array(Type::integer()), ValueList{1, Value(), 3}, "[1,null,3]"},
      {Type::array(Type::integer()), ValueList{}, "[]"},
      {Type::map(Type::string(), Type::float64()), ValueMap{{"a\"", 1.5}, {"b", Value()}},
       "{\"a\\\"\":1.5,\"b\":null}"},
      {Type::map(Type::string(), Type::float64()), ValueMap{}, "{}"},
      {Type::structure({{"F", Type::integer()}, {"g", Type::string()}}), ValueList{1, Value()}, "{\"F\":1,\"g\":null}"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.expected);
    CHECK(encode_bare(c.type, c.value) == c.expected);
  }
}

TEST_CASE("strings with many escapes grow the buffer") {
  const std::string raw(10000, '\x01');
  std::string expected;
  for (size_t i = 0; i < raw.size(); ++i) expected += "\\u0001";
  CHECK(encode_bare(Type::string(), raw) == "\"" + expected + "\"");
  for (size_t length = 0; length < 70; ++length) {
    std::string text(length, 'x');
    CHECK(encode_bare(Type::string(), text) == "\"" + text + "\"");
    if (length == 0) continue;
    text.back() = '"';
    CHECK(encode_bare(Type::string(), text) == "\"" + text.substr(0, length - 1) + "\\\"\"");
  }
}

TEST_CASE("JSON records") {
  const FormatContext context = value_context(FormatKind::kJson, {{"A", Type::integer()}, {"b \"x\"", Type::string()}});
  CHECK(encode_one(context, {1, "x"}) == R"({"A":1,"b \"x\"":"x"})");
  CHECK(encode_one(context, {Value(), Value()}) == R"({"A":null,"b \"x\"":null})");
  CHECK(encode_one(value_context(FormatKind::kJson, {}), {}) == "{}");
  CHECK(encode_one(value_context(FormatKind::kJson, {{"A", Type::integer()}}), {Value()}) == R"({"A":null})");
}

TEST_CASE("JSON nulls without a record are null bytes") {
  CHECK(encode_bare(Type::integer(), Value()) == "<null>");
  CHECK(encode_one(key_context(FormatKind::kJson, {{"K", Type::integer()}}), {Value()}) == "<null>");
  CHECK(encode_one(key_context(FormatKind::kJson, {{"K", Type::integer()}}), {7}) == "7");
  const FormatContext two = key_context(FormatKind::kJson, {{"K", Type::integer()}, {"L", Type::string()}});
  CHECK(encode_one(two, {Value(), Value()}) == R"({"K":null,"L":null})");
  CHECK(encode_one(two, {Value(), "x"}) == R"({"K":null,"L":"x"})");
  CHECK(encode_one(key_context(FormatKind::kJson, {}), {}) == "<null>");
}

TEST_CASE("what JSON can't hold") {
  const TypePtr map = Type::map(Type::string(), Type::integer());
  CHECK(encode_bare(map, ValueMap{{Value(), 1}}) == R"({"null":1})");
  const FormatContext keys =
      value_context(FormatKind::kJson, {{"FOO", Type::array(Type::map(Type::integer(), Type::float64()))}});
  CHECK_THROWS_WITH_AS(check_format(keys),
                       "Column FOO: JSON only supports MAP types with STRING keys, not MAP<INTEGER, DOUBLE>",
                       std::invalid_argument);
  CHECK_THROWS_AS(make_encoder(keys), std::invalid_argument);
}
