#include "tests/unit/functions/function_test.h"

namespace weir::function_test {
namespace {

const TypePtr kIntArray = Type::array(Type::integer());

}  // namespace

TEST_CASE("COALESCE takes the first value that isn't NULL") {
  check_calls({
      {"COALESCE", {I(1), I(2)}, 1},
      {"COALESCE", {null_of(Type::integer()), I(2), I(3)}, 2},
      {"COALESCE", {null_of(Type::integer()), null_of(Type::integer())}, {}},
      {"COALESCE", {I(7)}, 7},
      {"COALESCE", {null(), S("x")}, "x"},
      {"COALESCE",
       {null_of(kIntArray), array(Type::integer(), {Value(10), Value(20)})},
       ValueList{Value(10), Value(20)}},
      {"COALESCE", {array(Type::integer(), {Value()}), array(Type::integer(), {Value(1)})}, ValueList{Value()}},
  });
}

TEST_CASE("IFNULL stands in for NULL") {
  check_calls({
      {"IFNULL", {S("a"), S("b")}, "a"},
      {"IFNULL", {null_of(Type::string()), S("b")}, "b"},
      {"IFNULL", {null_of(Type::string()), null_of(Type::string())}, {}},
  });
}

TEST_CASE("NULLIF drops a value that equals another") {
  check_calls({
      {"NULLIF", {I(10), I(10)}, {}},
      {"NULLIF", {I(10), I(11)}, 10},
      {"NULLIF", {I(10), null_of(Type::integer())}, 10},
      {"NULLIF", {null_of(Type::integer()), I(1)}, {}},
      {"NULLIF", {array(Type::integer(), {Value(1)}), array(Type::integer(), {Value(1)})}, {}},
      {"NULLIF", {array(Type::integer(), {Value(1)}), array(Type::integer(), {})}, ValueList{Value(1)}},
  });
}

TEST_CASE("AS_VALUE copies") {
  check_calls({
      {"AS_VALUE", {B(true)}, true},
      {"AS_VALUE", {array(Type::string(), {Value("foo"), Value()})}, ValueList{Value("foo"), Value()}},
      {"AS_VALUE", {map(Type::bigint(), {{Value("k"), Value(5)}})}, ValueMap{{Value("k"), Value(5)}}},
  });
}

TEST_CASE("a bare NULL has no type to return") {
  CHECK(refusal("AS_VALUE", {null()}).find("AS_VALUE(null)") != std::string::npos);
}

}  // namespace weir::function_test
