// The least and the greatest value of a group.
#include "engine/functions/fixed_state.h"
#include "engine/functions/function_lists.h"
#include "engine/functions/value_order.h"

namespace weir {
namespace {

int compare_extremes(int32_t a, int32_t b) { return a < b ? -1 : (b < a ? 1 : 0); }
int compare_extremes(int64_t a, int64_t b) { return a < b ? -1 : (b < a ? 1 : 0); }
int compare_extremes(Int128 a, Int128 b) { return a < b ? -1 : (b < a ? 1 : 0); }
int compare_extremes(double a, double b) { return compare_doubles(a, b); }

enum class Extreme { kLeast, kGreatest };

// State: nothing while there are only NULLs, then the value.
template <class T, Extreme kWanted>
class FixedExtremeAggregate final : public Aggregate {
 public:
  void initialize(std::string&) override {}
  void add(std::string_view state, const AggregateRow& row, std::string& out) override {
    const bool null = row.args[0]->is_null(row.row);
    if (null || (!state.empty() && !beats(row.args[0]->at<T>(row.row), read_fixed<T>(state)))) {
      out.append(state);
    } else {
      append_fixed(out, row.args[0]->at<T>(row.row));
    }
  }
  void merge(std::string_view a, std::string_view b, std::string& out) override {
    const bool second = a.empty() || (!b.empty() && beats(read_fixed<T>(b), read_fixed<T>(a)));
    out.append(second ? b : a);
  }
  void result(std::string_view state, Column& out, Arena&) override {
    if (state.empty()) return out.append_null();
    out.append<T>(read_fixed<T>(state));
  }

 private:
  static bool beats(const T& value, const T& present) {
    const int order = compare_extremes(value, present);
    return kWanted == Extreme::kLeast ? order < 0 : order > 0;
  }
};

// State: nothing while there are only NULLs, then the byte 1 and the value.
template <int (*kCompare)(std::string_view, std::string_view), Extreme kWanted>
class TextExtremeAggregate final : public Aggregate {
 public:
  void initialize(std::string&) override {}
  void add(std::string_view state, const AggregateRow& row, std::string& out) override {
    const auto value = row.args[0]->at<std::string_view>(row.row);
    if (row.args[0]->is_null(row.row) || (!state.empty() && !beats(value, state.substr(1)))) {
      out.append(state);
    } else {
      out.push_back(1);
      out.append(value);
    }
  }
  void merge(std::string_view a, std::string_view b, std::string& out) override {
    const bool second = a.empty() || (!b.empty() && beats(b.substr(1), a.substr(1)));
    out.append(second ? b : a);
  }
  void result(std::string_view state, Column& out, Arena&) override {
    if (state.empty()) return out.append_null();
    out.append(state.substr(1));
  }

 private:
  static bool beats(std::string_view value, std::string_view present) {
    const int order = kCompare(value, present);
    return kWanted == Extreme::kLeast ? order < 0 : order > 0;
  }
};

template <Extreme kWanted>
std::unique_ptr<Aggregate> make_extreme(const FunctionBinding& binding) {
  switch (binding.types[0]->kind()) {
    case TypeKind::kBigint:
    case TypeKind::kTimestamp:
      return std::make_unique<FixedExtremeAggregate<int64_t, kWanted>>();
    case TypeKind::kDouble:
      return std::make_unique<FixedExtremeAggregate<double, kWanted>>();
    case TypeKind::kDecimal:
      return std::make_unique<FixedExtremeAggregate<Int128, kWanted>>();
    case TypeKind::kString:
      return std::make_unique<TextExtremeAggregate<compare_text, kWanted>>();
    case TypeKind::kBytes:
      return std::make_unique<TextExtremeAggregate<compare_bytes, kWanted>>();
    default:  // the signatures leave INT, DATE and TIME
      return std::make_unique<FixedExtremeAggregate<int32_t, kWanted>>();
  }
}

template <Extreme kWanted>
AggregateFunction extreme_aggregate(const std::string& name, const std::string& which) {
  AggregateFunction function{
      .name = name,
      .description = "The " + which + " value of a column; NULLs don't count. NULL if there is no value.",
      .example = "SELECT station, " + name + "(degrees) FROM weather GROUP BY station EMIT CHANGES",
      .overloads = {}};
  for (const char* type : {"INT", "BIGINT", "DOUBLE", "DECIMAL", "DATE", "TIME", "TIMESTAMP", "STRING", "BYTES"}) {
    AggregateOverload overload{.signature = std::string("(") + type + ") -> " + type,
                               .description = "The " + which + " value.",
                               .make = make_extreme<kWanted>,
                               .parameter_docs = {{"value", "the values to choose from"}}};
    if (type == std::string_view("DECIMAL")) {
      overload.return_type = [](const std::vector<TypePtr>& types, const std::vector<std::optional<Value>>&) {
        return types[0];
      };
    }
    function.overloads.push_back(std::move(overload));
  }
  return function;
}

}  // namespace

std::vector<AggregateFunction> min_max_aggregates() {
  return {extreme_aggregate<Extreme::kLeast>("MIN", "least"), extreme_aggregate<Extreme::kGreatest>("MAX", "greatest")};
}

}  // namespace weir
