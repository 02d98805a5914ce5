#include "engine/types/value.h"

#include <doctest/doctest.h>

#include <cmath>

namespace weir {

TEST_CASE("types print as SQL and compare by structure") {
  CHECK(Type::decimal(4, 2)->to_string() == "DECIMAL(4, 2)");
  CHECK(Type::array(Type::integer())->to_string() == "ARRAY<INTEGER>");
  CHECK(Type::map(Type::string(), Type::bigint())->to_string() == "MAP<STRING, BIGINT>");
  const TypePtr s = Type::structure({{"A", Type::integer()}, {"b`c", Type::array(Type::string())}});
  CHECK(s->to_string() == "STRUCT<`A` INTEGER, `b``c` ARRAY<STRING>>");
  CHECK(s->field_index("A") == 0);
  CHECK(s->field_index("b`c") == 1);
  CHECK(s->field_index("a") == -1);
  CHECK(same_type(s, Type::structure({{"A", Type::integer()}, {"b`c", Type::array(Type::string())}})));
  CHECK_FALSE(same_type(s, Type::structure({{"A", Type::integer()}})));
  CHECK_FALSE(same_type(Type::decimal(4, 2), Type::decimal(4, 1)));
  CHECK(same_type(Type::decimal(4, 2), Type::decimal(4, 2)));
  CHECK_FALSE(same_type(Type::integer(), nullptr));
  CHECK_THROWS_AS(Type::decimal(39, 0), std::invalid_argument);
  CHECK_THROWS_AS(Type::decimal(0, 0), std::invalid_argument);
  CHECK_THROWS_AS(Type::decimal(2, 3), std::invalid_argument);
  CHECK(Type::decimal(38, 38)->is_numeric());
  CHECK_FALSE(Type::string()->is_numeric());
}

namespace {
struct TextCase {
  Value value;
  TypePtr type;
  const char* text;
  const char* json;
};
}  // namespace

TEST_CASE("values have text and JSON forms") {
  const TypePtr point = Type::structure({{"A", Type::integer()}, {"b", Type::string()}});
  const TypePtr ints = Type::array(Type::integer());
  const TypePtr counts = Type::map(Type::string(), Type::integer());
  const TextCase cases[] = {
      {Value(), Type::integer(), "null", "null"},
      {Value(true), Type::boolean(), "true", "true"},
      {Value(-5), Type::integer(), "-5", "-5"},
      {Value(INT32_MIN), Type::integer(), "-2147483648", "-2147483648"},
      {Value(int64_t{1} << 40), Type::bigint(), "1099511627776", "1099511627776"},
      {Value(1.5), Type::float64(), "1.5", "1.5"},
      {Value(1e10), Type::float64(), "1.0E10", "1.0E10"},
      {Value(std::nan("")), Type::float64(), "NaN", "\"NaN\""},
      {Value(Int128{1250}), Type::decimal(5, 2), "12.50", "12.50"},
      {Value(Int128{12}), Type::decimal(5, 0), "12", "12"},
      {Value("it's \"x\""), Type::string(), "it's \"x\"", "\"it's \\\"x\\\"\""},
      {Value("foo"), Type::bytes(), "Zm9v", "\"Zm9v\""},
      {Value(18321), Type::date(), "2020-02-29", "\"2020-02-29\""},
      {Value(5000), Type::time(), "00:00:05", "\"00:00:05\""},
      {Value(int64_t{10}), Type::timestamp(), "1970-01-01T00:00:00.010", "\"1970-01-01T00:00:00.010\""},
      {Value(ValueList{Value(1), Value()}), ints, "[1, null]", "[1,null]"},
      {Value(ValueList{}), ints, "[]", "[]"},
      {Value(ValueMap{{Value("k"), Value(1)}, {Value("l"), Value()}}), counts, "{k=1, l=null}", "{\"k\":1,\"l\":null}"},
      {Value(ValueList{Value(1), Value("x")}), point, "Struct{A=1,b=x}", "{\"A\":1,\"b\":\"x\"}"},
      {Value(ValueList{Value(), Value("x")}), point, "Struct{b=x}", "{\"A\":null,\"b\":\"x\"}"},
  };
  for (const TextCase& c : cases) {
    CHECK(to_text(c.value, *c.type) == c.text);
    CHECK(to_json(c.value, *c.type) == c.json);
  }
}

}  // namespace weir
