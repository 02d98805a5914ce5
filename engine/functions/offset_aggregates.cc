// The values that came first and last in a group.
#include <algorithm>
#include <stdexcept>

#include "engine/functions/fixed_state.h"
#include "engine/functions/function_lists.h"
#include "engine/functions/value_state.h"

namespace weir {
namespace {

enum class OffsetEnd { kEarliest, kLatest };

// State: nothing, or the arrival (8 bytes) and the element of the row that counts.
class OneByOffsetAggregate final : public Aggregate {
 public:
  OneByOffsetAggregate(TypePtr type, OffsetEnd wanted, bool ignore_nulls)
      : codec_(std::move(type), MapOrder::kAsIs), wanted_(wanted), ignore_nulls_(ignore_nulls) {}

  void initialize(std::string&) override {}
  void add(std::string_view state, const AggregateRow& row, std::string& out) override {
    const bool ignored = ignore_nulls_ && row.args[0]->is_null(row.row);
    if (ignored || (wanted_ == OffsetEnd::kEarliest && !state.empty())) {
      out.append(state);
      return;
    }
    append_fixed(out, row.arrival);
    out.append(codec_.encode(*row.args[0], row.row));
  }
  void merge(std::string_view a, std::string_view b, std::string& out) override {
    if (a.empty() || b.empty()) {
      out.append(a.empty() ? b : a);
      return;
    }
    const bool b_is_later = read_fixed<int64_t>(b) > read_fixed<int64_t>(a);
    out.append(b_is_later == (wanted_ == OffsetEnd::kLatest) ? b : a);
  }
  void result(std::string_view state, Column& out, Arena&) override {
    if (state.empty()) return out.append_null();
    codec_.decode(state.substr(sizeof(int64_t)), out);
  }

 private:
  ElementCodec codec_;
  const OffsetEnd wanted_;
  const bool ignore_nulls_;
};

// State: up to `count` times arrival (8 bytes) and element, the earliest first.
class ManyByOffsetAggregate final : public Aggregate {
 public:
  ManyByOffsetAggregate(TypePtr type, OffsetEnd wanted, size_t count, bool ignore_nulls)
      : codec_(std::move(type), MapOrder::kAsIs), wanted_(wanted), count_(count), ignore_nulls_(ignore_nulls) {}

  void initialize(std::string&) override {}
  void add(std::string_view state, const AggregateRow& row, std::string& out) override {
    size_t present = 0;
    for (std::string_view rest = state; !rest.empty(); ++present) take_entry(rest);
    const bool full = present >= count_;
    const bool ignored = ignore_nulls_ && row.args[0]->is_null(row.row);
    if (ignored || (full && wanted_ == OffsetEnd::kEarliest)) {
      out.append(state);
      return;
    }
    if (full) take_entry(state);
    out.append(state);
    append_fixed(out, row.arrival);
    out.append(codec_.encode(*row.args[0], row.row));
  }
  void merge(std::string_view a, std::string_view b, std::string& out) override {
    entries_.clear();
    while (!a.empty()) entries_.push_back(take_entry(a));
    while (!b.empty()) entries_.push_back(take_entry(b));
    std::stable_sort(entries_.begin(), entries_.end(), [](std::string_view x, std::string_view y) {
      return read_fixed<int64_t>(x) < read_fixed<int64_t>(y);
    });
    const size_t kept = std::min(count_, entries_.size());
    const size_t from = wanted_ == OffsetEnd::kEarliest ? 0 : entries_.size() - kept;
    for (size_t i = from; i < from + kept; ++i) out.append(entries_[i]);
  }
  void result(std::string_view state, Column& out, Arena&) override {
    while (!state.empty()) codec_.decode(take_entry(state).substr(sizeof(int64_t)), out.child(0));
    out.close_row();
  }

 private:
  static std::string_view take_entry(std::string_view& list) {
    std::string_view rest = list;
    take_bytes(rest, sizeof(int64_t));
    const size_t element = take_element(rest).size();
    return take_bytes(list, sizeof(int64_t) + element);
  }

  ElementCodec codec_;
  const OffsetEnd wanted_;
  const size_t count_;
  const bool ignore_nulls_;
  std::vector<std::string_view> entries_;
};

bool ignores_nulls(const std::vector<std::optional<Value>>& literals, const std::string& name) {
  const std::optional<Value>& last = literals.back();
  if (!last || last->is_null())
    throw std::invalid_argument(name + " takes TRUE or FALSE for whether NULLs are ignored.");
  return last->as_bool();
}

size_t values_wanted(const std::vector<std::optional<Value>>& literals, const std::string& name) {
  if (!literals[1] || literals[1]->is_null() || literals[1]->as_int() < 1) {
    throw std::invalid_argument("The number of values that " + name + " keeps must be a whole number of 1 or more.");
  }
  return static_cast<size_t>(literals[1]->as_int());
}

AggregateFunction by_offset_function(const std::string& name, const std::string& which, OffsetEnd wanted) {
  const std::pair<std::string, std::string> value_doc = {"value", "the column"};
  const std::pair<std::string, std::string> nulls_doc = {"ignoreNulls", "FALSE: a NULL counts like any value"};
  const std::pair<std::string, std::string> count_doc = {"n", "how many values are kept"};
  return {
      .name = name,
      .description = "The " + which +
                     " values of a column, by the order in which the rows came, whatever their timestamps. "
                     "NULLs don't count unless ignoreNulls is FALSE.",
      .example = "SELECT car, " + name + "(speed) FROM positions GROUP BY car EMIT CHANGES",
      .nested_state = true,
      .overloads = {{.signature = "(T) -> T",
                     .description = "The " + which + " value that isn't NULL.",
                     .make = [wanted](const FunctionBinding& binding) -> std::unique_ptr<Aggregate> {
                       return std::make_unique<OneByOffsetAggregate>(binding.types[0], wanted, true);
                     },
                     .parameter_docs = {value_doc}},
                    {.signature = "(T, BOOLEAN) -> T",
                     .description = "The " + which + " value, NULL too if ignoreNulls is FALSE.",
                     .literals = 1,
                     .make = [wanted, name](const FunctionBinding& binding) -> std::unique_ptr<Aggregate> {
                       return std::make_unique<OneByOffsetAggregate>(binding.types[0], wanted,
                                                                     ignores_nulls(binding.literals, name));
                     },
                     .parameter_docs = {value_doc, nulls_doc}},
                    {.signature = "(T, INT) -> ARRAY<T>",
                     .description = "The " + which + " n values that aren't NULL, the oldest first.",
                     .literals = 1,
                     .make = [wanted, name](const FunctionBinding& binding) -> std::unique_ptr<Aggregate> {
                       return std::make_unique<ManyByOffsetAggregate>(binding.types[0], wanted,
                                                                      values_wanted(binding.literals, name), true);
                     },
                     .parameter_docs = {value_doc, count_doc}},
                    {.signature = "(T, INT, BOOLEAN) -> ARRAY<T>",
                     .description = "The " + which + " n values, the oldest first; NULLs too if ignoreNulls is FALSE.",
                     .literals = 2,
                     .make = [wanted, name](const FunctionBinding& binding) -> std::unique_ptr<Aggregate> {
                       return std::make_unique<ManyByOffsetAggregate>(binding.types[0], wanted,
                                                                      values_wanted(binding.literals, name),
                                                                      ignores_nulls(binding.literals, name));
                     },
                     .parameter_docs = {value_doc, count_doc, nulls_doc}}}};
}

}  // namespace

std::vector<AggregateFunction> offset_aggregates() {
  return {by_offset_function("EARLIEST_BY_OFFSET", "earliest", OffsetEnd::kEarliest),
          by_offset_function("LATEST_BY_OFFSET", "latest", OffsetEnd::kLatest)};
}

}  // namespace weir
