#include <doctest/doctest.h>

#include "engine/plan/binder.h"
#include "engine/sql/parser.h"
#include "expression_test.h"

namespace weir {

using namespace test;

namespace {

// Columns A ARRAY<INT>, M MAP<STRING, INT>, N INT, D ARRAY<ARRAY<INT>>.
class LambdaRows : public Rows {
 public:
  LambdaRows() {
    const TypePtr ints = Type::array(Type::integer());
    const TypePtr map = Type::map(Type::string(), Type::integer());
    schema_ = {{"A", ints, false}, {"M", map, false}, {"N", Type::integer(), false}, {"D", Type::array(ints), false}};
    const Value abc(ValueList{Value(1), Value(2), Value(3)});
    add(ints, {abc, Value(), Value(ValueList{}), Value(ValueList{Value(4), Value()})});
    add(map, {Value(ValueMap{{Value("x"), Value(1)}, {Value("Y"), Value(2)}}), Value(), Value(ValueMap{}),
              Value(ValueMap{{Value("z"), Value()}, {Value("Z"), Value(3)}})});
    add(Type::integer(), {Value(10), Value(20), Value(30), Value()});
    add(Type::array(ints),
        {Value(ValueList{abc, Value(ValueList{})}), Value(), Value(ValueList{Value()}), Value(ValueList{abc})});
  }

  std::string of(const std::string& sql) {
    return (*this)(bind_expression(sql::parse_expression(sql), schema_, *FunctionRegistry::standard(), nullptr));
  }

 private:
  PlanSchema schema_;
};

}  // namespace

TEST_CASE("TRANSFORM calls its lambda for each element") {
  LambdaRows rows;
  CHECK(rows.of("TRANSFORM(A, x => CAST(x AS STRING))") == "[1, 2, 3] NULL [] [4, null]");
  CHECK(rows.failed().empty());
  CHECK(rows.of("TRANSFORM(A, x => N)") == "[10, 10, 10] NULL [] [null, null]");
  CHECK(rows.of("TRANSFORM(A, x => 7)") == "[7, 7, 7] NULL [] [7, 7]");
  CHECK(rows.of("TRANSFORM(A, x => x)") == "[1, 2, 3] NULL [] [4, null]");
  CHECK(rows.of("TRANSFORM(ARRAY[1, 2], x => x * 2)") == "[2, 4] [2, 4] [2, 4] [2, 4]");
}

TEST_CASE("an element that fails makes the row's result NULL, and is reported once") {
  LambdaRows rows;
  CHECK(rows.of("TRANSFORM(A, x => x + 1)") == "[2, 3, 4] NULL [] NULL");
  CHECK(rows.failed() == "3");
  CHECK(rows.of("TRANSFORM(A, x => 1 / (x - x))") == "NULL NULL [] NULL");
  CHECK(rows.errors().count() == 2);
  CHECK(rows.of("TRANSFORM(A, x => -x)") == "[-1, -2, -3] NULL [] NULL");
  CHECK(rows.of("TRANSFORM(A, x => CASE WHEN x IS NULL THEN 0 ELSE x + 1 END)") == "[2, 3, 4] NULL [] [5, 0]");
  CHECK(rows.failed().empty());
  // Outside of lambdas arithmetic with NULL is just NULL.
  CHECK(rows.of("N + 1") == "11 21 31 NULL");
  CHECK(rows.failed().empty());
  // As an argument the failed call is NULL.
  CHECK(rows.of("ARRAY_LENGTH(TRANSFORM(A, x => x + 1))") == "3 NULL 0 NULL");
}

TEST_CASE("maps are transformed") {
  LambdaRows rows;
  CHECK(rows.of("TRANSFORM(M, (k, v) => k + '!', (k, v) => COALESCE(v, 0) + LEN(k))") ==
        "{x!=2, Y!=3} NULL {} {z!=1, Z!=4}");
  CHECK(rows.of("TRANSFORM(M, (k, v) => UCASE(k), (k, v) => 1)") == "{X=1, Y=1} NULL {} NULL");
  CHECK(rows.failed() == "3");
  CHECK(rows.of("TRANSFORM(M, (k, v) => k, (k, v) => v)") == "{x=1, Y=2} NULL {} NULL");
}

TEST_CASE("FILTER keeps what its lambda is true for") {
  LambdaRows rows;
  CHECK(rows.of("FILTER(A, x => x <> 2)") == "[1, 3] NULL [] [4]");
  CHECK(rows.of("FILTER(A, x => x IS NULL)") == "[] NULL [] [null]");
  CHECK(rows.of("FILTER(M, (k, v) => k = 'x' OR v = 3)") == "{x=1} NULL {} {Z=3}");
  CHECK(rows.of("FILTER(D, x => ARRAY_LENGTH(x) > 0)") == "[[1, 2, 3]] NULL [] [[1, 2, 3]]");
}

TEST_CASE("REDUCE goes on from state to state") {
  LambdaRows rows;
  CHECK(rows.of("REDUCE(A, 100, (s, x) => s * 2 - x)") == "789 100 100 NULL");
  CHECK(rows.failed() == "3");
  CHECK(rows.of("REDUCE(A, N, (s, x) => COALESCE(x, 0) + s)") == "16 20 30 NULL");
  CHECK(rows.failed().empty());
  CHECK(rows.of("REDUCE(M, '', (s, k, v) => s + k)") == "xY   zZ");
  CHECK(rows.of("REDUCE(A, ARRAY[0], (s, x) => ARRAY_CONCAT(ARRAY[x], s))") == "[3, 2, 1, 0] [0] [0] [null, 4, 0]");
}

TEST_CASE("lambdas in lambdas see the arguments around them") {
  LambdaRows rows;
  CHECK(rows.of("TRANSFORM(D, x => REDUCE(x, N, (s, y) => s + y * ARRAY_LENGTH(x)))") == "[28, 10] NULL [30] [null]");
  CHECK(rows.of("FILTER(D, x => REDUCE(TRANSFORM(x, z => z * 3), 0, (s, y) => s + y) > 10)") ==
        "[[1, 2, 3]] NULL [] [[1, 2, 3]]");
}

TEST_CASE("a lambda evaluated on some rows only") {
  LambdaRows rows;
  CHECK(rows.of("CASE WHEN N > 10 THEN TRANSFORM(A, x => x + N) ELSE TRANSFORM(A, x => x - N) END") ==
        "[-9, -8, -7] NULL [] NULL");
}

}  // namespace weir
