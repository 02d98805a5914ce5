// Standard deviations and correlation.
#include <cmath>

#include "engine/functions/fixed_state.h"
#include "engine/functions/function_lists.h"

namespace weir {
namespace {

enum class Deviation { kSquared, kRoot };

// State: number of values, their sum, and M2, the sum of the squared differences from their mean, kept up to date by
// the algorithm of Youngs and Cramer (Updating formulae for the sum of squares, 1971). Sums of integers are exact.
template <class T, class Sum, Deviation kDeviation>
class DeviationAggregate final : public Aggregate {
 public:
  void initialize(std::string& out) override { append_fixed(out, State{}); }
  void add(std::string_view state, const AggregateRow& row, std::string& out) override {
    State s = read_fixed<State>(state);
    if (row.args[0]->is_valid(row.row)) {
      const Sum value = row.args[0]->at<T>(row.row);
      s.m2 = difference(s, value, s.count) + s.m2;
      s.sum += value;
      ++s.count;
    }
    append_fixed(out, s);
  }
  void undo(std::string_view state, const AggregateRow& row, std::string& out) override {
    State s = read_fixed<State>(state);
    if (row.args[0]->is_valid(row.row)) {
      const Sum value = row.args[0]->at<T>(row.row);
      s.m2 = s.count > 1 ? s.m2 - difference(s, value, s.count - 1) : 0.0;
      s.sum -= value;
      --s.count;
    }
    append_fixed(out, s);
  }
  void merge(std::string_view a, std::string_view b, std::string& out) override {
    const State x = read_fixed<State>(a);
    const State y = read_fixed<State>(b);
    State merged{x.count + y.count, x.m2 + y.m2, x.sum + y.sum};
    if (x.count > 0 && y.count > 0) {
      const double apart = static_cast<double>(x.sum) / static_cast<double>(x.count) -
                           static_cast<double>(y.sum) / static_cast<double>(y.count);
      merged.m2 += static_cast<double>(x.count) * static_cast<double>(y.count) * apart * apart /
                   static_cast<double>(merged.count);
    }
    append_fixed(out, merged);
  }
  void result(std::string_view state, Column& out, Arena&) override {
    const State s = read_fixed<State>(state);
    const double variance = s.count < 2 ? 0.0 : s.m2 / static_cast<double>(s.count - 1);
    out.append<double>(kDeviation == Deviation::kRoot ? std::sqrt(variance) : variance);
  }

 private:
  struct State {
    int64_t count = 0;
    double m2 = 0;
    Sum sum = 0;
  };

  // By how much M2 differs with the value and without it; `without` is the count without. The same whether the state
  // has it or not.
  static double difference(const State& state, Sum value, int64_t without) {
    if (without == 0) return 0.0;
    const auto delta = static_cast<double>(value * (state.count + 1) - (state.sum + value));
    return delta * delta / static_cast<double>((without + 1) * without);
  }
};

// State: the sums that Pearson's coefficient is made of. Rows with a NULL don't count.
template <class T>
class CorrelationAggregate final : public Aggregate {
 public:
  void initialize(std::string& out) override { append_fixed(out, Sums{}); }
  void add(std::string_view state, const AggregateRow& row, std::string& out) override { change(state, row, 1.0, out); }
  void undo(std::string_view state, const AggregateRow& row, std::string& out) override {
    change(state, row, -1.0, out);
  }
  void merge(std::string_view a, std::string_view b, std::string& out) override {
    Sums sums = read_fixed<Sums>(a);
    const Sums other = read_fixed<Sums>(b);
    sums.x += other.x;
    sums.y += other.y;
    sums.xx += other.xx;
    sums.yy += other.yy;
    sums.xy += other.xy;
    sums.count += other.count;
    append_fixed(out, sums);
  }
  void result(std::string_view state, Column& out, Arena&) override {
    const Sums s = read_fixed<Sums>(state);
    const auto count = static_cast<double>(s.count);
    const double numerator = count * s.xy - s.x * s.y;
    out.append<double>(numerator / std::sqrt((count * s.xx - s.x * s.x) * (count * s.yy - s.y * s.y)));
  }

 private:
  struct Sums {
    double x = 0, y = 0, xx = 0, yy = 0, xy = 0;
    int64_t count = 0;
  };

  static void change(std::string_view state, const AggregateRow& row, double sign, std::string& out) {
    Sums sums = read_fixed<Sums>(state);
    if (row.args[0]->is_valid(row.row) && row.args[1]->is_valid(row.row)) {
      const auto x = static_cast<double>(row.args[0]->at<T>(row.row));
      const auto y = static_cast<double>(row.args[1]->at<T>(row.row));
      sums.x += sign * x;
      sums.y += sign * y;
      sums.xx += sign * (x * x);
      sums.yy += sign * (y * y);
      sums.xy += sign * (x * y);
      sums.count += sign > 0 ? 1 : -1;
    }
    append_fixed(out, sums);
  }
};

template <class Implementation>
AggregateOverload statistics_overload(std::string signature, std::string description,
                                      std::vector<std::pair<std::string, std::string>> docs) {
  return {
      .signature = std::move(signature),
      .description = std::move(description),
      .make = [](const FunctionBinding&) -> std::unique_ptr<Aggregate> { return std::make_unique<Implementation>(); },
      .parameter_docs = std::move(docs)};
}

template <Deviation kDeviation>
AggregateFunction deviation_function(const std::string& name, const std::string& what, const std::string& more) {
  const std::string each = "The " + what + ".";
  return {
      .name = name,
      .description = "The " + what + " of a column's numbers; NULLs don't count. 0 for fewer than two numbers." + more,
      .example = "SELECT sensor, " + name + "(degrees) FROM readings GROUP BY sensor EMIT CHANGES",
      .undo = true,
      .nested_state = true,
      .overloads = {statistics_overload<DeviationAggregate<int32_t, int64_t, kDeviation>>("(INT) -> DOUBLE", each,
                                                                                          {{"value", "the number"}}),
                    statistics_overload<DeviationAggregate<int64_t, Int128, kDeviation>>("(BIGINT) -> DOUBLE", each,
                                                                                         {{"value", "the number"}}),
                    statistics_overload<DeviationAggregate<double, double, kDeviation>>("(DOUBLE) -> DOUBLE", each,
                                                                                        {{"value", "the number"}})}};
}

}  // namespace

std::vector<AggregateFunction> statistics_aggregates() {
  const std::string coefficient = "The coefficient.";
  const std::vector<std::pair<std::string, std::string>> docs = {{"x", "one column"}, {"y", "the other column"}};
  return {deviation_function<Deviation::kRoot>("STDDEV_SAMPLE", "standard deviation of the sample", ""),
          deviation_function<Deviation::kSquared>(
              "STDDEV_SAMP", "variance of the sample",
              " Its name notwithstanding it isn't the standard deviation, as in ksqlDB: "
              "STDDEV_SAMPLE is, the root of this one."),
          {.name = "CORRELATION",
           .description = "Pearson's correlation coefficient of two columns, from -1 to 1. Rows in which either is "
                          "NULL don't count. NaN "
                          "while it isn't defined: for a single row, or if a column has one value only.",
           .example = "SELECT city, CORRELATION(degrees, visitors) FROM days GROUP BY city EMIT CHANGES",
           .undo = true,
           .nested_state = true,
           .overloads = {
               statistics_overload<CorrelationAggregate<double>>("(DOUBLE, DOUBLE) -> DOUBLE", coefficient, docs),
               statistics_overload<CorrelationAggregate<int32_t>>("(INT, INT) -> DOUBLE", coefficient, docs),
               statistics_overload<CorrelationAggregate<int64_t>>("(BIGINT, BIGINT) -> DOUBLE", coefficient, docs)}}};
}

}  // namespace weir
