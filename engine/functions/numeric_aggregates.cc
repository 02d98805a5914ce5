// Aggregates of numbers.
#include "engine/functions/fixed_state.h"
#include "engine/functions/function_lists.h"

namespace weir {
namespace {

// State: the sum. NULLs don't count; a group without numbers has 0.
template <class T>
class SumAggregate final : public Aggregate {
 public:
  void initialize(std::string& out) override { append_fixed<T>(out, T{}); }
  void add(std::string_view state, const AggregateRow& row, std::string& out) override {
    const T old = read_fixed<T>(state);
    append_fixed<T>(out, row.args[0]->is_null(row.row) ? old : plus(old, row.args[0]->at<T>(row.row)));
  }
  void undo(std::string_view state, const AggregateRow& row, std::string& out) override {
    const T old = read_fixed<T>(state);
    append_fixed<T>(out, row.args[0]->is_null(row.row) ? old : minus(old, row.args[0]->at<T>(row.row)));
  }
  void merge(std::string_view a, std::string_view b, std::string& out) override {
    append_fixed<T>(out, plus(read_fixed<T>(a), read_fixed<T>(b)));
  }
  void result(std::string_view state, Column& out, Arena&) override { out.append<T>(read_fixed<T>(state)); }

 private:
  // Integers wrap around as in Java.
  static T plus(T a, T b) {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(static_cast<std::make_unsigned_t<T>>(a) + static_cast<std::make_unsigned_t<T>>(b));
    } else {
      return a + b;
    }
  }
  static T minus(T a, T b) {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(static_cast<std::make_unsigned_t<T>>(a) - static_cast<std::make_unsigned_t<T>>(b));
    } else {
      return a - b;
    }
  }
};

template <class T>
AggregateOverload sum_overload(std::string signature) {
  return {.signature = std::move(signature),
          .description = "The sum of the numbers.",
          .make = [](const FunctionBinding&) -> std::unique_ptr<Aggregate> { return std::make_unique<SumAggregate<T>>(); },
          .parameter_docs = {{"value", "the number"}}};
}

}  // namespace

std::vector<AggregateFunction> numeric_aggregates() {
  return {{.name = "SUM",
           .description = "The sum of a column's numbers; NULLs don't count.",
           .example = "SELECT item, SUM(amount) FROM orders GROUP BY item EMIT CHANGES",
           .undo = true,
           .overloads = {sum_overload<int32_t>("(INT) -> INT"), sum_overload<int64_t>("(BIGINT) -> BIGINT"),
                         sum_overload<double>("(DOUBLE) -> DOUBLE")}}};
}

}  // namespace weir
