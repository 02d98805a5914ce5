// Expressions over columns: CPU time per row in full batches and in batches of one row.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "engine/exec/expression.h"

namespace weir {
namespace {

BoundExprPtr make(BoundKind kind, TypePtr type, std::vector<BoundExprPtr> args, BoundExpr more = {}) {
  auto e = std::make_shared<BoundExpr>(std::move(more));
  e->kind = kind;
  e->type = std::move(type);
  e->args = std::move(args);
  return e;
}

BoundExprPtr column_of(TypePtr type, int index) {
  BoundExpr more;
  more.index = index;
  return make(BoundKind::kColumn, std::move(type), {}, std::move(more));
}

BoundExprPtr constant_of(TypePtr type, Value value) {
  BoundExpr more;
  more.value = std::move(value);
  return make(BoundKind::kLiteral, std::move(type), {}, std::move(more));
}

BoundExprPtr operation(TypePtr type, sql::BinaryOp op, BoundExprPtr a, BoundExprPtr b) {
  BoundExpr more;
  more.arithmetic = op;
  return make(BoundKind::kArithmetic, std::move(type), {std::move(a), std::move(b)}, std::move(more));
}

BoundExprPtr comparison(sql::CompareOp op, BoundExprPtr a, BoundExprPtr b) {
  BoundExpr more;
  more.compare = op;
  return make(BoundKind::kCompare, Type::boolean(), {std::move(a), std::move(b)}, std::move(more));
}

// Columns 0, 1: BIGINT. 2, 3: DOUBLE. 4, 5: STRING. 6, 7: DECIMAL(10, 2). One row in eight is NULL when `nulls`.
Batch sample(uint32_t rows, bool nulls, Arena& arena) {
  Batch batch;
  batch.rows = rows;
  const TypePtr types[] = {Type::bigint(), Type::float64(), Type::string(), Type::decimal(10, 2)};
  for (int i = 0; i < 8; ++i) {
    const TypePtr& type = types[i / 2];
    auto column = std::make_shared<Column>(type);
    for (uint32_t row = 0; row < rows; ++row) {
      if (nulls && (row + static_cast<uint32_t>(i)) % 8 == 0) {
        column->append_null();
      } else if (type->kind() == TypeKind::kBigint) {
        column->append<int64_t>(row * 37 % 1000 + i);
      } else if (type->kind() == TypeKind::kDouble) {
        column->append<double>(row * 0.37 + i);
      } else if (type->kind() == TypeKind::kDecimal) {
        column->append<Int128>(row * 123 + i);
      } else {
        column->append<std::string_view>(
            arena.copy("order-" + std::to_string(row * 7919 % 1000) + (i % 2 ? "-eu" : "-us")));
      }
    }
    batch.columns.push_back(std::move(column));
  }
  return batch;
}

BoundExprPtr bigint_column(int i) { return column_of(Type::bigint(), i); }
BoundExprPtr string_column(int i) { return column_of(Type::string(), i); }
BoundExprPtr string_constant(const char* text) { return constant_of(Type::string(), Value(text)); }
BoundExprPtr bigint_constant(int64_t value) { return constant_of(Type::bigint(), Value(value)); }

BoundExprPtr add_bigints() {
  return operation(Type::bigint(), sql::BinaryOp::kAdd, bigint_column(0), bigint_column(1));
}
BoundExprPtr divide_bigints() {
  return operation(Type::bigint(), sql::BinaryOp::kDivide, bigint_column(0), bigint_constant(7));
}
BoundExprPtr add_doubles() {
  return operation(Type::float64(), sql::BinaryOp::kAdd, column_of(Type::float64(), 2), column_of(Type::float64(), 3));
}
BoundExprPtr add_decimals() {
  const TypePtr t = Type::decimal(10, 2);
  return operation(Type::decimal(11, 2), sql::BinaryOp::kAdd, column_of(t, 6), column_of(t, 7));
}
BoundExprPtr divide_decimals() {
  const TypePtr t = Type::decimal(10, 2);
  return operation(Type::decimal(23, 13), sql::BinaryOp::kDivide, column_of(t, 6), column_of(t, 7));
}
BoundExprPtr compare_bigints() { return comparison(sql::CompareOp::kLess, bigint_column(0), bigint_constant(500)); }
BoundExprPtr compare_strings() {
  return comparison(sql::CompareOp::kEqual, string_column(4), string_constant("order-77-us"));
}
BoundExprPtr like_prefix() {
  return make(BoundKind::kLike, Type::boolean(), {string_column(4), string_constant("order-7%")});
}
BoundExprPtr like_contains() {
  return make(BoundKind::kLike, Type::boolean(), {string_column(4), string_constant("%77%us")});
}
BoundExprPtr case_strings() {
  return make(BoundKind::kCase, Type::string(),
              {comparison(sql::CompareOp::kLess, bigint_column(0), bigint_constant(300)), string_constant("small"),
               comparison(sql::CompareOp::kLess, bigint_column(0), bigint_constant(700)), string_column(4),
               string_constant("large")});
}
BoundExprPtr case_guarded() {
  return make(BoundKind::kCase, Type::bigint(),
              {comparison(sql::CompareOp::kEqual, bigint_column(1), bigint_constant(0)), bigint_constant(0),
               operation(Type::bigint(), sql::BinaryOp::kDivide, bigint_column(0), bigint_column(1))});
}
BoundExprPtr concat_strings() {
  return make(BoundKind::kConcat, Type::string(),
              {make(BoundKind::kConcat, Type::string(), {string_column(4), string_constant("/")}), string_column(5)});
}
BoundExprPtr cast_to_string() { return make(BoundKind::kCast, Type::string(), {bigint_column(0)}); }
BoundExprPtr in_list() {
  std::vector<BoundExprPtr> args{string_column(4)};
  for (int i = 0; i < 10; ++i) args.push_back(string_constant(("order-" + std::to_string(i * 77) + "-us").c_str()));
  return make(BoundKind::kIn, Type::boolean(), std::move(args));
}
BoundExprPtr filter() {
  return make(BoundKind::kAnd, Type::boolean(),
              {compare_bigints(), comparison(sql::CompareOp::kGreater, column_of(Type::float64(), 2),
                                             constant_of(Type::float64(), Value(10.0)))});
}

void evaluate_batches(benchmark::State& state, BoundExprPtr (*expression)()) {
  Arena inputs;
  Arena arena;
  RowErrors errors;
  const auto rows = static_cast<uint32_t>(state.range(0));
  const Batch batch = sample(rows, state.range(1) != 0, inputs);
  const auto compiled = CompiledExpression::compile(expression());
  EvalContext context{arena, errors};
  for (auto _ : state) {
    benchmark::DoNotOptimize(compiled->evaluate(batch, context));
    arena.reset();
    errors.clear();
  }
  state.counters["per_row"] = benchmark::Counter(static_cast<double>(state.iterations()) * rows,
                                                 benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

#define WEIR_EXPRESSION_BENCH(name)               \
  BENCHMARK_CAPTURE(evaluate_batches, name, name) \
      ->ArgNames({"rows", "nulls"})               \
      ->Args({1024, 0})                           \
      ->Args({1024, 1})                           \
      ->Args({1, 0})

WEIR_EXPRESSION_BENCH(add_bigints);
WEIR_EXPRESSION_BENCH(divide_bigints);
WEIR_EXPRESSION_BENCH(add_doubles);
WEIR_EXPRESSION_BENCH(add_decimals);
WEIR_EXPRESSION_BENCH(divide_decimals);
WEIR_EXPRESSION_BENCH(compare_bigints);
WEIR_EXPRESSION_BENCH(compare_strings);
WEIR_EXPRESSION_BENCH(like_prefix);
WEIR_EXPRESSION_BENCH(like_contains);
WEIR_EXPRESSION_BENCH(case_strings);
WEIR_EXPRESSION_BENCH(case_guarded);
WEIR_EXPRESSION_BENCH(concat_strings);
WEIR_EXPRESSION_BENCH(cast_to_string);
WEIR_EXPRESSION_BENCH(in_list);
WEIR_EXPRESSION_BENCH(filter);

// A row of a SELECT list with twenty expressions, all of those above and some with other operands.
void project_twenty(benchmark::State& state) {
  Arena inputs, arena;
  RowErrors errors;
  const auto rows = static_cast<uint32_t>(state.range(0));
  const Batch batch = sample(rows, state.range(1) != 0, inputs);
  std::vector<std::unique_ptr<CompiledExpression>> list;
  for (const BoundExprPtr& expression :
       {add_bigints(),
        divide_bigints(),
        add_doubles(),
        add_decimals(),
        divide_decimals(),
        compare_bigints(),
        compare_strings(),
        like_prefix(),
        like_contains(),
        case_strings(),
        case_guarded(),
        concat_strings(),
        cast_to_string(),
        in_list(),
        filter(),
        bigint_column(0),
        string_column(5),
        operation(Type::bigint(), sql::BinaryOp::kMultiply, bigint_column(1), bigint_constant(3)),
        operation(Type::float64(), sql::BinaryOp::kSubtract, column_of(Type::float64(), 3),
                  column_of(Type::float64(), 2)),
        comparison(sql::CompareOp::kNotEqual, string_column(4), string_column(5))}) {
    list.push_back(CompiledExpression::compile(expression));
  }
  EvalContext context{arena, errors};
  for (auto _ : state) {
    for (const auto& expression : list) benchmark::DoNotOptimize(expression->evaluate(batch, context));
    arena.reset();
    errors.clear();
  }
  state.counters["per_row"] = benchmark::Counter(static_cast<double>(state.iterations()) * rows,
                                                 benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(project_twenty)->ArgNames({"rows", "nulls"})->Args({1024, 0})->Args({1024, 1})->Args({1, 0});

}  // namespace
}  // namespace weir

BENCHMARK_MAIN();
