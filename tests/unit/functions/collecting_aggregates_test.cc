// COLLECT_LIST, COLLECT_SET, EARLIEST_BY_OFFSET, LATEST_BY_OFFSET.
#include "tests/unit/functions/aggregate_test.h"

namespace weir::function_test {
namespace {

const Value kNull;

Arg collected(TypePtr type) { return null_of(std::move(type)); }
Value list(ValueList values) { return Value(std::move(values)); }

}  // namespace

TEST_CASE("COLLECT_LIST gathers every value in order, NULL too") {
  AggregateGroup group("COLLECT_LIST", {collected(Type::string())});
  CHECK(same_type(group.type(), Type::array(Type::string())));
  CHECK(group.result() == list({}));
  CHECK(group.add({"a"}).add({kNull}).add({""}).add({"a"}).result() == list({"a", kNull, "", "a"}));
  SUBCASE("undo takes the last equal one away") {
    CHECK(group.undo({"a"}).result() == list({"a", kNull, ""}));
    CHECK(group.undo({kNull}).undo({"never there"}).result() == list({"a", ""}));
  }
  SUBCASE("sessions meet") {
    AggregateGroup other("COLLECT_LIST", {collected(Type::string())});
    CHECK(group.merge(other).merge(other.add({"z"})).result() == list({"a", kNull, "", "a", "z"}));
  }
}

TEST_CASE("COLLECT_LIST of each kind of type") {
  const TypePtr structure = Type::structure({{"A", Type::integer()}, {"B", Type::array(Type::string())}});
  const std::pair<TypePtr, Value> cases[] = {
      {Type::boolean(), true},
      {Type::integer(), -1},
      {Type::bigint(), int64_t{1} << 40},
      {Type::float64(), 0.1},
      {Type::decimal(20, 3), Int128{-12345}},
      {Type::bytes(), Value(std::string("\0\xff", 2))},
      {Type::date(), 3},
      {Type::time(), 4},
      {Type::timestamp(), int64_t{5}},
      {Type::array(Type::integer()), list({1, kNull, 3})},
      {Type::map(Type::string(), Type::integer()), ValueMap{{"k", 1}}},
      {structure, list({7, list({"x", kNull})})},
  };
  for (const auto& [type, value] : cases) {
    CAPTURE(type->to_string());
    AggregateGroup group("COLLECT_LIST", {collected(type)});
    CHECK(group.add({value}).add({kNull}).add({value}).result() == list({value, kNull, value}));
    CHECK(group.undo({value}).result() == list({value, kNull}));
    AggregateGroup set("COLLECT_SET", {collected(type)});
    CHECK(set.add({value}).add({kNull}).add({value}).add({kNull}).result() == list({value, kNull}));
  }
}

TEST_CASE("COLLECT_SET gathers distinct values in the order of their first arrival") {
  AggregateGroup group("COLLECT_SET", {collected(Type::string())});
  CHECK(group.result() == list({}));
  CHECK(group.add({"b"}).add({"a"}).add({"b"}).add({kNull}).add({kNull}).result() == list({"b", "a", kNull}));
  AggregateGroup other("COLLECT_SET", {collected(Type::string())});
  other.add({"c"}).add({"a"}).add({kNull}).add({"d"});
  CHECK(group.merge(other).result() == list({"b", "a", kNull, "c", "d"}));
  AggregateGroup maps("COLLECT_SET", {collected(Type::map(Type::string(), Type::integer()))});
  maps.add({ValueMap{{"b", 2}, {"a", 1}}}).add({ValueMap{{"a", 1}, {"b", 2}}}).add({ValueMap{{"a", 1}}});
  CHECK(maps.result().as_list().size() == 2);
}

TEST_CASE("EARLIEST_BY_OFFSET and LATEST_BY_OFFSET keep one value") {
  AggregateGroup earliest("EARLIEST_BY_OFFSET", {collected(Type::integer())});
  AggregateGroup latest("LATEST_BY_OFFSET", {collected(Type::integer())});
  CHECK(earliest.result().is_null());
  CHECK(latest.result().is_null());
  CHECK(earliest.add({kNull}).add({1}).add({2}).result() == Value(1));
  CHECK(latest.add({1}).add({2}).add({kNull}).result() == Value(2));
  AggregateGroup any_earliest("EARLIEST_BY_OFFSET", {collected(Type::string()), B(false)});
  AggregateGroup any_latest("LATEST_BY_OFFSET", {collected(Type::string()), B(false)});
  CHECK(any_earliest.add({kNull}).add({"x"}).result().is_null());
  CHECK(any_latest.add({"x"}).add({kNull}).result().is_null());
  CHECK(any_latest.add({"y"}).result() == Value("y"));
  AggregateGroup ignoring("LATEST_BY_OFFSET", {collected(Type::string()), B(true)});
  CHECK(ignoring.add({"x"}).add({kNull}).result() == Value("x"));
}

TEST_CASE("sessions that meet are ordered by when their rows came") {
  for (const bool first_came_first : {true, false}) {
    CAPTURE(first_came_first);
    for (const char* name : {"EARLIEST_BY_OFFSET", "LATEST_BY_OFFSET"}) {
      CAPTURE(name);
      AggregateGroup a(name, {collected(Type::string())});
      AggregateGroup b(name, {collected(Type::string())});
      AggregateGroup many_a(name, {collected(Type::string()), I(2)});
      AggregateGroup many_b(name, {collected(Type::string()), I(2)});
      const auto fill = [](AggregateGroup& one, AggregateGroup& many, const std::string& value) {
        one.add({value});
        many.add({value + "1"}).add({kNull}).add({value + "2"});
      };
      if (first_came_first) fill(a, many_a, "a");
      fill(b, many_b, "b");
      if (!first_came_first) fill(a, many_a, "a");
      const bool wants_a = first_came_first == (name == std::string("EARLIEST_BY_OFFSET"));
      CHECK(AggregateGroup(a).merge(b).result() == Value(wants_a ? "a" : "b"));
      CHECK(AggregateGroup(b).merge(a).result() == Value(wants_a ? "a" : "b"));
      CHECK(AggregateGroup(many_a).merge(many_b).result() == (wants_a ? list({"a1", "a2"}) : list({"b1", "b2"})));
      CHECK(a.merge(AggregateGroup(name, {collected(Type::string())})).result() == Value("a"));
      CHECK(AggregateGroup(name, {collected(Type::string())}).merge(a).result() == Value("a"));
    }
  }
}

TEST_CASE("EARLIEST_BY_OFFSET and LATEST_BY_OFFSET keep n values, the oldest first") {
  AggregateGroup earliest("EARLIEST_BY_OFFSET", {collected(Type::integer()), I(2)});
  CHECK(same_type(earliest.type(), Type::array(Type::integer())));
  CHECK(earliest.result() == list({}));
  CHECK(earliest.add({kNull}).add({1}).add({2}).add({3}).result() == list({1, 2}));
  AggregateGroup latest("LATEST_BY_OFFSET", {collected(Type::integer()), I(2)});
  CHECK(latest.add({1}).add({2}).add({kNull}).add({3}).result() == list({2, 3}));
  AggregateGroup any_earliest("EARLIEST_BY_OFFSET", {collected(Type::integer()), I(2), B(false)});
  CHECK(any_earliest.add({kNull}).add({1}).add({2}).result() == list({kNull, 1}));
  AggregateGroup any_latest("LATEST_BY_OFFSET", {collected(Type::integer()), I(2), B(false)});
  CHECK(any_latest.add({12}).add({kNull}).result() == list({12, kNull}));
  CHECK(any_latest.add({13}).result() == list({kNull, 13}));
  CHECK(aggregate_refusal("LATEST_BY_OFFSET", {collected(Type::integer()), I(0)}) ==
        "The number of values that LATEST_BY_OFFSET keeps must be a whole number of 1 or more.");
}

}  // namespace weir::function_test
