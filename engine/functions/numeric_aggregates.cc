// Aggregates of numbers.
#include "engine/functions/fixed_state.h"
#include "engine/functions/function_lists.h"
#include "engine/types/decimal.h"

namespace weir {
namespace {

// Integers wrap around as in Java.
template <class T>
T sum_plus(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<std::make_unsigned_t<T>>(a) + static_cast<std::make_unsigned_t<T>>(b));
  } else {
    return a + b;
  }
}

template <class T>
T sum_minus(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<std::make_unsigned_t<T>>(a) - static_cast<std::make_unsigned_t<T>>(b));
  } else {
    return a - b;
  }
}

// State: the sum. NULLs don't count; a group without numbers has 0.
template <class T>
class SumAggregate final : public Aggregate {
 public:
  void initialize(std::string& out) override { append_fixed<T>(out, T{}); }
  void add(std::string_view state, const AggregateRow& row, std::string& out) override {
    const T old = read_fixed<T>(state);
    append_fixed<T>(out, row.args[0]->is_null(row.row) ? old : sum_plus(old, row.args[0]->at<T>(row.row)));
  }
  void undo(std::string_view state, const AggregateRow& row, std::string& out) override {
    const T old = read_fixed<T>(state);
    append_fixed<T>(out, row.args[0]->is_null(row.row) ? old : sum_minus(old, row.args[0]->at<T>(row.row)));
  }
  void merge(std::string_view a, std::string_view b, std::string& out) override {
    append_fixed<T>(out, sum_plus(read_fixed<T>(a), read_fixed<T>(b)));
  }
  void result(std::string_view state, Column& out, Arena&) override { out.append<T>(read_fixed<T>(state)); }
};

// State: the unscaled sum, of the argument's own precision and scale.
class DecimalSumAggregate final : public Aggregate {
 public:
  explicit DecimalSumAggregate(const TypePtr& type) : shape_{type->precision(), type->scale()} {}

  void initialize(std::string& out) override { append_fixed<Int128>(out, 0); }
  void add(std::string_view state, const AggregateRow& row, std::string& out) override { change(state, row, +1, out); }
  void undo(std::string_view state, const AggregateRow& row, std::string& out) override { change(state, row, -1, out); }
  // What no DECIMAL holds stays at its bound: the result is NULL, and rows that are added are reported.
  void merge(std::string_view a, std::string_view b, std::string& out) override {
    const Int128 bound = power_of_ten(kMaxDecimalPrecision);
    const Int128 x = read_fixed<Int128>(a);
    const Int128 y = read_fixed<Int128>(b);
    const bool beyond = (x > 0) == (y > 0) && (x > 0 ? x > bound - y : x < -bound - y);
    append_fixed<Int128>(out, beyond ? (x > 0 ? bound : -bound) : x + y);
  }
  void result(std::string_view state, Column& out, Arena&) override {
    const auto sum = read_fixed<Int128>(state);
    if (!decimal_fits(sum, shape_.precision)) return out.append_null();
    out.append<Int128>(sum);
  }

 private:
  void change(std::string_view state, const AggregateRow& row, int sign, std::string& out) const {
    const auto old = read_fixed<Int128>(state);
    if (row.args[0]->is_null(row.row)) return append_fixed(out, old);
    const auto sum = decimal_add(old, shape_.scale, row.args[0]->at<Int128>(row.row) * sign, shape_.scale, shape_);
    if (!sum) {
      row.context.errors.report({RowError::Stage::kEvaluate, row.row, "SUM",
                                 "Numeric field overflow: the sum doesn't fit DECIMAL(" +
                                     std::to_string(shape_.precision) + ", " + std::to_string(shape_.scale) +
                                     "). CAST the argument to a higher precision."});
    }
    append_fixed<Int128>(out, sum.value_or(old));
  }

  const DecimalShape shape_;
};

// The sum and the number of a group's numbers. Integers are summed up wider than their column, so that the average of
// large ones is right.
template <class T, class Sum>
class AverageAggregate final : public Aggregate {
 public:
  void initialize(std::string& out) override { append(out, 0, 0); }
  void add(std::string_view state, const AggregateRow& row, std::string& out) override {
    if (row.args[0]->is_null(row.row)) return append(out, sum_of(state), count_of(state));
    append(out, sum_of(state) + row.args[0]->at<T>(row.row), count_of(state) + 1);
  }
  void undo(std::string_view state, const AggregateRow& row, std::string& out) override {
    if (row.args[0]->is_null(row.row)) return append(out, sum_of(state), count_of(state));
    append(out, sum_of(state) - row.args[0]->at<T>(row.row), count_of(state) - 1);
  }
  void merge(std::string_view a, std::string_view b, std::string& out) override {
    append(out, sum_of(a) + sum_of(b), count_of(a) + count_of(b));
  }
  void result(std::string_view state, Column& out, Arena&) override {
    const int64_t count = count_of(state);
    out.append<double>(count == 0 ? 0.0 : static_cast<double>(sum_of(state)) / static_cast<double>(count));
  }

 private:
  static Sum sum_of(std::string_view state) { return read_fixed<Sum>(state); }
  static int64_t count_of(std::string_view state) { return read_fixed<int64_t>(state, sizeof(Sum)); }
  static void append(std::string& out, Sum sum, int64_t count) {
    append_fixed<Sum>(out, sum);
    append_fixed<int64_t>(out, count);
  }
};

// State: the sum of all elements that aren't NULL.
template <class T>
class ListSumAggregate final : public Aggregate {
 public:
  void initialize(std::string& out) override { append_fixed<T>(out, T{}); }
  void add(std::string_view state, const AggregateRow& row, std::string& out) override {
    append_fixed<T>(out, sum_plus(read_fixed<T>(state), elements_sum(row)));
  }
  void undo(std::string_view state, const AggregateRow& row, std::string& out) override {
    append_fixed<T>(out, sum_minus(read_fixed<T>(state), elements_sum(row)));
  }
  void merge(std::string_view a, std::string_view b, std::string& out) override {
    append_fixed<T>(out, sum_plus(read_fixed<T>(a), read_fixed<T>(b)));
  }
  void result(std::string_view state, Column& out, Arena&) override { out.append<T>(read_fixed<T>(state)); }

 private:
  static T elements_sum(const AggregateRow& row) {
    const Column& lists = *row.args[0];
    T sum{};
    if (lists.is_null(row.row)) return sum;
    for (uint32_t i = lists.offsets()[row.row]; i < lists.offsets()[row.row + 1]; ++i) {
      if (lists.child(0).is_valid(i)) sum = sum_plus(sum, lists.child(0).at<T>(i));
    }
    return sum;
  }
};

template <class Implementation>
std::unique_ptr<Aggregate> make_numeric(const FunctionBinding&) {
  return std::make_unique<Implementation>();
}

template <class T, class Sum>
AggregateOverload average_overload(std::string signature) {
  return {.signature = std::move(signature),
          .description = "The average of the numbers.",
          .make = make_numeric<AverageAggregate<T, Sum>>,
          .parameter_docs = {{"value", "the number"}}};
}

template <class T>
AggregateOverload list_sum_overload(std::string signature) {
  return {.signature = std::move(signature),
          .description = "The sum of all elements.",
          .make = make_numeric<ListSumAggregate<T>>,
          .parameter_docs = {{"values", "the array whose elements are summed up"}}};
}

AggregateOverload decimal_sum_overload() {
  return {
      .signature = "(DECIMAL) -> DECIMAL",
      .description =
          "The sum of the numbers, with their precision and scale. A row that would exceed the precision is reported "
          "and left out.",
      .make = [](const FunctionBinding& binding) -> std::unique_ptr<Aggregate> {
        return std::make_unique<DecimalSumAggregate>(binding.types[0]);
      },
      .return_type = [](const std::vector<TypePtr>& types,
                        const std::vector<std::optional<Value>>&) { return types[0]; },
      .parameter_docs = {{"value", "the number"}}};
}

template <class T>
AggregateOverload sum_overload(std::string signature) {
  return {.signature = std::move(signature),
          .description = "The sum of the numbers.",
          .make = make_numeric<SumAggregate<T>>,
          .parameter_docs = {{"value", "the number"}}};
}

}  // namespace

std::vector<AggregateFunction> numeric_aggregates() {
  return {
      {.name = "SUM",
       .description = "The sum of a column's numbers; NULLs don't count.",
       .example = "SELECT item, SUM(amount) FROM orders GROUP BY item EMIT CHANGES",
       .undo = true,
       .overloads = {sum_overload<int32_t>("(INT) -> INT"), sum_overload<int64_t>("(BIGINT) -> BIGINT"),
                     sum_overload<double>("(DOUBLE) -> DOUBLE"), decimal_sum_overload()}},
      {.name = "AVG",
       .description =
           "The average of a column's numbers: their sum divided by how many they are. NULLs don't count; 0 if there "
           "are no numbers.",
       .example = "SELECT station, AVG(degrees) FROM weather GROUP BY station EMIT CHANGES",
       .undo = true,
       .nested_state = true,
       .overloads = {average_overload<int32_t, int64_t>("(INT) -> DOUBLE"),
                     average_overload<int64_t, Int128>("(BIGINT) -> DOUBLE"),
                     average_overload<double, double>("(DOUBLE) -> DOUBLE")}},
      {.name = "SUM_LIST",
       .description = "The sum of the elements of a column's arrays; NULLs don't count.",
       .example = "SELECT cart, SUM_LIST(prices) FROM carts GROUP BY cart EMIT CHANGES",
       .undo = true,
       .overloads = {list_sum_overload<int32_t>("(ARRAY<INT>) -> INT"),
                     list_sum_overload<int64_t>("(ARRAY<BIGINT>) -> BIGINT"),
                     list_sum_overload<double>("(ARRAY<DOUBLE>) -> DOUBLE")}}};
}

}  // namespace weir
