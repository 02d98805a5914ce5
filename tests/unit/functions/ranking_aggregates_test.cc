// TOPK, TOPKDISTINCT.
#include "tests/unit/functions/aggregate_test.h"

namespace weir::function_test {
namespace {

const Value kMissing;

Arg top_column(TypePtr type) { return null_of(std::move(type)); }
Value top_values(ValueList values) { return Value(std::move(values)); }

}  // namespace

TEST_CASE("TOPK keeps the greatest values, the greatest first") {
  AggregateGroup group("TOPK", {top_column(Type::integer()), I(3)});
  CHECK(same_type(group.type(), Type::array(Type::integer())));
  CHECK(group.result() == top_values({}));
  CHECK(group.add({0}).add({kMissing}).add({100}).add({99}).result() == top_values({100, 99, 0}));
  CHECK(group.add({7}).result() == top_values({100, 99, 7}));
  CHECK(group.add({100}).result() == top_values({100, 100, 99}));
  CHECK(group.add({-1}).result() == top_values({100, 100, 99}));
  AggregateGroup other("TOPK", {top_column(Type::integer()), I(3)});
  other.add({100}).add({500});
  CHECK(AggregateGroup(group).merge(other).result() == top_values({500, 100, 100}));
  CHECK(other.merge(group).result() == top_values({500, 100, 100}));
}

TEST_CASE("TOPK of the types that it takes") {
  AggregateGroup texts("TOPK", {top_column(Type::string()), I(3)});
  CHECK(texts.add({"a"}).add({"b"}).add({"c"}).add({"b"}).add({"d"}).result() == top_values({"d", "c", "b"}));
  AggregateGroup longs("TOPK", {top_column(Type::bigint()), I(2)});
  const Value large(int64_t{2147483648});
  CHECK(longs.add({large}).add({Value(int64_t{-1})}).add({Value(int64_t{5})}).result() ==
        top_values({large, Value(int64_t{5})}));
  AggregateGroup doubles("TOPK", {top_column(Type::float64()), I(2)});
  CHECK(doubles.add({-0.5}).add({7.25}).add({0.5}).result() == top_values({7.25, 0.5}));
  CHECK_FALSE(FunctionRegistry::standard()->find_aggregate("TOPK")->undo);
}

TEST_CASE("TOPK with further columns gives STRUCTs") {
  AggregateGroup group(
      "TOPK", {top_column(Type::integer()), top_column(Type::string()), top_column(Type::array(Type::bigint())), I(2)});
  CHECK(same_type(group.type(), Type::array(Type::structure({{"sort_col", Type::integer()},
                                                             {"col0", Type::string()},
                                                             {"col1", Type::array(Type::bigint())}}))));
  CHECK(group.result() == top_values({}));
  const Value numbers = top_values({Value(int64_t{1}), kMissing});
  group.add({0, "zero", numbers}).add({100, "one", kMissing}).add({kMissing, "null", kMissing});
  CHECK(group.result() == top_values({top_values({100, "one", kMissing}), top_values({0, "zero", numbers})}));
  // Of equal values the first one stays first.
  group.add({100, kMissing, numbers});
  CHECK(group.result() == top_values({top_values({100, "one", kMissing}), top_values({100, kMissing, numbers})}));
  CHECK(group.add({100, "late", kMissing}).result() ==
        top_values({top_values({100, "one", kMissing}), top_values({100, kMissing, numbers})}));
  AggregateGroup other(
      "TOPK", {top_column(Type::integer()), top_column(Type::string()), top_column(Type::array(Type::bigint())), I(2)});
  other.add({101, "other", kMissing});
  CHECK(group.merge(other).result() ==
        top_values({top_values({101, "other", kMissing}), top_values({100, "one", kMissing})}));
}

TEST_CASE("TOPKDISTINCT keeps each value once") {
  AggregateGroup group("TOPKDISTINCT", {top_column(Type::float64()), I(3)});
  group.add({100.5}).add({99.5}).add({100.5}).add({kMissing}).add({7.5});
  CHECK(group.result() == top_values({100.5, 99.5, 7.5}));
  CHECK(group.add({8.5}).add({8.5}).result() == top_values({100.5, 99.5, 8.5}));
  AggregateGroup other("TOPKDISTINCT", {top_column(Type::float64()), I(3)});
  other.add({100.5}).add({1.0}).add({99.0});
  CHECK(AggregateGroup(group).merge(other).result() == top_values({100.5, 99.5, 99.0}));
  CHECK(other.merge(group).result() == top_values({100.5, 99.5, 99.0}));
}

TEST_CASE("TOPKDISTINCT of each type") {
  struct Case {
    TypePtr type;
    Value small, large;
  };
  const Case cases[] = {
      {Type::integer(), -1, 2},
      {Type::bigint(), int64_t{-1}, int64_t{2}},
      {Type::decimal(10, 3), Int128{-1}, Int128{2}},
      {Type::string(), "10", "9"},
      {Type::bytes(), "a", "ab"},
      {Type::date(), -1, 2},
      {Type::time(), 1, 2},
      {Type::timestamp(), int64_t{-1}, int64_t{2}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.type->to_string());
    AggregateGroup group("TOPKDISTINCT", {top_column(c.type), I(2)});
    CHECK(same_type(group.type(), Type::array(c.type)));
    CHECK(group.add({c.small}).add({c.large}).add({c.small}).add({c.large}).result() == top_values({c.large, c.small}));
  }
}

TEST_CASE("TOPK and TOPKDISTINCT refuse sizes that can't work") {
  for (const char* name : {"TOPK", "TOPKDISTINCT"}) {
    const std::string message =
        std::string("The number of values that ") + name + " keeps must be a whole number of 1 or more.";
    CHECK(aggregate_refusal(name, {top_column(Type::integer()), I(0)}) == message);
    CHECK(aggregate_refusal(name, {top_column(Type::integer()), I(-1)}) == message);
  }
}

}  // namespace weir::function_test
