// STDDEV_SAMPLE, STDDEV_SAMP, CORRELATION, HISTOGRAM, ATTR, COUNT_DISTINCT.
#include <cmath>

#include "engine/functions/distinct_sketch.h"
#include "tests/unit/functions/aggregate_test.h"

namespace weir::function_test {
namespace {

const Value kAbsent;

Arg sample(TypePtr type) { return null_of(std::move(type)); }

// Spreads numbers over 64 bits (splitmix64).
uint64_t spread(uint64_t i) {
  i += 0x9E3779B97F4A7C15ull;
  i = (i ^ (i >> 30)) * 0xBF58476D1CE4E5B9ull;
  i = (i ^ (i >> 27)) * 0x94D049BB133111EBull;
  return i ^ (i >> 31);
}

std::string sketch_of(uint64_t from, uint64_t to) {
  std::string sketch;
  distinct_sketch::initialize(sketch);
  for (uint64_t i = from; i < to; ++i) {
    std::string next;
    distinct_sketch::add(sketch, spread(i), next);
    sketch.swap(next);
  }
  return sketch;
}

}  // namespace

TEST_CASE("STDDEV_SAMPLE is the standard deviation, STDDEV_SAMP its square") {
  AggregateGroup root("STDDEV_SAMPLE", {sample(Type::integer())});
  AggregateGroup square("STDDEV_SAMP", {sample(Type::integer())});
  CHECK(root.result() == Value(0.0));
  CHECK(root.add({0}).add({kAbsent}).result() == Value(0.0));
  CHECK(root.add({10}).result() == Value(7.0710678118654755));
  CHECK(root.add({7}).result() == Value(5.131601439446884));
  CHECK(root.add({6}).result() == Value(4.193248541803041));
  CHECK(square.add({0}).add({10}).add({7}).add({6}).result() == Value(17.583333333333332));
  AggregateGroup longs("STDDEV_SAMP", {sample(Type::bigint())});
  longs.add({Value(int64_t{2147483648})}).add({Value(int64_t{100})}).add({Value(int64_t{-2})});
  CHECK(longs.result() == Value(1.5372286026580004e+18));
  AggregateGroup doubles("STDDEV_SAMPLE", {sample(Type::float64())});
  CHECK(doubles.add({-1.8}).add({2.3}).add({100.2}).result() == Value(57.74256084841869));
}

TEST_CASE("standard deviations are undone and merged") {
  AggregateGroup group("STDDEV_SAMPLE", {sample(Type::bigint())});
  AggregateGroup wanted = group;
  const auto number = [](int64_t n) { return ValueList{Value(n)}; };
  wanted.add(number(4)).add(number(9)).add(number(12));
  group.add(number(4)).add(number(1000)).add(number(9)).add(number(12)).undo(number(1000)).undo({kAbsent});
  CHECK(group.result().as_double() == doctest::Approx(wanted.result().as_double()));
  AggregateGroup one("STDDEV_SAMPLE", {sample(Type::bigint())});
  AggregateGroup two = one;
  one.add(number(4));
  two.add(number(9)).add(number(12));
  CHECK(AggregateGroup(one).merge(two).result().as_double() == doctest::Approx(wanted.result().as_double()));
  CHECK(AggregateGroup("STDDEV_SAMPLE", {sample(Type::bigint())}).merge(two).result() == two.result());
  two.undo(number(9)).undo(number(12));
  CHECK(two.result() == Value(0.0));
}

TEST_CASE("CORRELATION") {
  AggregateGroup group("CORRELATION", {sample(Type::bigint()), sample(Type::bigint())});
  const auto pair = [](int64_t x, int64_t y) { return ValueList{Value(x), Value(y)}; };
  CHECK(std::isnan(group.result().as_double()));
  CHECK(std::isnan(group.add(pair(1, 8)).result().as_double()));
  CHECK(group.add(pair(-1, -2)).result() == Value(1.0));
  CHECK(group.add(pair(-4, -1)).result() == Value(0.7455284088780169));
  CHECK(group.add({kAbsent, Value(int64_t{5})}).add({Value(int64_t{5}), kAbsent}).result() ==
        Value(0.7455284088780169));
  CHECK(group.undo(pair(-4, -1)).undo({kAbsent, kAbsent}).result() == Value(1.0));
  AggregateGroup other("CORRELATION", {sample(Type::bigint()), sample(Type::bigint())});
  CHECK(group.merge(other.add(pair(-4, -1))).result() == Value(0.7455284088780169));
  AggregateGroup doubles("CORRELATION", {sample(Type::float64()), sample(Type::float64())});
  CHECK(doubles.add({-3.5, -2.0}).add({-1.0, -2.0}).add({-4.5, -1.0}).result().as_double() ==
        doctest::Approx(-0.7205766921228921));
}

TEST_CASE("HISTOGRAM counts texts") {
  AggregateGroup group("HISTOGRAM", {sample(Type::string())});
  const auto counts = [](std::vector<std::pair<std::string, int64_t>> entries) {
    ValueMap map;
    for (const auto& [text, count] : entries) map.emplace_back(text, count);
    return Value(std::move(map));
  };
  CHECK(group.result() == counts({}));
  group.add({"foo"}).add({"bar"}).add({kAbsent}).add({"foo"});
  CHECK(group.result() == counts({{"foo", 2}, {"bar", 1}}));
  AggregateGroup other("HISTOGRAM", {sample(Type::string())});
  other.add({"bar"}).add({"baz"});
  CHECK(AggregateGroup(group).merge(other).result() == counts({{"foo", 2}, {"bar", 2}, {"baz", 1}}));
  CHECK(group.undo({"foo"}).undo({"bar"}).undo({"never there"}).undo({kAbsent}).result() == counts({{"foo", 1}}));
}

TEST_CASE("HISTOGRAM has a thousand texts at most") {
  AggregateGroup group("HISTOGRAM", {sample(Type::string())});
  for (int i = 0; i < 1001; ++i) group.add({std::to_string(i)});
  group.add({"0"});
  const Value result = group.result();
  CHECK(result.as_map().size() == 1000);
  CHECK(result.as_map()[0].second == Value(int64_t{2}));
  AggregateGroup other("HISTOGRAM", {sample(Type::string())});
  CHECK(group.merge(other.add({"5000"}).add({"1"})).result().as_map().size() == 1000);
  CHECK(group.result().as_map()[1].second == Value(int64_t{2}));
}

TEST_CASE("ATTR is the only value") {
  AggregateGroup group("ATTR", {sample(Type::string())});
  CHECK(group.result().is_null());
  CHECK(group.add({"1"}).add({"1"}).result() == Value("1"));
  CHECK(AggregateGroup(group).add({kAbsent}).result().is_null());
  CHECK(group.add({"2"}).result().is_null());
  CHECK(group.undo({"1"}).result().is_null());
  CHECK(group.undo({"1"}).result() == Value("2"));
  AggregateGroup same("ATTR", {sample(Type::string())});
  AggregateGroup different = same;
  CHECK(AggregateGroup(group).merge(same).result() == Value("2"));
  CHECK(AggregateGroup(group).merge(same.add({"2"})).result() == Value("2"));
  CHECK(AggregateGroup(group).merge(different.add({"3"})).result().is_null());
  AggregateGroup maps("ATTR", {sample(Type::map(Type::string(), Type::integer()))});
  maps.add({ValueMap{{"b", 2}, {"a", 1}}}).add({ValueMap{{"a", 1}, {"b", 2}}});
  CHECK_FALSE(maps.result().is_null());
}

TEST_CASE("COUNT_DISTINCT counts different values") {
  AggregateGroup group("COUNT_DISTINCT", {sample(Type::string())});
  CHECK(group.result() == Value(int64_t{0}));
  CHECK(group.add({"one"}).add({"two"}).add({"one"}).add({kAbsent}).add({""}).result() == Value(int64_t{3}));
  AggregateGroup other("COUNT_DISTINCT", {sample(Type::string())});
  CHECK(group.merge(other.add({"two"}).add({"three"})).result() == Value(int64_t{4}));
  AggregateGroup lists("COUNT_DISTINCT", {sample(Type::array(Type::integer()))});
  CHECK(lists.add({Value(ValueList{1, 2})}).add({Value(ValueList{1})}).add({Value(ValueList{1, 2})}).result() ==
        Value(int64_t{2}));
  CHECK_FALSE(FunctionRegistry::standard()->find_aggregate("COUNT_DISTINCT")->undo);
}

TEST_CASE("a sketch is exact while it is small and close when it is large") {
  CHECK(distinct_sketch::estimate(sketch_of(0, 1024)) == 1024);
  for (const uint64_t count : {1025, 5000, 40000, 200000}) {
    CAPTURE(count);
    const std::string sketch = sketch_of(0, count);
    CHECK(sketch.size() == 1 + 12288);
    CHECK(std::abs(static_cast<double>(distinct_sketch::estimate(sketch)) - static_cast<double>(count)) <
          0.03 * static_cast<double>(count));
    // The same values again change nothing.
    std::string again;
    distinct_sketch::add(sketch, spread(count / 2), again);
    CHECK(again == sketch);
  }
}

TEST_CASE("sketches that meet are the sketch of all values") {
  const auto merged = [](const std::string& a, const std::string& b) {
    std::string out = "before";
    distinct_sketch::merge(a, b, out);
    return out.substr(6);
  };
  CHECK(merged(sketch_of(0, 600), sketch_of(500, 1000)) == sketch_of(0, 1000));
  CHECK(merged(sketch_of(0, 900), sketch_of(800, 1600)) == sketch_of(0, 1600));
  CHECK(merged(sketch_of(0, 2000), sketch_of(1900, 2100)) == sketch_of(0, 2100));
  CHECK(merged(sketch_of(1900, 2100), sketch_of(0, 2000)) == sketch_of(0, 2100));
  CHECK(merged(sketch_of(0, 3000), sketch_of(2000, 5000)) == sketch_of(0, 5000));
}

}  // namespace weir::function_test
