#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

#include "engine/exec/cast_kernel.h"
#include "engine/plan/cast_rules.h"
#include "expression_test.h"

namespace weir {

using namespace test;
using sql::BinaryOp;
using sql::CompareOp;

namespace {

struct CastCase {
  TypePtr from;
  Value value;
  TypePtr to;
  const char* result;  // "FAIL": NULL and reported
};

const TypePtr kInt = Type::integer();
const TypePtr kBigint = Type::bigint();
const TypePtr kDouble = Type::float64();
const TypePtr kString = Type::string();
const TypePtr kDecimal42 = Type::decimal(4, 2);

}  // namespace

TEST_CASE("scalars are cast as in ksqlDB") {
  const CastCase cases[] = {
      // numbers
      {kInt, Value(5), kBigint, "5"},
      {kInt, Value(5), kDouble, "5.0"},
      {kInt, Value(99), kDecimal42, "99.00"},
      {kInt, Value(100), kDecimal42, "FAIL"},
      {kBigint, Value(int64_t{2147483648}), kInt, "-2147483648"},
      {kBigint, Value(int64_t{1} << 62), kDouble, "4.611686018427388E18"},
      {kBigint, Value(INT64_MAX), Type::decimal(19, 0), "9223372036854775807"},
      {kDouble, Value(1.9), kInt, "1"},
      {kDouble, Value(-1.9), kBigint, "-1"},
      {kDouble, Value(1e20), kInt, "2147483647"},
      {kDouble, Value(-1e20), kBigint, "-9223372036854775808"},
      {kDouble, Value(std::nan("")), kInt, "0"},
      {kDouble, Value(1.255), kDecimal42, "1.26"},
      {kDouble, Value(99.999), kDecimal42, "FAIL"},
      {kDouble, Value(std::nan("")), kDecimal42, "FAIL"},
      {kDecimal42, Value(Int128{199}), kInt, "1"},
      {kDecimal42, Value(Int128{-199}), kBigint, "-1"},
      {kDecimal42, Value(Int128{125}), kDouble, "1.25"},
      {Type::decimal(20, 0), Value(Int128{1} << 63), kBigint, "-9223372036854775808"},
      {Type::decimal(20, 0), Value(Int128{1} << 32), kInt, "0"},
      {kDecimal42, Value(Int128{1012}), Type::decimal(5, 3), "10.120"},
      {kDecimal42, Value(Int128{1015}), Type::decimal(3, 1), "10.2"},
      {kDecimal42, Value(Int128{9996}), Type::decimal(3, 1), "FAIL"},
      {kDecimal42, Value(Int128{1000}), Type::decimal(2, 1), "FAIL"},
      // to text
      {Type::boolean(), Value(true), kString, "true"},
      {kInt, Value(-5), kString, "-5"},
      {kDouble, Value(1e10), kString, "1.0E10"},
      {kDecimal42, Value(Int128{10}), kString, "0.10"},
      {Type::date(), Value(4), kString, "1970-01-05"},
      {Type::time(), Value(5000), kString, "00:00:05"},
      {Type::timestamp(), Value(int64_t{10}), kString, "1970-01-01T00:00:00.010"},
      {Type::array(kInt), Value(ValueList{Value(1), Value(3)}), kString, "[1, 3]"},
      {Type::map(kString, kInt), Value(ValueMap{{Value("this"), Value(1)}}), kString, "{this=1}"},
      // from text
      {kString, Value("TrUe"), Type::boolean(), "true"},
      {kString, Value(" y "), Type::boolean(), "true"},
      {kString, Value("whatever"), Type::boolean(), "false"},
      {kString, Value(" 42 "), kInt, "42"},
      {kString, Value("42.0"), kInt, "FAIL"},
      {kString, Value("2147483648"), kInt, "FAIL"},
      {kString, Value("2147483648"), kBigint, "2147483648"},
      {kString, Value(""), kBigint, "FAIL"},
      {kString, Value("1e3"), kDouble, "1000.0"},
      {kString, Value("x"), kDouble, "FAIL"},
      {kString, Value("0.99"), Type::decimal(2, 1), "1.0"},
      {kString, Value(" 0.01"), Type::decimal(2, 1), "0.0"},
      {kString, Value("99"), Type::decimal(2, 1), "FAIL"},
      {kString, Value("2020-02"), Type::date(), "2020-02-01"},
      {kString, Value("foo"), Type::date(), "FAIL"},
      {kString, Value("00:01"), Type::time(), "00:01"},
      {kString, Value("foo"), Type::time(), "FAIL"},
      {kString, Value("1970-01-01T00:00:01"), Type::timestamp(), "1970-01-01T00:00:01.000"},
      {kString, Value("foo"), Type::timestamp(), "FAIL"},
      {kString, Value("Zm9v"), Type::bytes(), "Zm9v"},
      {kString, Value("!"), Type::bytes(), "FAIL"},
      // dates and times
      {Type::date(), Value(-1), Type::timestamp(), "1969-12-31T00:00:00.000"},
      {Type::timestamp(), Value(int64_t{-1}), Type::date(), "1969-12-31"},
      {Type::timestamp(), Value(int64_t{-1}), Type::time(), "23:59:59.999"},
      {Type::timestamp(), Value(int64_t{86'400'000}), Type::date(), "1970-01-02"},
      // nothing to do
      {kString, Value("x"), kString, "x"},
      {Type::null(), Value(), kInt, "NULL"},
      {Type::null(), Value(), Type::array(kInt), "NULL"},
  };
  for (const CastCase& c : cases) {
    CAPTURE(c.from->to_string());
    CAPTURE(to_text(c.value, *c.from));
    CAPTURE(c.to->to_string());
    REQUIRE(cast_exists(*c.from, *c.to));
    Rows rows;
    rows.add(c.from, {c.value, Value()});
    const bool fails = std::string(c.result) == "FAIL";
    CHECK(rows(cast(column(c.from, 0), c.to)) == (fails ? "NULL" : std::string(c.result)) + " NULL");
    CHECK(rows.failed() == (fails ? "0" : ""));
  }
}

TEST_CASE("a failed cast says what is wrong with which value") {
  Rows rows;
  rows.add(kString, {Value("abc" + std::string(500, 'x'))});
  rows(cast(column(kString, 0), kInt));
  REQUIRE(rows.errors().count() == 1);
  const std::string& message = rows.errors().errors()[0].message;
  CHECK(message.find("'abcx") != std::string::npos);
  CHECK(message.find("INTEGER") != std::string::npos);
  CHECK(message.size() < 200);
}

TEST_CASE("nested values are cast element by element, structs by name") {
  Rows rows;
  const TypePtr bigints = Type::array(kBigint);
  rows.add(bigints,
           {Value(ValueList{Value(int64_t{1}), Value(), Value(int64_t{2147483648})}), Value(), Value(ValueList{})});
  CHECK(rows(cast(column(bigints, 0), Type::array(kInt))) == "[1, null, -2147483648] NULL []");
  CHECK(rows(cast(column(bigints, 0), Type::array(kString))) == "[1, null, 2147483648] NULL []");
  CHECK(rows(cast(column(bigints, 0), bigints)) == "[1, null, 2147483648] NULL []");

  const TypePtr deep = Type::map(kString, Type::map(kString, kString));
  rows.add(deep, {Value(ValueMap{{Value("k1"), Value(ValueMap{{Value("k2"), Value("10")}})}}), Value(ValueMap{}),
                  Value(ValueMap{{Value("k1"), Value(ValueMap{{Value("k2"), Value("ten")}})}})});
  CHECK(rows(cast(column(deep, 1), Type::map(kString, Type::map(kString, kInt)))) == "{k1={k2=10}} {} NULL");
  CHECK(rows.failed() == "2");

  const TypePtr from = Type::structure({{"F0", kBigint}, {"F1", kString}});
  rows.add(from, {Value(ValueList{Value(int64_t{1}), Value("3")}), Value(), Value(ValueList{Value(), Value("x")})});
  CHECK(rows(cast(column(from, 2), Type::structure({{"F0", kString}, {"F3", kString}}))) ==
        "Struct{F0=1} NULL Struct{}");
  CHECK(rows(cast(column(from, 2), Type::structure({{"F1", kInt}, {"F0", kInt}}))) == "Struct{F1=3,F0=1} NULL NULL");
  CHECK(rows.failed() == "2");

  // The row of a failing element is found across empty and NULL arrays.
  const TypePtr texts = Type::array(kString);
  Rows many;
  many.add(texts, {Value(ValueList{}), Value(ValueList{Value("1")}), Value(), Value(ValueList{}),
                   Value(ValueList{Value("2"), Value("x")}), Value(ValueList{Value("3")})});
  CHECK(many(cast(column(texts, 0), Type::array(kInt))) == "[] [1] NULL [] NULL [3]");
  CHECK(many.failed() == "4");
}

TEST_CASE("a failed cast is NULL to the expression around it") {
  Rows rows;
  rows.add(kString, {Value("5"), Value("abc")});
  const BoundExprPtr number = cast(column(kString, 0), kInt);
  CHECK(rows(negatable(BoundKind::kIsNull, false, {number})) == "false true");
  CHECK(rows.failed() == "1");
  CHECK(rows(bound(BoundKind::kNot, Type::boolean(), {compare(CompareOp::kEqual, number, integer(5))})) ==
        "false true");
  CHECK(rows.failed() == "1");
  // A widening cast, which nobody may have written, hides nothing.
  rows.add(kInt, {Value(1), Value(0)});
  const BoundExprPtr quotient = arithmetic(kInt, BinaryOp::kDivide, integer(10), column(kInt, 1));
  CHECK(rows(negatable(BoundKind::kIsNull, false, {cast(quotient, kBigint)})) == "false NULL");
}

TEST_CASE("there is a kernel for every cast that the language has, and for no other") {
  const TypePtr row = Type::structure({{"A", kInt}});
  std::vector<TypePtr> types = {Type::null(), Type::boolean(), kInt,         kBigint,      kDouble,          kDecimal42,
                                kString,      Type::bytes(),   Type::date(), Type::time(), Type::timestamp()};
  for (size_t i = types.size(); i-- > 1;) types.push_back(Type::array(types[i]));
  types.insert(types.end(), {Type::map(kString, kInt), Type::map(kInt, Type::boolean()), row,
                             Type::structure({{"A", Type::boolean()}}), Type::structure({{"B", Type::bytes()}})});
  for (const TypePtr& from : types) {
    for (const TypePtr& to : types) {
      CAPTURE(from->to_string());
      CAPTURE(to->to_string());
      if (cast_exists(*from, *to)) {
        CHECK(make_cast_kernel(from, to) != nullptr);
      } else {
        CHECK_THROWS_AS(make_cast_kernel(from, to), std::logic_error);
      }
    }
  }
}

}  // namespace weir
