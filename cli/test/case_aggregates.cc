// The aggregate functions that ksqlDB's cases call and that are no part of the language.
#include "cli/test/case_functions.h"
#include "engine/functions/fixed_state.h"
#include "engine/functions/value_state.h"

namespace weir::cli {

namespace {

int64_t weight_of(const Value& value, const Type& type) {
  if (value.is_null()) return 0;
  return type.kind() == TypeKind::kString ? static_cast<int64_t>(value.as_string().size()) : value.as_int();
}

// The sum of all numbers and of the lengths of all texts, over the first `columns` arguments of each row and once over
// the others, which are literals. Not above 0: all but so many.
class WeightAggregate final : public Aggregate {
 public:
  WeightAggregate(const FunctionBinding& binding, int columns)
      : columns_(columns > 0 ? static_cast<size_t>(columns) : binding.types.size() - static_cast<size_t>(-columns)) {
    for (size_t i = columns_; i < binding.types.size(); ++i) {
      if (!binding.literals[i]) throw std::invalid_argument("an initial argument must be a constant");
      initial_ += weight_of(*binding.literals[i], *binding.types[i]);
    }
  }
  void initialize(std::string& out) override { append_fixed(out, initial_); }
  void add(std::string_view state, const AggregateRow& row, std::string& out) override {
    int64_t sum = read_fixed<int64_t>(state);
    for (size_t i = 0; i < columns_; ++i) sum += weight_of(row.args[i]->value(row.row), *row.args[i]->type());
    append_fixed(out, sum);
  }
  void undo(std::string_view state, const AggregateRow& row, std::string& out) override {
    int64_t sum = read_fixed<int64_t>(state);
    for (size_t i = 0; i < columns_; ++i) sum -= weight_of(row.args[i]->value(row.row), *row.args[i]->type());
    append_fixed(out, sum);
  }
  void merge(std::string_view a, std::string_view b, std::string& out) override {
    append_fixed(out, read_fixed<int64_t>(a) + read_fixed<int64_t>(b) - initial_);
  }
  void result(std::string_view state, Column& out, Arena&) override { out.append<int64_t>(read_fixed<int64_t>(state)); }

 private:
  size_t columns_;
  int64_t initial_ = 0;
};

class DoubleSumAggregate final : public Aggregate {
 public:
  void initialize(std::string& out) override { append_fixed(out, 0.0); }
  void add(std::string_view state, const AggregateRow& row, std::string& out) override {
    append_fixed(out,
                 read_fixed<double>(state) + (row.args[0]->is_valid(row.row) ? row.args[0]->at<double>(row.row) : 0));
  }
  void merge(std::string_view a, std::string_view b, std::string& out) override {
    append_fixed(out, read_fixed<double>(a) + read_fixed<double>(b));
  }
  void result(std::string_view state, Column& out, Arena&) override { out.append<double>(read_fixed<double>(state)); }
};

// The first argument of each row in which none is NULL.
class CompleteRowsAggregate final : public Aggregate {
 public:
  explicit CompleteRowsAggregate(const FunctionBinding& binding) : codec_(binding.types[0], MapOrder::kByKey) {}
  void initialize(std::string&) override {}
  void add(std::string_view state, const AggregateRow& row, std::string& out) override {
    out.append(state);
    for (const Column* arg : row.args) {
      if (arg->is_null(row.row)) return;
    }
    out.append(codec_.encode(*row.args[0], row.row));
  }
  void merge(std::string_view a, std::string_view b, std::string& out) override { out.append(a).append(b); }
  void result(std::string_view state, Column& out, Arena&) override {
    while (!state.empty()) codec_.decode(take_element(state), out.child(0));
    out.close_row();
  }

 private:
  ElementCodec codec_;
};

// The sums of a structure's two INT fields.
class FieldSumsAggregate final : public Aggregate {
 public:
  void initialize(std::string& out) override { append_sums(out, 0, 0); }
  void add(std::string_view state, const AggregateRow& row, std::string& out) override {
    const Column& arg = *row.args[0];
    const auto field = [&](size_t i) {
      return arg.is_valid(row.row) && arg.child(i).is_valid(row.row) ? arg.child(i).at<int32_t>(row.row) : 0;
    };
    append_sums(out, read_fixed<int32_t>(state) + field(0), read_fixed<int32_t>(state, 4) + field(1));
  }
  void merge(std::string_view a, std::string_view b, std::string& out) override {
    append_sums(out, read_fixed<int32_t>(a) + read_fixed<int32_t>(b),
                read_fixed<int32_t>(a, 4) + read_fixed<int32_t>(b, 4));
  }
  void result(std::string_view state, Column& out, Arena&) override {
    out.child(0).append<int32_t>(read_fixed<int32_t>(state));
    out.child(1).append<int32_t>(read_fixed<int32_t>(state, 4));
    out.close_struct_row();
  }

 private:
  static void append_sums(std::string& out, int32_t a, int32_t b) {
    append_fixed(out, a);
    append_fixed(out, b);
  }
};

// Sums of what it is given.
AggregateFunction test_udaf() {
  const auto sum = [](const FunctionBinding& binding) -> std::unique_ptr<Aggregate> {
    return std::make_unique<WeightAggregate>(binding, 1);
  };
  return {.name = "TEST_UDAF",
          .category = "test",
          .description = "The sum.",
          .undo = true,
          .overloads = {{.signature = "(INT) -> BIGINT", .description = "The sum.", .make = sum},
                        {.signature = "(BIGINT) -> BIGINT", .description = "The sum.", .make = sum},
                        {.signature = "(DOUBLE) -> DOUBLE",
                         .description = "The sum.",
                         .make = [](const FunctionBinding&) -> std::unique_ptr<Aggregate> {
                           return std::make_unique<DoubleSumAggregate>();
                         }},
                        {.signature = "(STRING, STRING) -> BIGINT",
                         .description = "The sum of the lengths.",
                         .literals = 1,
                         .make = sum},
                        {.signature = "(STRUCT<A INT, B INT>) -> STRUCT<A INT, B INT>",
                         .description = "The sums of the fields.",
                         .make = [](const FunctionBinding&) -> std::unique_ptr<Aggregate> {
                           return std::make_unique<FieldSumsAggregate>();
                         }}}};
}

AggregateFunction weight_function(std::string name, std::string signature, int columns) {
  return {.name = std::move(name),
          .category = "test",
          .description = "The sum of the numbers and of the texts' lengths.",
          .overloads = {{.signature = std::move(signature),
                         .description = "The sum.",
                         .make = [columns](const FunctionBinding& binding) -> std::unique_ptr<Aggregate> {
                           return std::make_unique<WeightAggregate>(binding, columns);
                         }}}};
}

AggregateFunction complete_rows_function(std::string name, std::string signature) {
  return {.name = std::move(name),
          .category = "test",
          .description = "The first argument of the rows without a NULL.",
          .overloads = {{.signature = std::move(signature),
                         .description = "The first argument.",
                         .make = [](const FunctionBinding& binding) -> std::unique_ptr<Aggregate> {
                           return std::make_unique<CompleteRowsAggregate>(binding);
                         }}}};
}

}  // namespace

std::vector<AggregateFunction> case_aggregates() {
  return {test_udaf(),
          weight_function("VAR_ARG", "(BIGINT, STRING...) -> BIGINT", 0),
          weight_function("MID_VAR_ARG", "(BIGINT, STRING..., INT, INT) -> BIGINT", -2),
          weight_function("MULTI_ARG", "(BIGINT, STRING, INT, STRING...) -> BIGINT", 2),
          weight_function("FOUR_ARG", "(BIGINT, STRING, STRING, STRING, INT, STRING...) -> BIGINT", 4),
          weight_function("FIVE_ARG", "(BIGINT, STRING, STRING, STRING, INT, INT, STRING...) -> BIGINT", 5),
          complete_rows_function("GENERIC_VAR_ARG", "(A, B, C...) -> ARRAY<A>"),
          complete_rows_function("OBJ_COL_ARG", "(INT, ANY...) -> ARRAY<INT>")};
}

}  // namespace weir::cli
