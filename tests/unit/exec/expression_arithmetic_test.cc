#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "engine/types/decimal.h"
#include "expression_test.h"

namespace weir {

using namespace test;
using sql::BinaryOp;

TEST_CASE("integers divide as in Java; what doesn't fit is NULL and reported") {
  const TypePtr t = Type::integer();
  Rows rows;
  rows.add(t, {Value(7), Value(-7), Value(INT32_MAX), Value(INT32_MIN), Value(5), Value()});
  rows.add(t, {Value(2), Value(2), Value(1), Value(-1), Value(0), Value(3)});
  const auto op = [&](BinaryOp o) { return rows(arithmetic(t, o, column(t, 0), column(t, 1))); };
  CHECK(op(BinaryOp::kAdd) == "9 -5 NULL NULL 5 NULL");
  CHECK(rows.failed() == "2 3");
  CHECK(rows.errors().errors()[0].message == "the result doesn't fit INTEGER: numeric overflow");
  CHECK(op(BinaryOp::kSubtract) == "5 -9 2147483646 -2147483647 5 NULL");
  CHECK(rows.failed() == "");
  CHECK(op(BinaryOp::kMultiply) == "14 -14 2147483647 NULL 0 NULL");
  CHECK(rows.failed() == "3");
  CHECK(op(BinaryOp::kDivide) == "3 -3 2147483647 NULL NULL NULL");
  CHECK(rows.failed() == "3 4");
  CHECK(rows.errors().errors()[0].message.find("overflow") != std::string::npos);
  CHECK(rows.errors().errors()[1].message.find("zero") != std::string::npos);
  CHECK(rows.errors().errors()[1].operation == "E");
  CHECK(op(BinaryOp::kModulus) == "1 -1 0 0 NULL NULL");
  CHECK(rows.failed() == "4");
}

TEST_CASE("bigints divide as in Java; what doesn't fit is NULL and reported") {
  const TypePtr t = Type::bigint();
  Rows rows;
  rows.add(t, {Value(INT64_MAX), Value(INT64_MIN), Value(int64_t{1} << 40), Value(INT64_MIN)});
  rows.add(t, {Value(int64_t{1}), Value(int64_t{-1}), Value(int64_t{0}), Value(int64_t{1})});
  const auto op = [&](BinaryOp o) { return rows(arithmetic(t, o, column(t, 0), column(t, 1))); };
  CHECK(op(BinaryOp::kAdd) == "NULL NULL 1099511627776 -9223372036854775807");
  CHECK(rows.failed() == "0 1");
  CHECK(op(BinaryOp::kSubtract) == "9223372036854775806 -9223372036854775807 1099511627776 NULL");
  CHECK(rows.failed() == "3");
  CHECK(op(BinaryOp::kMultiply) == "9223372036854775807 NULL 0 -9223372036854775808");
  CHECK(rows.failed() == "1");
  CHECK(op(BinaryOp::kDivide) == "9223372036854775807 NULL NULL -9223372036854775808");
  CHECK(rows.failed() == "1 2");
  CHECK(op(BinaryOp::kModulus) == "0 0 NULL 0");
  CHECK(rows.failed() == "2");
}

TEST_CASE("doubles follow IEEE 754") {
  const TypePtr t = Type::float64();
  Rows rows;
  rows.add(t, {Value(1.0), Value(-1.0), Value(0.0), Value(7.5), Value()});
  rows.add(t, {Value(0.0), Value(0.0), Value(0.0), Value(2.0), Value(0.0)});
  CHECK(rows(arithmetic(t, BinaryOp::kDivide, column(t, 0), column(t, 1))) == "Infinity -Infinity NaN 3.75 NULL");
  CHECK(rows(arithmetic(t, BinaryOp::kModulus, column(t, 0), column(t, 1))) == "NaN NaN NaN 1.5 NULL");
  CHECK(rows(arithmetic(t, BinaryOp::kMultiply, column(t, 0), column(t, 1))) == "0.0 -0.0 0.0 15.0 NULL");
  CHECK(rows.failed() == "");
}

TEST_CASE("decimals are exact and fail when they don't fit") {
  const TypePtr a = Type::decimal(4, 2);
  const TypePtr b = Type::decimal(4, 1);
  Rows rows;
  rows.add(a, {Value(Int128{1050}), Value(Int128{-9999}), Value(Int128{1}), Value()});
  rows.add(b, {Value(Int128{25}), Value(Int128{9999}), Value(Int128{0}), Value(Int128{1})});
  const auto op = [&](BinaryOp o, TypePtr type) { return rows(arithmetic(type, o, column(a, 0), column(b, 1))); };
  CHECK(op(BinaryOp::kAdd, Type::decimal(6, 2)) == "13.00 899.91 0.01 NULL");
  CHECK(op(BinaryOp::kSubtract, Type::decimal(6, 2)) == "8.00 -1099.89 0.01 NULL");
  CHECK(op(BinaryOp::kMultiply, Type::decimal(9, 3)) == "26.250 -99980.001 0.000 NULL");
  CHECK(rows.failed() == "");
  CHECK(op(BinaryOp::kDivide, Type::decimal(10, 7)) == "4.2000000 -0.1000000 NULL NULL");
  CHECK(rows.failed() == "2");
  CHECK(op(BinaryOp::kModulus, Type::decimal(4, 2)) == "0.50 -99.99 NULL NULL");
  CHECK(rows.failed() == "2");
  CHECK(op(BinaryOp::kMultiply, Type::decimal(4, 3)) == "NULL NULL 0.000 NULL");
  CHECK(rows.failed() == "0 1");
  CHECK(rows.errors().errors()[0].message.find("DECIMAL(4, 3)") != std::string::npos);
}

TEST_CASE("numbers are negated") {
  Rows rows;
  rows.add(Type::integer(), {Value(5), Value(INT32_MIN), Value()});
  rows.add(Type::bigint(), {Value(int64_t{5}), Value(INT64_MIN), Value()});
  rows.add(Type::float64(), {Value(0.0), Value(-1.5), Value()});
  rows.add(Type::decimal(4, 2), {Value(Int128{125}), Value(Int128{-1}), Value()});
  const auto negate = [&](TypePtr type, int index) {
    return rows(bound(BoundKind::kNegate, type, {column(type, index)}));
  };
  CHECK(negate(Type::integer(), 0) == "-5 NULL NULL");
  CHECK(negate(Type::bigint(), 1) == "-5 NULL NULL");
  CHECK(negate(Type::float64(), 2) == "-0.0 1.5 NULL");
  CHECK(negate(Type::decimal(4, 2), 3) == "-1.25 0.01 NULL");
}

TEST_CASE("text and bytes are concatenated") {
  const TypePtr t = Type::string();
  Rows rows;
  rows.add(t, {Value("a"), Value(""), Value("é"), Value(), Value("long text that no small buffer holds")});
  rows.add(t, {Value("b"), Value(""), Value("✓"), Value("x"), Value(std::string(100, 'z'))});
  const BoundExprPtr joined = bound(BoundKind::kConcat, t, {column(t, 0), column(t, 1)});
  CHECK(rows(joined) == "ab  é✓ NULL long text that no small buffer holds" + std::string(100, 'z'));
  CHECK(rows(bound(BoundKind::kConcat, t, {joined, text("_new")})) ==
        "ab_new _new é✓_new NULL long text that no small buffer holds" + std::string(100, 'z') + "_new");
}

TEST_CASE("a batch of many rows has the same results as one of few") {
  const TypePtr t = Type::bigint();
  Rows rows;
  std::vector<Value> a;
  std::vector<Value> b;
  for (int64_t i = 0; i < 1000; ++i) {
    a.push_back(i % 7 == 0 ? Value() : Value(i));
    b.push_back(i % 11 == 0 ? Value() : Value(i % 5));
  }
  rows.add(t, a).add(t, b);
  const ColumnPtr quotient = rows.column(arithmetic(t, BinaryOp::kDivide, column(t, 0), column(t, 1)));
  size_t failed = 0;
  for (int64_t i = 0; i < 1000; ++i) {
    const bool null = i % 7 == 0 || i % 11 == 0;
    if (!null && i % 5 == 0) ++failed;
    REQUIRE(quotient->is_null(static_cast<size_t>(i)) == (null || i % 5 == 0));
    if (!null && i % 5 != 0) CHECK(quotient->at<int64_t>(static_cast<size_t>(i)) == i / (i % 5));
  }
  CHECK(rows.errors().count() == failed);
}

}  // namespace weir
