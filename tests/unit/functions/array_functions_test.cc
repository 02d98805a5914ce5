#include <cmath>

#include "tests/unit/functions/function_test.h"

namespace weir::function_test {
namespace {

const TypePtr kInt = Type::integer();
const TypePtr kText = Type::string();

ValueList ints(std::initializer_list<int> values) {
  ValueList out;
  for (int value : values) out.emplace_back(value);
  return out;
}

ValueList texts(std::initializer_list<const char*> values) {
  ValueList out;
  for (const char* value : values) out.emplace_back(value ? Value(value) : Value());
  return out;
}

Arg int_array(std::initializer_list<int> values) { return array(kInt, ints(values)); }
Arg text_array(std::initializer_list<const char*> values) { return array(kText, texts(values)); }
const Arg kNoInts = null_of(Type::array(kInt));

}  // namespace

TEST_CASE("ARRAY_LENGTH and ARRAY_CONTAINS") {
  check_calls({{"ARRAY_LENGTH", {int_array({1, 2, 3})}, 3},
               {"ARRAY_LENGTH", {int_array({})}, 0},
               {"ARRAY_LENGTH", {kNoInts}, {}},
               {"ARRAY_LENGTH", {array(Type::array(kInt), {Value(ints({}))})}, 1},
               {"ARRAY_CONTAINS", {text_array({"White", "Pink"}), S("Pink")}, true},
               {"ARRAY_CONTAINS", {text_array({"White", nullptr}), S("Pink")}, false},
               {"ARRAY_CONTAINS", {text_array({"White", nullptr}), null_of(kText)}, true},
               {"ARRAY_CONTAINS", {null_of(Type::array(kText)), S("Pink")}, false}});
}

TEST_CASE("ARRAY_MAX and ARRAY_MIN") {
  check_calls({{"ARRAY_MAX", {int_array({0, 0, 1, -1})}, 1},
               {"ARRAY_MIN", {int_array({0, 0, 1, -1})}, -1},
               {"ARRAY_MAX", {text_array({"foo", "fo", "Food", nullptr, "F", "food"})}, "food"},
               {"ARRAY_MIN", {text_array({"Foo", "Bar", nullptr, "baz"})}, "Bar"},
               {"ARRAY_MAX", {array(Type::boolean(), {Value(), Value(false), Value(true)})}, true},
               {"ARRAY_MAX", {array(Type::float64(), {Value(0.1), Value(-12345.678), Value(0.3)})}, 0.3},
               {"ARRAY_MAX", {array(Type::decimal(2, 1), {Value(Int128{-99}), Value(Int128{90})})}, Value(Int128{90})},
               {"ARRAY_MAX", {int_array({})}, {}},
               {"ARRAY_MIN", {array(kInt, {Value(), Value()})}, {}},
               {"ARRAY_MIN", {kNoInts}, {}}});
  CHECK(refusal("ARRAY_MAX", {array(Type::array(kInt), {})}).find("ARRAY<INTEGER>") != std::string::npos);
}

TEST_CASE("ARRAY_SORT puts NULLs last") {
  check_calls({{"ARRAY_SORT",
                {array(kInt, {Value(0), Value(), Value(1), Value(-1)})},
                ValueList{Value(-1), Value(0), Value(1), Value()}},
               {"ARRAY_SORT",
                {text_array({"foo", "fo", "Food", nullptr, "F", "food"}), S("desc")},
                texts({"food", "foo", "fo", "Food", "F", nullptr})},
               {"ARRAY_SORT",
                {array(Type::boolean(), {Value(), Value(false), Value(true)}), S("DESCENDING")},
                ValueList{Value(true), Value(false), Value()}},
               {"ARRAY_SORT", {int_array({3, 1, 2}), S("Asc")}, ints({1, 2, 3})},
               {"ARRAY_SORT", {int_array({}), S("asc")}, ValueList{}},
               {"ARRAY_SORT", {int_array({3}), null_of(kText)}, {}},
               {"ARRAY_SORT", {kNoInts}, {}}});
  CHECK(refusal("ARRAY_SORT", {int_array({1}), S("up")}).find("'up'") != std::string::npos);
  check_fails("ARRAY_SORT", {int_array({1}), S("up")}, "'up'");
}

TEST_CASE("ARRAY_REMOVE") {
  check_calls({{"ARRAY_REMOVE", {text_array({"foo", "bar", "foo"}), S("foo")}, texts({"bar"})},
               {"ARRAY_REMOVE", {text_array({"Foo", nullptr}), null_of(kText)}, texts({"Foo"})},
               {"ARRAY_REMOVE",
                {array(Type::array(kInt), {Value(ints({1, 2})), Value(ints({1})), Value()}), int_array({1})},
                ValueList{Value(ints({1, 2})), Value()}},
               {"ARRAY_REMOVE", {int_array({}), I(1)}, ValueList{}},
               {"ARRAY_REMOVE", {kNoInts, I(1)}, {}}});
}

TEST_CASE("ARRAY_JOIN") {
  check_calls({{"ARRAY_JOIN", {array(Type::boolean(), {Value(true), Value(), Value(false)})}, "true,null,false"},
               {"ARRAY_JOIN", {int_array({1, 23, -42, 0}), S("; ")}, "1; 23; -42; 0"},
               {"ARRAY_JOIN", {array(Type::float64(), {Value(1.23), Value(-23.42), Value(0.0)})}, "1.23,-23.42,0.0"},
               {"ARRAY_JOIN", {array(Type::decimal(5, 2), {Value(Int128{12345})})}, "123.45"},
               {"ARRAY_JOIN", {text_array({"Hello", "", "Udf"})}, "Hello,,Udf"},
               {"ARRAY_JOIN", {int_array({1, 2}), null_of(kText)}, "12"},
               {"ARRAY_JOIN", {int_array({})}, ""},
               {"ARRAY_JOIN", {kNoInts}, {}}});
  CHECK(refusal("ARRAY_JOIN", {array(Type::array(kInt), {})}).find("ARRAY_JOIN") != std::string::npos);
}

TEST_CASE("SLICE") {
  const Arg letters = text_array({"a", "b", "c", "d"});
  check_calls({{"SLICE", {letters, I(2), I(3)}, texts({"b", "c"})},
               {"SLICE", {letters, null_of(kInt), I(1)}, texts({"a"})},
               {"SLICE", {letters, I(4), null_of(kInt)}, texts({"d"})},
               {"SLICE", {letters, I(3), I(2)}, ValueList{}},
               {"SLICE", {letters, I(0), I(2)}, {}},
               {"SLICE", {letters, I(1), I(5)}, {}},
               {"SLICE", {letters, I(4), I(2)}, {}},
               {"SLICE", {null_of(Type::array(kText)), I(1), I(1)}, {}}});
}

TEST_CASE("GENERATE_SERIES") {
  check_calls({{"GENERATE_SERIES", {I(0), I(3)}, ints({0, 1, 2, 3})},
               {"GENERATE_SERIES", {I(3), I(1)}, ints({3, 2, 1})},
               {"GENERATE_SERIES", {I(-2), I(1), I(2)}, ints({-2, 0})},
               {"GENERATE_SERIES", {I(9), I(0), I(-3)}, ints({9, 6, 3, 0})},
               {"GENERATE_SERIES", {L(5), L(5), I(7)}, ValueList{Value(int64_t{5})}},
               {"GENERATE_SERIES", {L(INT64_MAX - 1), L(INT64_MAX)}, ValueList{Value(INT64_MAX - 1), Value(INT64_MAX)}},
               {"GENERATE_SERIES", {I(1), null_of(kInt)}, {}}});
  check_fails("GENERATE_SERIES", {I(1), I(5), I(0)}, "can't be 0");
  check_fails("GENERATE_SERIES", {I(1), I(5), I(-1)}, "sign");
  check_fails("GENERATE_SERIES", {L(INT64_MIN), L(INT64_MAX)}, "more than");
}

TEST_CASE("arrays as sets") {
  const Arg fruit = text_array({"apple", "apple", nullptr, "cherry"});
  check_calls({{"ARRAY_CONCAT", {int_array({1, 2}), int_array({2, 1})}, ints({1, 2, 2, 1})},
               {"ARRAY_CONCAT", {int_array({1}), kNoInts}, ints({1})},
               {"ARRAY_CONCAT", {kNoInts, kNoInts}, {}},
               {"ARRAY_DISTINCT", {fruit}, texts({"apple", nullptr, "cherry"})},
               {"ARRAY_DISTINCT", {kNoInts}, {}},
               {"ARRAY_EXCEPT", {fruit, text_array({"cherry"})}, texts({"apple", nullptr})},
               {"ARRAY_EXCEPT", {int_array({1, 2, 3, 1, 2}), int_array({2, 3})}, ints({1})},
               {"ARRAY_EXCEPT", {int_array({1}), kNoInts}, {}},
               {"ARRAY_INTERSECT", {int_array({1, 2, 3, 1, 2}), int_array({2, 1})}, ints({1, 2})},
               {"ARRAY_INTERSECT", {fruit, text_array({nullptr, "apple"})}, texts({"apple", nullptr})},
               {"ARRAY_UNION", {int_array({1, 2, 3, 1, 2}), int_array({4, 1})}, ints({1, 2, 3, 4})},
               {"ARRAY_UNION", {kNoInts, int_array({4})}, {}}});
}

TEST_CASE("elements of every type can be told apart") {
  const TypePtr entry = Type::structure({{"A", kInt}, {"M", Type::map(kText, kInt)}});
  const auto structure = [](int a, ValueMap m) { return Value(ValueList{Value(a), Value(std::move(m))}); };
  const Value first = structure(1, {{Value("x"), Value(1)}, {Value("y"), Value(2)}});
  const Value same = structure(1, {{Value("y"), Value(2)}, {Value("x"), Value(1)}});
  const Value other = structure(1, {{Value("x"), Value(1)}, {Value("y"), Value(3)}});
  check_calls(
      {{"ARRAY_DISTINCT", {array(entry, {first, same, other})}, ValueList{first, other}},
       {"ARRAY_DISTINCT",
        {array(Type::float64(), {Value(NAN), Value(1.5), Value(1.5), Value(0.0), Value(-0.0)})},
        evaluate("ARRAY_CONCAT",
                 {array(Type::float64(), {Value(NAN), Value(1.5)}), array(Type::float64(), {Value(0.0), Value(-0.0)})},
                 false)
            .value}});
  ValueList many;
  ValueList distinct;
  for (int i = 0; i < 1000; ++i) {
    many.emplace_back(Int128{i % 300} << 70);
    if (i < 300) distinct.emplace_back(Int128{i} << 70);
  }
  check_calls({{"ARRAY_DISTINCT", {array(Type::decimal(38, 0), many)}, distinct}});
}

TEST_CASE("maps") {
  const Arg numbers = map(kInt, {{Value("foo"), Value(10)}, {Value("bar"), Value()}});
  const Arg none = null_of(Type::map(kText, kInt));
  const auto structure = [](const char* key, Value value) { return Value(ValueList{Value(key), std::move(value)}); };
  check_calls({{"MAP_KEYS", {numbers}, texts({"bar", "foo"})},
               {"MAP_VALUES", {numbers}, ValueList{Value(), Value(10)}},
               {"MAP_KEYS", {map(kInt, {})}, ValueList{}},
               {"MAP_VALUES", {none}, {}},
               {"MAP_UNION",
                {numbers, map(kInt, {{Value("foo"), Value(99)}, {Value("x"), Value(-1)}})},
                ValueMap{{Value("foo"), Value(99)}, {Value("bar"), Value()}, {Value("x"), Value(-1)}}},
               {"MAP_UNION", {none, numbers}, numbers.value},
               {"MAP_UNION", {none, none}, {}},
               {"AS_MAP",
                {text_array({"a", "b", "a", "c"}), int_array({1, 2, 3})},
                ValueMap{{Value("a"), Value(3)}, {Value("b"), Value(2)}, {Value("c"), Value()}}},
               {"AS_MAP", {text_array({"a"}), int_array({1, 2})}, ValueMap{{Value("a"), Value(1)}}},
               {"AS_MAP", {null_of(Type::array(kText)), int_array({1})}, {}},
               {"ENTRIES", {numbers, B(true)}, ValueList{structure("bar", Value()), structure("foo", Value(10))}},
               {"ENTRIES", {numbers, B(false)}, ValueList{structure("bar", Value()), structure("foo", Value(10))}},
               {"ENTRIES", {none, B(false)}, {}}});
  CHECK(evaluate("ENTRIES", {numbers, B(true)}, false).type->to_string() == "ARRAY<STRUCT<`K` STRING, `V` INTEGER>>");
  check_fails("AS_MAP", {text_array({nullptr}), int_array({1})}, "NULL");
}

}  // namespace weir::function_test
