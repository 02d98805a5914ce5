// Aggregates that gather a group's values in an array.
#include <algorithm>
#include <limits>
#include <stdexcept>

#include "engine/functions/fixed_state.h"
#include "engine/functions/function_lists.h"
#include "engine/functions/value_state.h"

namespace weir {
namespace {

// The second argument: how many elements the array may have.
uint32_t collect_limit(const FunctionBinding& binding) {
  constexpr uint32_t kMost = std::numeric_limits<int32_t>::max();
  if (binding.types.size() < 2) return kMost;
  const std::optional<Value>& given = binding.literals[1];
  if (!given || given->is_null()) throw std::invalid_argument("The limit of values to gather must be a whole number.");
  // A negative one is none, as in ksqlDB's property.
  return given->as_int() < 0 ? kMost : static_cast<uint32_t>(std::min<int64_t>(given->as_int(), kMost));
}

// State: the number of elements (4 bytes), then the elements. Values that are the same are the same bytes. What comes
// when the limit is reached is left out.
class CollectAggregate : public Aggregate {
 public:
  explicit CollectAggregate(const FunctionBinding& binding)
      : codec_(binding.types[0], MapOrder::kByKey), limit_(collect_limit(binding)) {}

  void initialize(std::string& out) override { append_fixed<uint32_t>(out, 0); }
  void result(std::string_view state, Column& out, Arena&) override {
    for (std::string_view rest = elements_of(state); !rest.empty();) codec_.decode(take_element(rest), out.child(0));
    out.close_row();
  }

 protected:
  static uint32_t count_of(std::string_view state) { return read_fixed<uint32_t>(state); }
  static std::string_view elements_of(std::string_view state) { return state.substr(sizeof(uint32_t)); }
  static void append_state(std::string& out, uint32_t count, std::string_view elements) {
    append_fixed(out, count);
    out.append(elements);
  }

  ElementCodec codec_;
  const uint32_t limit_;
};

class CollectListAggregate final : public CollectAggregate {
 public:
  using CollectAggregate::CollectAggregate;

  void add(std::string_view state, const AggregateRow& row, std::string& out) override {
    if (count_of(state) >= limit_) {
      out.append(state);
      return;
    }
    append_state(out, count_of(state) + 1, elements_of(state));
    out.append(codec_.encode(*row.args[0], row.row));
  }
  // Which of several equal values it was doesn't show; the last one goes, as in ksqlDB. None is there if the limit kept
  // it out.
  void undo(std::string_view state, const AggregateRow& row, std::string& out) override {
    const std::string_view gone = codec_.encode(*row.args[0], row.row);
    const std::string_view elements = elements_of(state);
    size_t found = std::string_view::npos;
    for (std::string_view rest = elements; !rest.empty();) {
      const size_t at = elements.size() - rest.size();
      if (take_element(rest) == gone) found = at;
    }
    if (found == std::string_view::npos) {
      out.append(state);
      return;
    }
    append_state(out, count_of(state) - 1, elements.substr(0, found));
    out.append(elements.substr(found + gone.size()));
  }
  void merge(std::string_view a, std::string_view b, std::string& out) override {
    const uint32_t taken = count_of(a) >= limit_ ? 0 : std::min(limit_ - count_of(a), count_of(b));
    std::string_view rest = elements_of(b);
    for (uint32_t i = 0; i < taken; ++i) take_element(rest);
    append_state(out, count_of(a) + taken, elements_of(a));
    out.append(elements_of(b).substr(0, elements_of(b).size() - rest.size()));
  }
};

class CollectSetAggregate final : public CollectAggregate {
 public:
  using CollectAggregate::CollectAggregate;

  void add(std::string_view state, const AggregateRow& row, std::string& out) override {
    const std::string_view element = codec_.encode(*row.args[0], row.row);
    const bool left_out = count_of(state) >= limit_ || contains(elements_of(state), element);
    append_state(out, count_of(state) + (left_out ? 0 : 1), elements_of(state));
    if (!left_out) out.append(element);
  }
  void merge(std::string_view a, std::string_view b, std::string& out) override {
    const size_t count_at = out.size();
    uint32_t count = count_of(a);
    append_state(out, count, elements_of(a));
    for (std::string_view rest = elements_of(b); !rest.empty() && count < limit_;) {
      const std::string_view element = take_element(rest);
      if (contains(elements_of(a), element)) continue;
      out.append(element);
      ++count;
    }
    std::memcpy(out.data() + count_at, &count, sizeof count);
  }

 private:
  static bool contains(std::string_view elements, std::string_view element) {
    while (!elements.empty()) {
      if (take_element(elements) == element) return true;
    }
    return false;
  }
};

template <class Implementation>
std::unique_ptr<Aggregate> make_collect(const FunctionBinding& binding) {
  return std::make_unique<Implementation>(binding);
}

}  // namespace

std::vector<AggregateFunction> collect_aggregates() {
  return {
      {.name = "COLLECT_LIST",
       .description =
           "An array of all values of a column, NULLs too, in the order of their arrival. Over a table, the last of "
           "several equal values goes when one of them is replaced.",
       .example = "SELECT buyer, COLLECT_LIST(item) FROM orders GROUP BY buyer EMIT CHANGES",
       .undo = true,
       .overloads = {{.signature = "(T) -> ARRAY<T>",
                      .description = "All values.",
                      .make = make_collect<CollectListAggregate>,
                      .parameter_docs = {{"value", "what is gathered"}}},
                     {.signature = "(T, INT) -> ARRAY<T>",
                      .description = "The first values, up to a number.",
                      .literals = 1,
                      .make = make_collect<CollectListAggregate>,
                      .parameter_docs = {{"value", "what is gathered"}, {"limit", "how many are gathered at most"}}}}},
      {.name = "COLLECT_SET",
       .description =
           "An array of the distinct values of a column, NULL among them, in the order of their first arrival.",
       .example = "SELECT buyer, COLLECT_SET(item) FROM orders GROUP BY buyer EMIT CHANGES",
       .overloads = {{.signature = "(T) -> ARRAY<T>",
                      .description = "The distinct values.",
                      .make = make_collect<CollectSetAggregate>,
                      .parameter_docs = {{"value", "what is gathered"}}},
                     {.signature = "(T, INT) -> ARRAY<T>",
                      .description = "The first distinct values, up to a number.",
                      .literals = 1,
                      .make = make_collect<CollectSetAggregate>,
                      .parameter_docs = {{"value", "what is gathered"}, {"limit", "how many are gathered at most"}}}}}};
}

}  // namespace weir
