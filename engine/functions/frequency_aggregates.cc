// Aggregates that know how often each value of a group occurs.
#include "engine/functions/fixed_state.h"
#include "engine/functions/function_lists.h"
#include "engine/functions/value_state.h"

namespace weir {
namespace {

constexpr size_t kHistogramLimit = 1000;

// State: each distinct value's element and how often it occurs (8 bytes), in the order of their first occurrence.
class FrequencyAggregate : public Aggregate {
 public:
  explicit FrequencyAggregate(TypePtr type) : codec_(std::move(type), MapOrder::kByKey) {}

  void initialize(std::string&) override {}
  void add(std::string_view state, const AggregateRow& row, std::string& out) override { change(state, row, +1, out); }
  void undo(std::string_view state, const AggregateRow& row, std::string& out) override { change(state, row, -1, out); }
  void merge(std::string_view a, std::string_view b, std::string& out) override {
    merged_ = a;
    while (!b.empty()) {
      const Entry entry = take_entry(b);
      changed_.clear();
      count(merged_, entry.element, entry.count, changed_);
      merged_.swap(changed_);
    }
    out.append(merged_);
  }

 protected:
  struct Entry {
    std::string_view element;
    int64_t count = 0;
  };
  static Entry take_entry(std::string_view& list) {
    const std::string_view element = take_element(list);
    return {element, read_fixed<int64_t>(take_bytes(list, sizeof(int64_t)))};
  }

  // Whether a row with that value counts at all.
  virtual bool counts(std::string_view element) const = 0;
  virtual size_t limit() const = 0;

  ElementCodec codec_;

 private:
  void change(std::string_view state, const AggregateRow& row, int64_t by, std::string& out) {
    const std::string_view element = codec_.encode(*row.args[0], row.row);
    if (!counts(element)) {
      out.append(state);
      return;
    }
    count(state, element, by, out);
  }

  void count(std::string_view state, std::string_view element, int64_t by, std::string& out) const {
    size_t entries = 0;
    for (std::string_view rest = state; !rest.empty(); ++entries) {
      const size_t at = state.size() - rest.size();
      const Entry entry = take_entry(rest);
      if (entry.element != element) continue;
      out.append(state.substr(0, at));
      if (entry.count + by > 0) {
        out.append(element);
        append_fixed<int64_t>(out, entry.count + by);
      }
      out.append(rest);
      return;
    }
    out.append(state);
    // A value that isn't there, because the limit kept it out, can't be taken away.
    if (by < 0 || entries >= limit()) return;
    out.append(element);
    append_fixed<int64_t>(out, by);
  }

  std::string merged_;
  std::string changed_;
};

class HistogramAggregate final : public FrequencyAggregate {
 public:
  using FrequencyAggregate::FrequencyAggregate;
  void result(std::string_view state, Column& out, Arena&) override {
    while (!state.empty()) {
      const Entry entry = take_entry(state);
      codec_.decode(entry.element, out.child(0));
      out.child(1).append<int64_t>(entry.count);
    }
    out.close_row();
  }

 protected:
  bool counts(std::string_view element) const override { return !is_null_element(element); }
  size_t limit() const override { return kHistogramLimit; }
};

class AttrAggregate final : public FrequencyAggregate {
 public:
  using FrequencyAggregate::FrequencyAggregate;
  void result(std::string_view state, Column& out, Arena&) override {
    if (state.empty()) return out.append_null();
    const Entry first = take_entry(state);
    if (!state.empty()) return out.append_null();
    codec_.decode(first.element, out);
  }

 protected:
  bool counts(std::string_view) const override { return true; }
  size_t limit() const override { return static_cast<size_t>(-1); }
};

template <class Implementation>
std::unique_ptr<Aggregate> make_frequency(const FunctionBinding& binding) {
  return std::make_unique<Implementation>(binding.types[0]);
}

}  // namespace

std::vector<AggregateFunction> frequency_aggregates() {
  return {
      {.name = "HISTOGRAM",
       .description =
           "A map of each distinct text of a column to how often it occurs; NULLs don't count. At most 1000 different "
           "texts, further ones are left out.",
       .example = "SELECT page, HISTOGRAM(country) FROM views GROUP BY page EMIT CHANGES",
       .undo = true,
       .overloads = {{.signature = "(STRING) -> MAP<STRING, BIGINT>",
                      .description = "How often each text occurs.",
                      .make = make_frequency<HistogramAggregate>,
                      .parameter_docs = {{"value", "the texts to count"}}}}},
      {.name = "ATTR",
       .description =
           "The one value that a column has in all rows of the group, or NULL if there are several. NULL is a value "
           "like any other.",
       .example = "SELECT city_id, ATTR(city_name) FROM visits GROUP BY city_id EMIT CHANGES",
       .undo = true,
       .overloads = {{.signature = "(T) -> T",
                      .description = "The only value.",
                      .make = make_frequency<AttrAggregate>,
                      .parameter_docs = {{"value", "the column"}}}}}};
}

}  // namespace weir
