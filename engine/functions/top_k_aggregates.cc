// The greatest values of a group.
#include <stdexcept>

#include "engine/functions/fixed_state.h"
#include "engine/functions/function_lists.h"
#include "engine/functions/value_state.h"

namespace weir {
namespace {

// State: up to k entries, the greatest value first; an entry is the element to sort by and one for each further column.
// Of equal values the one that came first stands first. NULLs don't count.
class TopKAggregate : public Aggregate {
 public:
  TopKAggregate(const FunctionBinding& binding, size_t k) : k_(k) {
    for (size_t i = 0; i + 1 < binding.types.size(); ++i) codecs_.emplace_back(binding.types[i], MapOrder::kAsIs);
  }

  void initialize(std::string&) override {}
  void add(std::string_view state, const AggregateRow& row, std::string& out) override {
    if (row.args[0]->is_null(row.row)) {
      out.append(state);
      return;
    }
    const std::string_view value = codecs_[0].encode(*row.args[0], row.row);
    // What stands before the new entry stays, of the rest as much as there is room for.
    size_t before = 0;
    std::string_view rest = state;
    for (; !rest.empty(); ++before) {
      std::string_view behind = rest;
      const int order = codecs_[0].compare(value, take_entry(behind).substr(0, sort_size(rest)));
      if (order == 0 && distinct()) {
        out.append(state);
        return;
      }
      if (order > 0) break;
      rest = behind;
    }
    if (before >= k_) {
      out.append(state);
      return;
    }
    out.append(state.substr(0, state.size() - rest.size()));
    for (size_t i = 0; i < codecs_.size(); ++i) out.append(i == 0 ? value : codecs_[i].encode(*row.args[i], row.row));
    for (size_t kept = before + 1; kept < k_ && !rest.empty(); ++kept) out.append(take_entry(rest));
  }
  void merge(std::string_view a, std::string_view b, std::string& out) override {
    for (size_t kept = 0; kept < k_ && !(a.empty() && b.empty()); ++kept) {
      const int order = a.empty()   ? -1
                        : b.empty() ? 1
                                    : codecs_[0].compare(a.substr(0, sort_size(a)), b.substr(0, sort_size(b)));
      out.append(order >= 0 ? take_entry(a) : take_entry(b));
      if (order == 0 && distinct()) take_entry(b);
    }
  }
  void result(std::string_view state, Column& out, Arena&) override {
    Column& entries = out.child(0);
    while (!state.empty()) {
      if (entries.kind() == TypeKind::kStruct) {
        for (size_t i = 0; i < codecs_.size(); ++i) codecs_[i].decode(take_element(state), entries.child(i));
        entries.close_struct_row();
      } else {
        codecs_[0].decode(take_element(state), entries);
      }
    }
    out.close_row();
  }

 protected:
  virtual bool distinct() const { return false; }

 private:
  static size_t sort_size(std::string_view list) { return take_element(list).size(); }
  std::string_view take_entry(std::string_view& list) const {
    std::string_view rest = list;
    for (size_t i = 0; i < codecs_.size(); ++i) take_element(rest);
    return take_bytes(list, list.size() - rest.size());
  }

  const size_t k_;
  std::vector<ElementCodec> codecs_;
};

class TopKDistinctAggregate final : public TopKAggregate {
 public:
  using TopKAggregate::TopKAggregate;

 protected:
  bool distinct() const override { return true; }
};

size_t top_k_size(const std::optional<Value>& literal, const std::string& name) {
  if (!literal || literal->is_null() || literal->as_int() < 1) {
    throw std::invalid_argument("The number of values that " + name + " keeps must be a whole number of 1 or more.");
  }
  return static_cast<size_t>(literal->as_int());
}

// The array of what is sorted by, or of a STRUCT with it and the further columns.
TypePtr top_k_type(const std::vector<TypePtr>& types, const std::vector<std::optional<Value>>&) {
  if (types.size() == 2) return types[0]->kind() == TypeKind::kNull ? nullptr : Type::array(types[0]);
  std::vector<StructField> fields = {{"sort_col", types[0]}};
  for (size_t i = 1; i + 1 < types.size(); ++i) fields.push_back({"col" + std::to_string(i - 1), types[i]});
  for (const StructField& field : fields) {
    if (field.type->kind() == TypeKind::kNull) return nullptr;
  }
  return Type::array(Type::structure(std::move(fields)));
}

template <class Implementation>
AggregateOverload top_k_overload(const std::string& name, std::string signature, std::string description) {
  return {.signature = std::move(signature),
          .description = std::move(description),
          .literals = 1,
          .make = [name](const FunctionBinding& binding) -> std::unique_ptr<Aggregate> {
            return std::make_unique<Implementation>(binding, top_k_size(binding.literals.back(), name));
          },
          .return_type = top_k_type,
          .parameter_docs = {}};
}

}  // namespace

std::vector<AggregateFunction> top_k_aggregates() {
  AggregateFunction top_k{
      .name = "TOPK",
      .description =
          "An array of the k greatest values of a column, the greatest first; NULLs don't count. With further columns, "
          "an "
          "array of STRUCTs of the value (sort_col) and what stands in its row in these (col0, col1 …).",
      .example = "SELECT city, TOPK(price, seller, 3) FROM offers GROUP BY city EMIT CHANGES",
      .overloads = {}};
  for (const char* type : {"INT", "BIGINT", "DOUBLE", "STRING"}) {
    top_k.overloads.push_back(top_k_overload<TopKAggregate>(top_k.name,
                                                            std::string("(") + type + ", ANY..., INT) -> ARRAY<STRUCT>",
                                                            "The k greatest values and their rows' columns."));
    top_k.overloads.back().parameter_docs = {
        {"value", "what is sorted by"}, {"columns", "what is kept with it"}, {"k", "how many values are kept"}};
  }
  AggregateFunction distinct{
      .name = "TOPKDISTINCT",
      .description =
          "An array of the k greatest distinct values of a column, the greatest first; NULLs don't "
          "count.",
      .example = "SELECT city, TOPKDISTINCT(price, 3) FROM offers GROUP BY city EMIT CHANGES",
      .overloads = {}};
  for (const char* type : {"INT", "BIGINT", "DOUBLE", "DECIMAL", "DATE", "TIME", "TIMESTAMP", "STRING", "BYTES"}) {
    distinct.overloads.push_back(top_k_overload<TopKDistinctAggregate>(
        distinct.name, std::string("(") + type + ", INT) -> ARRAY<" + type + ">", "The k greatest distinct values."));
    distinct.overloads.back().parameter_docs = {{"value", "what is sorted by"}, {"k", "how many values are kept"}};
  }
  return {std::move(top_k), std::move(distinct)};
}

}  // namespace weir
