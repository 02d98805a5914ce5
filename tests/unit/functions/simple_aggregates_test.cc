// COUNT, SUM, AVG, SUM_LIST, MIN, MAX.
#include <cmath>

#include "tests/unit/functions/aggregate_test.h"

namespace weir::function_test {
namespace {

const Value kNone;

Arg column_of(TypePtr type) { return null_of(std::move(type)); }

}  // namespace

TEST_CASE("COUNT counts rows, or values that aren't NULL") {
  AggregateGroup rows("COUNT", {});
  AggregateGroup values("COUNT", {column_of(Type::string())});
  CHECK(rows.result() == Value(int64_t{0}));
  CHECK(rows.add({}).add({}).result() == Value(int64_t{2}));
  CHECK(values.add({"a"}).add({kNone}).add({"a"}).result() == Value(int64_t{2}));
  CHECK(values.undo({kNone}).undo({"a"}).result() == Value(int64_t{1}));
  CHECK(rows.merge(AggregateGroup("COUNT", {}).add({})).result() == Value(int64_t{3}));
}

TEST_CASE("SUM ignores NULL, wraps integers, can be undone and merged") {
  AggregateGroup ints("SUM", {column_of(Type::integer())});
  CHECK(ints.result() == Value(0));
  CHECK(ints.add({kNone}).add({5}).add({-7}).result() == Value(-2));
  CHECK(ints.undo({5}).undo({kNone}).result() == Value(-7));
  CHECK(ints.merge(AggregateGroup("SUM", {column_of(Type::integer())}).add({10})).result() == Value(3));
  CHECK(ints.add({2147483647}).result() == Value(int32_t{-2147483646}));
  AggregateGroup doubles("SUM", {column_of(Type::float64())});
  CHECK(doubles.add({1.5}).add({2.25}).result() == Value(3.75));
}

TEST_CASE("SUM of DECIMAL keeps its type and reports what doesn't fit") {
  const TypePtr type = Type::decimal(4, 1);
  AggregateGroup sum("SUM", {column_of(type)});
  CHECK(same_type(sum.type(), type));
  CHECK(sum.result() == Value(Int128{0}));
  CHECK(sum.add({Int128{5009}}).add({kNone}).add({Int128{3008}}).result() == Value(Int128{8017}));
  CHECK(sum.errors.empty());
  CHECK(sum.add({Int128{4008}}).result() == Value(Int128{8017}));
  REQUIRE(sum.errors.size() == 1);
  CHECK(sum.errors[0].find("Numeric field overflow") != std::string::npos);
  CHECK(sum.errors[0].find("DECIMAL(4, 1)") != std::string::npos);
  CHECK(sum.undo({Int128{17}}).result() == Value(Int128{8000}));
  CHECK(sum.merge(AggregateGroup("SUM", {column_of(type)}).add({Int128{1000}})).result() == Value(Int128{9000}));
  CHECK(sum.merge(AggregateGroup("SUM", {column_of(type)}).add({Int128{9000}})).result().is_null());
}

TEST_CASE("SUM of the widest DECIMAL doesn't run over when sessions meet") {
  const TypePtr type = Type::decimal(38, 0);
  const Int128 most =
      (Int128{9'999'999'999'999'999'999ull} * 10'000'000'000'000'000'000ull) + Int128{9'999'999'999'999'999'999ull};
  AggregateGroup sum("SUM", {column_of(type)});
  AggregateGroup other("SUM", {column_of(type)});
  sum.add({most});
  other.add({most});
  CHECK(sum.merge(other).result().is_null());
  AggregateGroup low("SUM", {column_of(type)});
  low.add({Value(Int128{-most})});
  AggregateGroup low_too = low;
  CHECK(low.merge(low_too).result().is_null());
}

TEST_CASE("AVG divides the sum by the number of values") {
  AggregateGroup doubles("AVG", {column_of(Type::float64())});
  CHECK(doubles.result() == Value(0.0));
  CHECK(doubles.add({-1.8}).add({9223372036854.775}).add({kNone}).result() == Value(4611686018426.487));
  CHECK(doubles.add({100.2}).result() == Value(3074457345651.058));
  AggregateGroup longs("AVG", {column_of(Type::bigint())});
  const Value large(int64_t{9'000'000'000'000'000'000});
  CHECK(longs.add({large}).add({large}).result() == Value(9e18));
  AggregateGroup ints("AVG", {column_of(Type::integer())});
  CHECK(ints.add({2147483647}).add({2147483647}).result() == Value(2147483647.0));
  CHECK(ints.add({1}).undo({2147483647}).undo({2147483647}).undo({kNone}).result() == Value(1.0));
  CHECK(ints.merge(AggregateGroup("AVG", {column_of(Type::integer())}).add({2})).result() == Value(1.5));
}

TEST_CASE("SUM_LIST sums up the elements") {
  AggregateGroup sum("SUM_LIST", {column_of(Type::array(Type::bigint()))});
  CHECK(sum.result() == Value(int64_t{0}));
  sum.add({Value(ValueList{int64_t{1}, kNone, int64_t{2}})}).add({kNone}).add({Value(ValueList{})});
  CHECK(sum.result() == Value(int64_t{3}));
  CHECK(sum.undo({Value(ValueList{int64_t{1}})}).result() == Value(int64_t{2}));
  AggregateGroup other("SUM_LIST", {column_of(Type::array(Type::bigint()))});
  CHECK(sum.merge(other.add({Value(ValueList{int64_t{40}})})).result() == Value(int64_t{42}));
  AggregateGroup doubles("SUM_LIST", {column_of(Type::array(Type::float64()))});
  CHECK(doubles.add({Value(ValueList{0.5, 0.25})}).result() == Value(0.75));
}

TEST_CASE("MIN and MAX choose by the order of each type") {
  struct Case {
    TypePtr type;
    Value least, middle, greatest;
  };
  const Case cases[] = {
      {Type::integer(), -5, 0, 7},
      {Type::bigint(), int64_t{-5'000'000'000}, int64_t{0}, int64_t{7'000'000'000}},
      {Type::float64(), -0.5, -0.0, 0.0},
      {Type::float64(), -1e300, 3.0, std::nan("")},
      {Type::decimal(30, 2), Int128{-500}, Int128{0}, Int128{700}},
      {Type::date(), -1, 0, 18000},
      {Type::time(), 0, 1, 86'399'999},
      {Type::timestamp(), int64_t{-1}, int64_t{0}, int64_t{1'600'000'000'000}},
      {Type::string(), "", "B", "a"},
      {Type::bytes(), "\x80", "\x01", "\x01\x02"},  // signed, as Java's
  };
  for (const Case& c : cases) {
    CAPTURE(c.type->to_string());
    for (const auto& [name, wanted] : {std::pair("MIN", c.least), std::pair("MAX", c.greatest)}) {
      CAPTURE(name);
      AggregateGroup group(name, {column_of(c.type)});
      CHECK(same_type(group.type(), c.type));
      CHECK(group.result().is_null());
      CHECK(group.add({kNone}).result().is_null());
      group.add({c.middle}).add({c.least}).add({kNone}).add({c.greatest}).add({c.middle});
      CHECK(to_text(group.result(), *c.type) == to_text(wanted, *c.type));
      AggregateGroup other(name, {column_of(c.type)});
      CHECK(to_text(AggregateGroup(other).merge(group).result(), *c.type) == to_text(wanted, *c.type));
      CHECK(to_text(AggregateGroup(group).merge(other).result(), *c.type) == to_text(wanted, *c.type));
      other.add({wanted});
      AggregateGroup middle(name, {column_of(c.type)});
      middle.add({c.middle});
      CHECK(to_text(AggregateGroup(middle).merge(other).result(), *c.type) == to_text(wanted, *c.type));
      CHECK(to_text(AggregateGroup(other).merge(middle).result(), *c.type) == to_text(wanted, *c.type));
    }
  }
  CHECK_FALSE(FunctionRegistry::standard()->find_aggregate("MAX")->undo);
  CHECK(aggregate_refusal("MAX", {column_of(Type::boolean())}).find("does not accept parameters (BOOLEAN)") !=
        std::string::npos);
}

}  // namespace weir::function_test
