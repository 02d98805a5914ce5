#include <cmath>

#include "tests/unit/functions/function_test.h"

namespace weir::function_test {
namespace {

constexpr double kInfinity = INFINITY;

// The DOUBLE that a call gives, rounded to 13 places: the last digits of transcendental functions differ between
// libraries.
double rounded(const std::string& function, const std::vector<Arg>& args) {
  return std::round(evaluate(function, args, false).value.as_double() * 1e13) / 1e13;
}

}  // namespace

TEST_CASE("exponentials, logarithms and roots") {
  check_calls({
      {"EXP", {I(-1)}, 0.36787944117144233},
      {"EXP", {L(2)}, 7.38905609893065},
      {"EXP", {D(3)}, 20.085536923187668},
      {"LN", {I(-1)}, NAN},
      {"LN", {D(0)}, -kInfinity},
      {"LN", {L(2)}, 0.6931471805599453},
      {"LN", {D(3)}, 1.0986122886681098},
      {"SQRT", {I(-1)}, NAN},
      {"SQRT", {D(3)}, 1.7320508075688772},
      {"CBRT", {I(-8)}, -2.0},
      {"CBRT", {L(3)}, 1.4422495703074083},
      {"LOG", {I(1)}, 0.0},
      {"LOG", {I(2)}, 0.6931471805599453},
      {"LOG", {I(0)}, -kInfinity},
      {"LOG", {D(0.5), D(0)}, kInfinity},
      {"LOG", {I(15), I(13)}, 0.9471572411831843},
      {"LOG", {L(15), L(1)}, 0.0},
      {"LOG", {D(15), D(0)}, -kInfinity},
      {"LOG", {I(15), I(-13)}, NAN},
      {"LOG", {I(-15), I(13)}, NAN},
      {"LOG", {D(0), D(13)}, NAN},
      {"LOG", {D(1), D(13)}, NAN},
      {"POWER", {I(15), I(-1)}, 0.06666666666666667},
      {"POWER", {L(15), L(13)}, 1946195068359375.0},
      {"POWER", {D(0), D(0)}, 1.0},
      {"POWER", {D(1), D(NAN)}, NAN},
      {"POWER", {null_of(Type::integer()), I(13)}, {}},
      {"EXP", {null_of(Type::float64())}, {}},
  });
}

TEST_CASE("trigonometry") {
  check_calls({{"ASIN", {I(-2)}, NAN},
               {"ACOS", {D(1.1)}, NAN},
               {"COS", {I(0)}, 1.0},
               {"COT", {I(0)}, kInfinity},
               {"COT", {D(-0.0)}, -kInfinity},
               {"SINH", {L(0)}, 0.0},
               {"PI", {}, 3.141592653589793},
               {"ATAN2", {I(0), I(1)}, 0.0}});
  CHECK(rounded("COS", {I(-7)}) == 0.7539022543433);
  CHECK(rounded("COS", {D(9.1)}) == -0.9477216021311);
  CHECK(rounded("COT", {I(7)}) == 1.1475154224051);
  CHECK(rounded("COT", {D(-9.1)}) == 2.9699983263892);
  CHECK(rounded("SINH", {L(6)}) == 201.7131573702792);
  CHECK(rounded("TANH", {D(0.43)}) == 0.4053213086895);
  CHECK(rounded("RADIANS", {I(114)}) == 1.9896753472735);
  CHECK(rounded("RADIANS", {D(70.73163980890013)}) == 1.2345);
  CHECK(rounded("DEGREES", {D(1.2345)}) == doctest::Approx(70.73163980890013));
  CHECK(rounded("TAN", {D(0.43)}) == doctest::Approx(0.45862102348555517));
}

TEST_CASE("SIGN") {
  check_calls({{"SIGN", {I(-5)}, -1},
               {"SIGN", {L(0)}, 0},
               {"SIGN", {D(3.5)}, 1},
               {"SIGN", {D(NAN)}, 0},
               {"SIGN", {null_of(Type::float64())}, {}}});
}

TEST_CASE("RANDOM is from [0, 1) and differs") {
  const double first = evaluate("RANDOM", {}, false).value.as_double();
  const double second = evaluate("RANDOM", {}, false).value.as_double();
  CHECK(first >= 0.0);
  CHECK(first < 1.0);
  CHECK(first != second);
}

TEST_CASE("ABS") {
  check_calls({{"ABS", {I(-1)}, 1},
               {"ABS", {L(2)}, Value(int64_t{2})},
               {"ABS", {D(-3.1)}, 3.1},
               {"ABS", {dec(-32, 2, 1)}, Value(Int128{32})},
               {"ABS", {null_of(Type::decimal(2, 1))}, {}}});
  check_fails("ABS", {I(INT32_MIN)}, "out of the type's range");
  CHECK(evaluate("ABS", {dec(-32, 2, 1)}, false).type->to_string() == "DECIMAL(2, 1)");
}

TEST_CASE("CEIL and FLOOR") {
  check_calls({{"FLOOR", {I(-1)}, -1},
               {"FLOOR", {D(-1.1)}, -2.0},
               {"FLOOR", {D(1.7)}, 1.0},
               {"FLOOR", {dec(-11, 2, 1)}, Value(Int128{-20})},
               {"FLOOR", {dec(17, 2, 1)}, Value(Int128{10})},
               {"CEIL", {L(1)}, Value(int64_t{1})},
               {"CEIL", {D(1.1)}, 2.0},
               {"CEIL", {D(-1.7)}, -1.0},
               {"CEIL", {dec(11, 2, 1)}, Value(Int128{20})},
               {"CEIL", {dec(-17, 2, 1)}, Value(Int128{-10})}});
}

TEST_CASE("ROUND goes to the nearest, halves up") {
  check_calls({
      {"ROUND", {D(1.2)}, Value(int64_t{1})},
      {"ROUND", {D(1.5)}, Value(int64_t{2})},
      {"ROUND", {D(-1.5)}, Value(int64_t{-1})},
      {"ROUND", {D(-1.7)}, Value(int64_t{-2})},
      {"ROUND", {D(0.49999999999999994)}, Value(int64_t{0})},
      {"ROUND", {D(1e300)}, Value(INT64_MAX)},
      {"ROUND", {D(NAN)}, Value(int64_t{0})},
      {"ROUND", {I(5)}, Value(int64_t{5})},
      {"ROUND", {D(1.234567), I(2)}, 1.23},
      {"ROUND", {D(12345.678), I(-2)}, 12300.0},
      {"ROUND", {D(12345.678), I(1)}, 12345.7},
      {"ROUND", {D(-1.5), I(0)}, -1.0},
      {"ROUND", {D(-1.25), I(1)}, -1.2},
      {"ROUND", {D(1.25), I(1)}, 1.3},
      {"ROUND", {D(9.99), I(1)}, 10.0},
      {"ROUND", {D(0.05), I(1)}, 0.1},
      {"ROUND", {D(0.04), I(1)}, 0.0},
      {"ROUND", {D(0.004), I(1)}, 0.0},
      {"ROUND", {D(55), I(-2)}, 100.0},
      {"ROUND", {D(5), I(-2)}, 0.0},
      {"ROUND", {dec(125, 4, 2), I(1)}, Value(Int128{130})},
      {"ROUND", {dec(-125, 4, 2), I(1)}, Value(Int128{-120})},
      {"ROUND", {dec(12345, 5, 2), I(-2)}, Value(Int128{10000})},
      {"ROUND", {dec(12345, 5, 2), I(9)}, Value(Int128{12345})},
      {"ROUND", {dec(150, 3, 2)}, Value(Int128{2})},
      {"ROUND", {dec(-150, 3, 2)}, Value(Int128{-1})},
      {"ROUND", {null_of(Type::decimal(5, 2)), I(1)}, {}},
  });
  CHECK(evaluate("ROUND", {dec(1, 33, 16)}, false).type->to_string() == "DECIMAL(17, 0)");
  CHECK(evaluate("ROUND", {dec(1, 33, 16), I(0)}, false).type->to_string() == "DECIMAL(33, 16)");
  CHECK(evaluate("ROUND", {dec(1, 2, 2)}, false).type->to_string() == "DECIMAL(1, 0)");
  check_fails("ROUND", {D(INFINITY), I(2)}, "can't be rounded");
}

TEST_CASE("TRUNC cuts towards zero") {
  check_calls({
      {"TRUNC", {D(1.7)}, Value(int64_t{1})},
      {"TRUNC", {D(-1.7)}, Value(int64_t{-1})},
      {"TRUNC", {L(2147483648)}, Value(int64_t{2147483648})},
      {"TRUNC", {D(1.234567), I(10)}, 1.234567},
      {"TRUNC", {D(12345.678), I(1)}, 12345.6},
      {"TRUNC", {D(12345.678), I(-2)}, 12300.0},
      {"TRUNC", {D(-1.7), I(-1)}, 0.0},
      {"TRUNC", {D(-12345.678), I(-1)}, -12340.0},
      {"TRUNC", {D(1.7), I(0)}, 1.0},
      {"TRUNC", {dec(-179, 3, 2)}, Value(Int128{-1})},
      {"TRUNC", {dec(-179, 3, 2), I(1)}, Value(Int128{-170})},
  });
}

TEST_CASE("GEO_DISTANCE in kilometres and miles") {
  const auto distance = [](std::vector<Arg> args) { return evaluate("GEO_DISTANCE", args, true).value.as_double(); };
  CHECK(distance({D(37.4439), D(-122.1663), D(51.5257), D(-0.1122)}) ==
        doctest::Approx(8634.659796579544).epsilon(1e-12));
  CHECK(distance({D(37.4439), D(-122.1663), D(51.5257), D(-0.1122), S("mi")}) ==
        doctest::Approx(5365.659729188262).epsilon(1e-12));
  CHECK(distance({D(-33.9323), D(18.4197), D(-33.8666), D(151.1), null_of(Type::string())}) ==
        doctest::Approx(11005.23304055582).epsilon(1e-12));
  CHECK(distance({D(39.18660374), D(-76.73262144), D(39.18660374), D(-76.73222145)}) ==
        doctest::Approx(0.03447366811448324).epsilon(1e-9));
  CHECK(distance({D(0), D(0), D(0), D(1), S(" mi ")}) == distance({D(0), D(0), D(0), D(1), S("MI")}));
  CHECK(distance({D(0), D(0), D(0), D(1), S(" ")}) == distance({D(0), D(0), D(0), D(1)}));
  check_fails("GEO_DISTANCE", {D(90.5), D(0), D(0), D(0)}, "latitude");
  check_fails("GEO_DISTANCE", {D(0), D(0), D(0), D(0), S("furlong")}, "furlong");
  CHECK(refusal("GEO_DISTANCE", {D(0), D(0), D(0), D(0), S("furlong")}).find("furlong") != std::string::npos);
  CHECK(refusal("GEO_DISTANCE", {D(0), D(0), S("foo"), D(0)}).find("'geo_distance' does not accept parameters") !=
        std::string::npos);
}

}  // namespace weir::function_test
