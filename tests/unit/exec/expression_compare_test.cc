#include <doctest/doctest.h>

#include <cmath>

#include "expression_test.h"

namespace weir {

using namespace test;
using sql::CompareOp;

namespace {

// The results of = <> < <= > >= DISTINCT NOT-DISTINCT on the rows of two columns of a type.
std::vector<std::string> all_comparisons(const TypePtr& a, const TypePtr& b, const std::vector<Value>& left,
                                         const std::vector<Value>& right) {
  Rows rows;
  rows.add(a, left).add(b, right);
  std::vector<std::string> out;
  for (const CompareOp op :
       {CompareOp::kEqual, CompareOp::kNotEqual, CompareOp::kLess, CompareOp::kLessEqual, CompareOp::kGreater,
        CompareOp::kGreaterEqual, CompareOp::kDistinct, CompareOp::kNotDistinct}) {
    std::string results;
    const ColumnPtr result = rows.column(compare(op, column(a, 0), column(b, 1)));
    for (size_t row = 0; row < left.size(); ++row)
      results += result->is_null(row) ? 'N' : result->at<uint8_t>(row) ? 't' : 'f';
    out.push_back(results);
  }
  return out;
}

using Results = std::vector<std::string>;

}  // namespace

TEST_CASE("ordered types compare; NULL compares false, but is a value for DISTINCT") {
  // Rows: less, equal, greater, NULL left, NULL right, NULL both.
  const Results expected = {"ftffff", "tftfff", "tfffff", "ttffff", "fftfff", "fttfff", "tftttf", "ftffft"};
  struct Case {
    TypePtr type;
    Value low, high;
  };
  const Case cases[] = {{Type::integer(), Value(-1), Value(2)},
                        {Type::bigint(), Value(int64_t{-1} << 40), Value(int64_t{2})},
                        {Type::float64(), Value(-1.5), Value(1e300)},
                        {Type::decimal(38, 2), Value(Int128{-1}), Value(Int128{1} << 100)},
                        {Type::string(), Value("abc"), Value("abd")},
                        {Type::string(), Value(""), Value("\x7f")},
                        {Type::string(), Value("z"), Value("é")},
                        {Type::bytes(), Value("\x01"), Value("\xff")},
                        {Type::date(), Value(-1), Value(0)},
                        {Type::time(), Value(0), Value(1)},
                        {Type::timestamp(), Value(int64_t{0}), Value(int64_t{1})}};
  for (const Case& c : cases) {
    CAPTURE(c.type->to_string());
    CHECK(all_comparisons(c.type, c.type, {c.low, c.low, c.high, Value(), c.low, Value()},
                          {c.high, c.low, c.low, c.low, Value(), Value()}) == expected);
  }
}

TEST_CASE("decimals compare by value across scales") {
  const TypePtr a = Type::decimal(4, 1);
  const TypePtr b = Type::decimal(38, 30);
  Int128 one = 1;
  for (int i = 0; i < 30; ++i) one *= 10;
  const Results r =
      all_comparisons(a, b, {Value(Int128{10}), Value(Int128{10}), Value(Int128{-10}), Value(Int128{9999})},
                      {Value(one), Value(one + 1), Value(one), Value(one * 99)});
  CHECK(r == Results{"tfff", "fttt", "fttf", "tttf", "ffft", "tfft", "fttt", "tfff"});
}

TEST_CASE("NaN is neither equal nor unequal, and zeros are equal") {
  const double nan = std::nan("");
  const Results r = all_comparisons(Type::float64(), Type::float64(), {Value(nan), Value(nan), Value(0.0)},
                                    {Value(nan), Value(1.0), Value(-0.0)});
  CHECK(r == Results{"fft", "fff", "fff", "fft", "fff", "fft", "fff", "ttt"});
}

TEST_CASE("booleans and nested types are equal or not") {
  Rows rows;
  const TypePtr array = Type::array(Type::integer());
  rows.add(Type::boolean(), {Value(true), Value(true), Value()});
  rows.add(Type::boolean(), {Value(true), Value(false), Value(true)});
  rows.add(array, {Value(ValueList{Value(1), Value()}), Value(ValueList{}), Value()});
  rows.add(array, {Value(ValueList{Value(1), Value()}), Value(ValueList{Value(1)}), Value()});
  for (const auto& [type, index] : {std::pair(Type::boolean(), 0), std::pair(array, 2)}) {
    CHECK(rows(compare(CompareOp::kEqual, column(type, index), column(type, index + 1))) == "true false false");
    CHECK(rows(compare(CompareOp::kNotEqual, column(type, index), column(type, index + 1))) == "false true false");
  }
  CHECK(rows(compare(CompareOp::kNotDistinct, column(array, 2), column(array, 3))) == "true false true");
  CHECK_THROWS(rows(compare(CompareOp::kLess, column(array, 2), column(array, 3))));
}

TEST_CASE("BETWEEN includes its bounds; NULL is not between anything") {
  const TypePtr t = Type::float64();
  Rows rows;
  rows.add(t, {Value(), Value(1.9), Value(2.0), Value(3.9), Value(4.0)});
  const auto between = [&](bool negated, Value high) {
    return rows(
        negatable(BoundKind::kBetween, negated, {column(t, 0), literal(t, Value(2.0)), literal(t, std::move(high))}));
  };
  CHECK(between(false, Value(3.9)) == "false false true true false");
  CHECK(between(true, Value(3.9)) == "true true false false true");
  CHECK(between(false, Value()) == "false false false false false");
}

TEST_CASE("IN looks constants and expressions up") {
  const TypePtr t = Type::integer();
  Rows rows;
  rows.add(t, {Value(1), Value(2), Value(100), Value(), Value(7)});
  rows.add(t, {Value(5), Value(2), Value(), Value(), Value(8)});
  const auto in = [&](bool negated, std::vector<BoundExprPtr> list) {
    list.insert(list.begin(), column(t, 0));
    return rows(negatable(BoundKind::kIn, negated, std::move(list)));
  };
  CHECK(in(false, {integer(1), integer(7)}) == "true false false false true");
  CHECK(in(true, {integer(1), integer(7)}) == "false true true true false");
  CHECK(in(false, {column(t, 1)}) == "false true false false false");
  CHECK(in(false, {null_of(t), integer(1)}) == "true false false false false");
  // Many constants go into a set.
  std::vector<BoundExprPtr> many{column(t, 1), null_of(t)};
  for (int i = 50; i < 150; ++i) many.push_back(integer(i));
  CHECK(in(false, many) == "false true true false false");
  CHECK(in(true, many) == "true false false true true");

  Rows texts;
  texts.add(Type::string(), {Value("e"), Value("x"), Value(), Value("")});
  std::vector<BoundExprPtr> letters{column(Type::string(), 0)};
  for (const char* letter : {"a", "b", "c", "d", "e", "f", ""}) letters.push_back(text(letter));
  CHECK(texts(negatable(BoundKind::kIn, false, letters)) == "true false false true");
  texts.add(Type::decimal(4, 2), {Value(Int128{100}), Value(Int128{150}), Value(), Value(Int128{0})});
  CHECK(texts(negatable(BoundKind::kIn, false,
                        {column(Type::decimal(4, 2), 1), literal(Type::decimal(2, 1), Value(Int128{15}))})) ==
        "false true false false");
}

TEST_CASE("IS NULL sees NULLs") {
  Rows rows;
  rows.add(Type::integer(), {Value(1), Value()});
  CHECK(rows(negatable(BoundKind::kIsNull, false, {column(Type::integer(), 0)})) == "false true");
  CHECK(rows(negatable(BoundKind::kIsNull, true, {column(Type::integer(), 0)})) == "true false");
}

TEST_CASE("LIKE matches whole texts of code points") {
  struct Case {
    const char* value;
    const char* pattern;
    const char* escape;
    bool matches;
  };
  const Case cases[] = {{"foo", "foo", "", true},
                        {"foo", "fo", "", false},
                        {"foo", "f_o", "", true},
                        {"foo", "f%", "", true},
                        {"foo", "%o", "", true},
                        {"foobar", "%oba%", "", true},
                        {"foobar", "f%b%r", "", true},
                        {"foobar", "f%b%x", "", false},
                        {"", "", "", true},
                        {"", "%", "", true},
                        {"", "_", "", false},
                        {"a", "%%", "", true},
                        {"ab", "_", "", false},
                        {"ab", "__", "", true},
                        {"é", "_", "", true},
                        {"日本語", "_本_", "", true},
                        {"日本語", "%語", "", true},
                        {"日本語", "%_", "", true},
                        {"日本語", "___", "", true},
                        {"日本語", "____", "", false},
                        {"aab", "%ab", "", true},
                        {"abab", "ab%ab", "", true},
                        {"aba", "ab%ba", "", false},
                        {"mississippi", "m%iss%ip%i", "", true},
                        {"mississippi", "%iss_ss%", "", true},
                        {"a\nb", "a%b", "", true},
                        {"a.b", "a_b", "", true},
                        {"a.b", "a.b", "", true},
                        {"axb", "a.b", "", false},
                        {"%", "!%", "!", true},
                        {"x", "!%", "!", false},
                        {"100%", "100!%", "!", true},
                        {"a_b", "a!_b", "!", true},
                        {"axb", "a!_b", "!", false},
                        {"a!b", "a!!b", "!", true},
                        {"abc", "!abc", "!", true},
                        {"x%", "%!%", "!", true},
                        {"xaxb", "%a_b", "", true},
                        {"xab", "%a_b", "", false},
                        {"aXbXc", "a_b_c", "", true},
                        {"ac", "a%_c", "", false},
                        {"abc", "a%_c", "", true},
                        {"aé", "%_é", "", true},
                        {"é", "%_é", "", false},
                        {"a§%", "a§§%", "§", true},
                        {"a%", "a§%", "§", true}};
  for (const Case& c : cases) {
    CAPTURE(c.value);
    CAPTURE(c.pattern);
    Rows rows;
    rows.add(Type::string(), {Value(c.value)}).add(Type::string(), {Value(c.pattern)});
    const char* expected = c.matches ? "true" : "false";
    CHECK(rows(like(column(Type::string(), 0), text(c.pattern), c.escape)) == expected);
    CHECK(rows(like(column(Type::string(), 0), column(Type::string(), 1), c.escape)) == expected);
    CHECK(rows(like(column(Type::string(), 0), text(c.pattern), c.escape, true)) == (c.matches ? "false" : "true"));
  }
}

TEST_CASE("LIKE agrees with a plain recursive matcher") {
  const std::function<bool(std::string_view, std::string_view)> plain = [&](std::string_view s,
                                                                            std::string_view p) -> bool {
    if (p.empty()) return s.empty();
    if (p[0] == '%') return plain(s, p.substr(1)) || (!s.empty() && plain(s.substr(1), p));
    return !s.empty() && (p[0] == '_' || p[0] == s[0]) && plain(s.substr(1), p.substr(1));
  };
  uint32_t state = 12345;
  const auto pick = [&](const char* alphabet, size_t size, size_t longest) {
    std::string out;
    for (size_t n = (state = state * 1664525 + 1013904223) >> 16, i = 0; i < n % (longest + 1); ++i) {
      state = state * 1664525 + 1013904223;
      out += alphabet[(state >> 16) % size];
    }
    return out;
  };
  Rows rows;
  std::vector<Value> values, patterns;
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    const std::string value = pick("ab", 2, 8);
    const std::string pattern = pick("ab%_", 4, 7);
    values.emplace_back(value);
    patterns.emplace_back(pattern);
    expected += plain(value, pattern) ? 't' : 'f';
  }
  rows.add(Type::string(), values).add(Type::string(), patterns);
  const ColumnPtr result = rows.column(like(column(Type::string(), 0), column(Type::string(), 1)));
  std::string actual;
  for (size_t row = 0; row < 1000; ++row) actual += result->at<uint8_t>(row) ? 't' : 'f';
  CHECK(actual == expected);
}

TEST_CASE("LIKE with NULL is NULL, and bad patterns are refused") {
  Rows rows;
  rows.add(Type::string(), {Value("a"), Value(), Value("c")})
      .add(Type::string(), {Value("a"), Value("a"), Value("c!")});
  CHECK(rows(like(column(Type::string(), 0), text("a"))) == "true NULL false");
  CHECK(rows(like(column(Type::string(), 0), null_of(Type::string()))) == "NULL NULL NULL");
  CHECK(rows(like(column(Type::string(), 0), column(Type::string(), 1), "!")) == "true NULL NULL");
  CHECK(rows.failed() == "2");
  CHECK_THROWS_AS(rows(like(column(Type::string(), 0), text("c!"), "!")), StatementError);
}

}  // namespace weir
