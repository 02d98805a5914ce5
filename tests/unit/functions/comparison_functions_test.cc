#include <cmath>

#include "tests/unit/functions/function_test.h"

namespace weir::function_test {

TEST_CASE("GREATEST and LEAST leave NULLs aside") {
  check_calls({
      {"GREATEST", {L(INT64_MAX), L(INT64_MIN), null_of(Type::bigint())}, Value(INT64_MAX)},
      {"LEAST", {I(3), null(), I(-7)}, -7},
      {"GREATEST", {S("apple"), S("banana"), null(), S("hello")}, "hello"},
      {"LEAST", {S("!"), S("Zebra"), S("aardvark")}, "!"},
      {"GREATEST", {null_of(Type::date()), null_of(Type::date())}, {}},
      {"GREATEST", {Y("a"), Y("b")}, "b"},
      {"LEAST", {time(5), time(4)}, 4},
      {"GREATEST", {ts(5), ts(6)}, Value(int64_t{6})},
      {"GREATEST", {D(1), D(std::nan(""))}, Value(std::nan(""))},
      {"LEAST", {D(0.0), D(-0.0)}, Value(-0.0)},
      {"GREATEST", {I(9)}, 9},
  });
}

TEST_CASE("text is ordered by UTF-16 units") {
  // U+1F600 is the surrogate pair D83D DE00 and comes before U+FF5E.
  check_calls(
      {{"GREATEST", {S("\xF0\x9F\x98\x80"), S("\xEF\xBD\x9E")}, "\xEF\xBD\x9E"}, {"LEAST", {S("ab"), S("a")}, "a"}});
}

TEST_CASE("DECIMALs widen to hold every argument") {
  const Outcome outcome = evaluate("LEAST", {dec(123456789, 9, 2), dec(123456, 7, 6)}, false);
  CHECK(outcome.type->to_string() == "DECIMAL(13, 6)");
  CHECK(outcome.value == Value(Int128{123456}));
  const Outcome scaled = evaluate("GREATEST", {dec(123456789, 9, 2), dec(123456, 7, 6), null()}, false);
  CHECK(scaled.value == Value(Int128{1234567890000}));
}

TEST_CASE("arguments of several types are refused as ambiguous or unknown") {
  const std::string ambiguous = refusal("GREATEST", {I(1), L(2)});
  CHECK(ambiguous.find("Function 'greatest' is ambiguous for parameters (INTEGER, BIGINT)") != std::string::npos);
  CHECK(refusal("greatest", {null(), null()}).find("(null, null)") != std::string::npos);
  const std::string unknown = refusal("LEAST", {S("a"), I(2)});
  CHECK(unknown.find("Function 'least' does not accept parameters (STRING, INTEGER).") != std::string::npos);
  CHECK(unknown.find("LEAST(DECIMAL val1, DECIMAL... vals)") != std::string::npos);
  CHECK(refusal("least", {}).find("Function 'least' does not accept parameters ().") != std::string::npos);
}

}  // namespace weir::function_test
