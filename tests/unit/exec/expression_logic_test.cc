#include <doctest/doctest.h>

#include "expression_test.h"

namespace weir {

using namespace test;
using sql::BinaryOp;
using sql::CompareOp;

namespace {

BoundExprPtr both(BoundKind kind, BoundExprPtr a, BoundExprPtr b) {
  return bound(kind, Type::boolean(), {std::move(a), std::move(b)});
}

// 10 / column 0 > 1: fails where the column is 0.
BoundExprPtr risky(int index = 0) {
  const TypePtr t = Type::integer();
  return compare(CompareOp::kGreater, arithmetic(t, BinaryOp::kDivide, integer(10), column(t, index)), integer(1));
}

BoundExprPtr is_zero() { return compare(CompareOp::kEqual, column(Type::integer(), 0), integer(0)); }
BoundExprPtr is_not_zero() { return compare(CompareOp::kNotEqual, column(Type::integer(), 0), integer(0)); }

}  // namespace

TEST_CASE("AND, OR and NOT are three-valued") {
  Rows rows;
  const TypePtr t = Type::boolean();
  const Value n;
  rows.add(t, {Value(true), Value(true), Value(true), Value(false), Value(false), Value(false), n, n, n});
  rows.add(t, {Value(true), Value(false), n, Value(true), Value(false), n, Value(true), Value(false), n});
  const BoundExprPtr a = column(t, 0);
  const BoundExprPtr b = column(t, 1);
  CHECK(rows(both(BoundKind::kAnd, a, b)) == "true false NULL false false false NULL false NULL");
  CHECK(rows(both(BoundKind::kOr, a, b)) == "true true true true false NULL true NULL NULL");
  CHECK(rows(bound(BoundKind::kNot, t, {a})) == "false false false true true true NULL NULL NULL");
  CHECK(rows(both(BoundKind::kAnd, both(BoundKind::kOr, a, b), boolean(true))) ==
        "true true true true false NULL true NULL NULL");
}

TEST_CASE("what the left side decides isn't evaluated on the right") {
  Rows rows;
  rows.add(Type::integer(), {Value(5), Value(0), Value(20), Value(0), Value()});
  CHECK(rows(both(BoundKind::kAnd, is_not_zero(), risky())) == "true false false false false");
  CHECK(rows.failed() == "");
  CHECK(rows(both(BoundKind::kOr, is_zero(), risky())) == "true true false true false");
  CHECK(rows.failed() == "");
  CHECK(rows(both(BoundKind::kAnd, risky(), is_not_zero())) == "true NULL false NULL false");
  CHECK(rows.failed() == "1 3");
  CHECK(rows(both(BoundKind::kAnd, is_zero(), risky())) == "false NULL false NULL false");
  CHECK(rows.failed() == "1 3");
  // All decided, none decided.
  CHECK(rows(both(BoundKind::kAnd, boolean(false), risky())) == "false false false false false");
  CHECK(rows.failed() == "");
  CHECK(rows(both(BoundKind::kAnd, boolean(true), risky())) == "true NULL false NULL false");
  CHECK(rows.failed() == "1 3");
}

TEST_CASE("a failure spoils the whole expression, not only its part") {
  Rows rows;
  rows.add(Type::integer(), {Value(5), Value(0)});
  // NOT (10 / 0 > 1) is not true.
  CHECK(rows(bound(BoundKind::kNot, Type::boolean(), {risky()})) == "false NULL");
  CHECK(rows.errors().count() == 1);
  const BoundExprPtr twice = both(BoundKind::kOr, risky(), both(BoundKind::kAnd, risky(), boolean(true)));
  CHECK(rows(twice) == "true NULL");
  CHECK(rows.errors().count() == 1);  // one report a row
}

TEST_CASE("CASE takes the first condition that is true") {
  const TypePtr t = Type::integer();
  Rows rows;
  rows.add(t, {Value(1), Value(3), Value(6), Value(), Value(0)});
  const auto below = [&](int bound_value) { return compare(CompareOp::kLess, column(t, 0), integer(bound_value)); };
  CHECK(rows(case_of(Type::string(), {below(2), text("small"), below(4), text("medium"), text("large")})) ==
        "small medium large large small");
  CHECK(rows(case_of(Type::string(), {below(2), text("small"), below(4), null_of(Type::string()), text("large")})) ==
        "small NULL large large small");
  CHECK(rows(case_of(t, {below(4), arithmetic(t, BinaryOp::kMultiply, column(t, 0), integer(10)), null_of(t)})) ==
        "10 30 NULL NULL 0");
  CHECK(rows(case_of(t, {boolean(true), column(t, 0), integer(7)})) == "1 3 6 NULL 0");
  CHECK(rows(case_of(t, {boolean(false), integer(1), column(t, 0)})) == "1 3 6 NULL 0");
  CHECK(rows(case_of(t, {null_of(Type::boolean()), integer(1), integer(2)})) == "2 2 2 2 2");
}

TEST_CASE("CASE evaluates neither conditions nor branches that a row doesn't reach") {
  const TypePtr t = Type::integer();
  Rows rows;
  rows.add(t, {Value(5), Value(0), Value(20), Value(0), Value(1)});
  const BoundExprPtr quotient = arithmetic(t, BinaryOp::kDivide, integer(10), column(t, 0));
  CHECK(rows(case_of(t, {is_zero(), integer(-1), quotient})) == "2 -1 0 -1 10");
  CHECK(rows.failed() == "");
  CHECK(rows(case_of(t, {is_not_zero(), integer(-1), quotient})) == "-1 NULL -1 NULL -1");
  CHECK(rows.failed() == "1 3");
  CHECK(rows(case_of(t, {is_zero(), integer(-1), risky(), integer(1), integer(2)})) == "1 -1 2 -1 1");
  CHECK(rows.failed() == "");
  // A CASE within a branch, on rows picked twice.
  const BoundExprPtr below_six = compare(CompareOp::kLess, column(t, 0), integer(6));
  const BoundExprPtr inner = case_of(t, {below_six, quotient, integer(99)});
  CHECK(rows(case_of(t, {compare(CompareOp::kEqual, column(t, 0), integer(1)), integer(7), inner})) ==
        "2 NULL 99 NULL 7");
  CHECK(rows.failed() == "1 3");
}

TEST_CASE("CASE merges every type") {
  const TypePtr array = Type::array(Type::string());
  const TypePtr types[] = {Type::boolean(),
                           Type::integer(),
                           Type::bigint(),
                           Type::float64(),
                           Type::decimal(5, 2),
                           Type::string(),
                           Type::bytes(),
                           Type::date(),
                           Type::time(),
                           Type::timestamp(),
                           array,
                           Type::map(Type::string(), Type::integer()),
                           Type::structure({{"A", Type::integer()}})};
  const Value a[] = {Value(true),
                     Value(1),
                     Value(int64_t{1}),
                     Value(1.5),
                     Value(Int128{1}),
                     Value("a"),
                     Value("a"),
                     Value(1),
                     Value(1),
                     Value(int64_t{1}),
                     Value(ValueList{Value("x"), Value()}),
                     Value(ValueMap{{Value("k"), Value(1)}}),
                     Value(ValueList{Value(1)})};
  const Value b[] = {Value(false),
                     Value(2),
                     Value(int64_t{2}),
                     Value(2.5),
                     Value(Int128{2}),
                     Value("b"),
                     Value("b"),
                     Value(2),
                     Value(2),
                     Value(int64_t{2}),
                     Value(ValueList{}),
                     Value(ValueMap{}),
                     Value(ValueList{Value()})};
  for (size_t i = 0; i < std::size(types); ++i) {
    CAPTURE(types[i]->to_string());
    Rows rows;
    rows.add(Type::boolean(), {Value(true), Value(false), Value(), Value(true)});
    rows.add(types[i], {a[i], a[i], a[i], Value()});
    rows.add(types[i], {b[i], b[i], Value(), b[i]});
    const ColumnPtr merged =
        rows.column(case_of(types[i], {column(Type::boolean(), 0), column(types[i], 1), column(types[i], 2)}));
    CHECK(merged->value(0) == a[i]);
    CHECK(merged->value(1) == b[i]);
    CHECK(merged->value(2).is_null());
    CHECK(merged->value(3).is_null());
  }
}

TEST_CASE("selected rows are those that are true") {
  Rows rows;
  rows.add(Type::boolean(), {Value(true), Value(), Value(false), Value(true)});
  std::vector<uint32_t> selected{99};
  selected_rows(*rows.batch().columns[0], 4, selected);
  CHECK(selected == std::vector<uint32_t>{0, 3});
  selected_rows(*rows.batch().columns[0], 3, selected);
  CHECK(selected == std::vector<uint32_t>{0});
}

}  // namespace weir
