// Aggregates that count rows.
#include <xxhash.h>

#include "engine/functions/distinct_sketch.h"
#include "engine/functions/fixed_state.h"
#include "engine/functions/function_lists.h"
#include "engine/functions/value_state.h"

namespace weir {
namespace {

// State: the count.
class CountAggregate final : public Aggregate {
 public:
  void initialize(std::string& out) override { append_fixed<int64_t>(out, 0); }
  void add(std::string_view state, const AggregateRow& row, std::string& out) override { change(state, row, +1, out); }
  void undo(std::string_view state, const AggregateRow& row, std::string& out) override { change(state, row, -1, out); }
  void merge(std::string_view a, std::string_view b, std::string& out) override {
    append_fixed<int64_t>(out, read_fixed<int64_t>(a) + read_fixed<int64_t>(b));
  }
  void result(std::string_view state, Column& out, Arena&) override { out.append<int64_t>(read_fixed<int64_t>(state)); }

 private:
  static void change(std::string_view state, const AggregateRow& row, int64_t by, std::string& out) {
    const bool counts = row.args.empty() || row.args[0]->is_valid(row.row);
    append_fixed<int64_t>(out, read_fixed<int64_t>(state) + (counts ? by : 0));
  }
};

std::unique_ptr<Aggregate> make_count(const FunctionBinding&) { return std::make_unique<CountAggregate>(); }

// State: a sketch of the values.
class CountDistinctAggregate final : public Aggregate {
 public:
  explicit CountDistinctAggregate(TypePtr type) : codec_(std::move(type), MapOrder::kByKey) {}
  void initialize(std::string& out) override { distinct_sketch::initialize(out); }
  void add(std::string_view state, const AggregateRow& row, std::string& out) override {
    if (row.args[0]->is_null(row.row)) {
      out.append(state);
      return;
    }
    const std::string_view element = codec_.encode(*row.args[0], row.row);
    distinct_sketch::add(state, XXH3_64bits(element.data(), element.size()), out);
  }
  void merge(std::string_view a, std::string_view b, std::string& out) override { distinct_sketch::merge(a, b, out); }
  void result(std::string_view state, Column& out, Arena&) override {
    out.append<int64_t>(distinct_sketch::estimate(state));
  }

 private:
  ElementCodec codec_;
};

}  // namespace

std::vector<AggregateFunction> counting_aggregates() {
  return {
      {.name = "COUNT",
       .description = "The number of rows, or of rows in which the argument isn't NULL.",
       .example = "SELECT page, COUNT(*) FROM views GROUP BY page EMIT CHANGES",
       .undo = true,
       .overloads = {{.signature = "() -> BIGINT", .description = "The number of rows: COUNT(*).", .make = make_count},
                     {.signature = "(T) -> BIGINT",
                      .description = "The number of rows in which the value isn't NULL.",
                      .make = make_count,
                      .parameter_docs = {{"value", "what is counted unless it is NULL"}}}}},
      {.name = "COUNT_DISTINCT",
       .description =
           "The number of different values of a column; NULLs don't count. Exact up to 1024, beyond that an estimate "
           "with a standard error below 1 %.",
       .example = "SELECT page, COUNT_DISTINCT(user_id) FROM views GROUP BY page EMIT CHANGES",
       .nested_state = true,
       .overloads = {{.signature = "(T) -> BIGINT",
                      .description = "The number of different values.",
                      .make = [](const FunctionBinding& binding) -> std::unique_ptr<Aggregate> {
                        return std::make_unique<CountDistinctAggregate>(binding.types[0]);
                      },
                      .parameter_docs = {{"value", "the column"}}}}}};
}

}  // namespace weir
