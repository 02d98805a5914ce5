// Calls of functions, constants, and what is shared between batches.
#include <doctest/doctest.h>

#include <stdexcept>

#include "expression_test.h"

namespace weir {

using namespace test;
using sql::BinaryOp;

namespace {

// A function of INTs that adds 1, and fails for negative numbers; counts its calls and the rows that it saw.
struct Probe {
  int made = 0;
  int calls = 0;
  uint32_t rows = 0;
  FunctionBinding binding;
  ScalarFunction function;

  explicit Probe(bool deterministic = true) {
    function.name = "PROBE";
    function.deterministic = deterministic;
    Overload overload;
    overload.make_kernel = [this](const FunctionBinding& b) -> Kernel {
      ++made;
      binding = b;
      if (b.literals[0] && !b.literals[0]->is_null() && b.literals[0]->as_int() == 666) {
        throw std::invalid_argument("PROBE never takes 666");
      }
      return [this](KernelCall& call) {
        ++calls;
        rows += call.rows;
        for (uint32_t row = 0; row < call.rows; ++row) {
          if (call.args[0]->is_null(row)) continue;
          const int32_t value = call.args[0]->at<int32_t>(row);
          if (value < 0) {
            call.fail(row, "negative");
          } else {
            call.out.set<int32_t>(row, value + 1);
          }
        }
      };
    };
    function.overloads.push_back(std::move(overload));
  }

  BoundExprPtr operator()(BoundExprPtr argument) const {
    auto e = bound(BoundKind::kFunction, Type::integer(), {std::move(argument)});
    e->call.function = &function;
    e->call.overload = &function.overloads[0];
    e->call.parameter_types = {Type::integer()};
    e->call.return_type = Type::integer();
    return e;
  }
};

const TypePtr kIntType = Type::integer();

BoundExprPtr plus(BoundExprPtr a, BoundExprPtr b) {
  return arithmetic(kIntType, BinaryOp::kAdd, std::move(a), std::move(b));
}

}  // namespace

TEST_CASE("functions run over whole batches and report failing rows") {
  Probe probe;
  Rows rows;
  rows.add(kIntType, {Value(1), Value(-1), Value(), Value(5)});
  CHECK(rows(probe(column(kIntType, 0))) == "2 NULL NULL 6");
  CHECK(rows.failed() == "1");
  CHECK(rows.errors().errors()[0].message == "negative");
  CHECK(probe.calls == 1);
  CHECK(probe.made == 1);
  rows.again();
  CHECK(rows.failed() == "1");  // reported anew, not twice
  CHECK(rows.errors().count() == 1);
}

TEST_CASE("a call that fails as an argument is NULL to the call around it; other expressions aren't") {
  Probe inner;
  Probe outer;
  Rows rows;
  rows.add(kIntType, {Value(1), Value(-1), Value(0)});
  CHECK(rows(negatable(BoundKind::kIsNull, false, {outer(inner(column(kIntType, 0)))})) == "false true false");
  CHECK(rows.failed() == "1");
  CHECK(rows(negatable(BoundKind::kIsNull, false, {outer(plus(inner(column(kIntType, 0)), integer(1)))})) ==
        "false NULL false");
  const BoundExprPtr quotient = arithmetic(kIntType, BinaryOp::kDivide, integer(10), column(kIntType, 0));
  CHECK(rows(negatable(BoundKind::kIsNull, false, {outer(quotient)})) == "false NULL NULL");
}

TEST_CASE("constant calls are evaluated once, when compiled") {
  Probe probe;
  Rows rows(3);
  CHECK(rows(probe(probe(integer(1)))) == "3 3 3");
  CHECK(probe.calls == 2);
  CHECK(probe.rows == 2);
  rows.again();
  CHECK(probe.calls == 2);
  CHECK(evaluate_constant(plus(probe(integer(1)), integer(5))) == Value(7));

  Probe random(false);
  CHECK(rows(random(integer(1))) == "2 2 2");
  CHECK(random.rows == 3);
}

TEST_CASE("kernels are told which arguments are constants") {
  Probe probe;
  Rows rows;
  rows.add(kIntType, {Value(1)});
  rows(probe(plus(integer(1), integer(2))));
  CHECK(probe.binding.literals[0] == Value(3));
  rows(probe(column(kIntType, 0)));
  CHECK_FALSE(probe.binding.literals[0].has_value());
  CHECK(same_type(probe.binding.types[0], kIntType));
  CHECK_THROWS_AS(rows(probe(integer(666))), StatementError);
}

TEST_CASE("constants that fail do so for every row, and end statements that need one value") {
  Probe probe;
  Rows rows(2);
  CHECK(rows(probe(integer(-1))) == "NULL NULL");
  CHECK(rows.failed() == "0 1");
  CHECK_THROWS_AS(evaluate_constant(probe(integer(-1))), StatementError);
  CHECK_THROWS_AS(evaluate_constant(arithmetic(kIntType, BinaryOp::kDivide, integer(1), integer(0))), StatementError);
  CHECK_THROWS_AS(evaluate_constant(cast(text("abc"), kIntType)), StatementError);
  CHECK(evaluate_constant(cast(text("12"), kIntType)) == Value(12));
  CHECK(evaluate_constant(null_of(kIntType)).is_null());
}

TEST_CASE("functions see only the rows of the branch that they are in") {
  Probe probe;
  Rows rows;
  rows.add(kIntType, {Value(1), Value(-1), Value(2), Value(-2)});
  const BoundExprPtr negative = compare(sql::CompareOp::kLess, column(kIntType, 0), integer(0));
  CHECK(rows(case_of(kIntType, {negative, integer(0), probe(column(kIntType, 0))})) == "2 0 3 0");
  CHECK(rows.failed() == "");
  CHECK(probe.rows == 2);
  CHECK(rows(case_of(kIntType, {negative, probe(column(kIntType, 0)), integer(7)})) == "7 NULL 7 NULL");
  CHECK(rows.failed() == "1 3");
}

TEST_CASE("columns and literals are handed on as they are") {
  Rows rows;
  rows.add(kIntType, {Value(1), Value(2)});
  CHECK(rows.column(column(kIntType, 0)) == rows.batch().columns[0]);
  Rows constant(3);
  const ColumnPtr first = constant.column(integer(7));
  CHECK(constant.print(*first) == "7 7 7");
  CHECK(constant.again() == first);
  constant.batch().rows = 2000;
  CHECK(constant.again()->size() >= 2000);
  CHECK(constant.again()->at<int32_t>(1999) == 7);
  CHECK(first->at<int32_t>(0) == 7);
  Rows strings(5);
  CHECK(strings(text("abc")) == "abc abc abc abc abc");
  CHECK(strings(literal(Type::array(kIntType), Value(ValueList{Value(1), Value()}))) ==
        "[1, null] [1, null] [1, null] [1, null] [1, null]");
}

TEST_CASE("a result that is still held isn't overwritten by the next batch") {
  Rows rows;
  rows.add(kIntType, {Value(1), Value(2)});
  const ColumnPtr held = rows.column(plus(column(kIntType, 0), integer(1)));
  auto other = std::make_shared<Column>(kIntType);
  other->append<int32_t>(10);
  other->append<int32_t>(20);
  rows.batch().columns[0] = other;
  const ColumnPtr next = rows.again();
  CHECK(rows.print(*held) == "2 3");
  CHECK(rows.print(*next) == "11 21");
  CHECK(held != next);
}

TEST_CASE("batches of any size, none included") {
  Rows rows;
  rows.add(kIntType, {});
  const BoundExprPtr condition = compare(sql::CompareOp::kLess, column(kIntType, 0), integer(0));
  CHECK(rows.column(case_of(kIntType, {condition, integer(0), plus(column(kIntType, 0), integer(1))})) != nullptr);
  CHECK(rows.column(bound(BoundKind::kArray, Type::array(kIntType), {column(kIntType, 0)})) != nullptr);
  CHECK(rows.errors().count() == 0);
}

}  // namespace weir
