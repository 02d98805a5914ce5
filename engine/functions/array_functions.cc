// Functions that look into arrays, cut, sort and make them.
#include <algorithm>
#include <cctype>
#include <numeric>

#include "engine/functions/column_text.h"
#include "engine/functions/function_lists.h"
#include "engine/functions/kernels.h"
#include "engine/functions/value_order.h"

namespace weir {
namespace {

const std::pair<std::string, std::string> kArrayDoc{"array", "the array"};

// Where a row's elements are.
struct ElementRange {
  uint32_t begin;
  uint32_t end;
};

ElementRange elements_of(const Column& array, uint32_t row) { return {array.offsets()[row], array.offsets()[row + 1]}; }

void require_ordered_elements(const std::string& function, const FunctionBinding& binding) {
  const TypePtr& element = binding.types[0]->element();
  if (is_ordered(element->kind())) return;
  throw std::invalid_argument(function + " can't order elements of type " + element->to_string() +
                              "; they must not be arrays, maps or structures");
}

ScalarFunction array_length_function() {
  return {.name = "ARRAY_LENGTH",
          .category = "array",
          .description = "How many elements an array has.",
          .example = "ARRAY_LENGTH(ARRAY[1, 2, 3]) → 3",
          .overloads = {{.signature = "(ARRAY<T>) -> INT",
                         .description = "The number of elements.",
                         .make_kernel = [](const FunctionBinding&) -> Kernel {
                           return [](KernelCall& call) {
                             for_each_complete_row(call, [&](uint32_t row) {
                               const ElementRange range = elements_of(*call.args[0], row);
                               call.out.set<int32_t>(row, static_cast<int32_t>(range.end - range.begin));
                             });
                           };
                         },
                         .parameter_docs = {kArrayDoc}}}};
}

// A NULL array contains nothing, a NULL value is looked for like others.
void array_contains_rows(KernelCall& call) {
  const Column& array = *call.args[0];
  for (uint32_t row = 0; row < call.rows; ++row) {
    bool found = false;
    if (array.is_valid(row)) {
      const ElementRange range = elements_of(array, row);
      for (uint32_t i = range.begin; i < range.end && !found; ++i) found = array.child(0).equals(i, *call.args[1], row);
    }
    call.out.set<uint8_t>(row, found);
  }
}

ScalarFunction array_contains_function() {
  return {.name = "ARRAY_CONTAINS",
          .category = "array",
          .description = "Whether a value is among an array's elements. False for a NULL array.",
          .example = "ARRAY_CONTAINS(ARRAY['a', 'b'], 'b') → true",
          .overloads = {{.signature = "(ARRAY<T>, T) -> BOOLEAN",
                         .description = "Whether an element equals the value.",
                         .make_kernel = [](const FunctionBinding&) -> Kernel { return array_contains_rows; },
                         .parameter_docs = {kArrayDoc, {"val", "the value to find"}}}}};
}

// sign: 1 for the greatest element, -1 for the least.
Kernel array_extreme_kernel(int sign) {
  return [sign](KernelCall& call) {
    const Column& array = *call.args[0];
    const Column& elements = array.child(0);
    with_storage(elements.kind(), [&]<class T>(std::type_identity<T>) {
      for_each_complete_row(call, [&](uint32_t row) {
        const ElementRange range = elements_of(array, row);
        uint32_t best = range.end;
        for (uint32_t i = range.begin; i < range.end; ++i) {
          if (elements.is_null(i)) continue;
          if (best == range.end || sign * compare_rows(elements, i, elements, best) > 0) best = i;
        }
        if (best != range.end) call.out.set<T>(row, elements.at<T>(best));
      });
    });
  };
}

ScalarFunction array_extreme_function(std::string name, const std::string& which, std::string example, int sign) {
  const std::string description = "The " + which + " element of an array, NULLs left aside.";
  return {.name = name,
          .category = "array",
          .description = description,
          .example = std::move(example),
          .overloads = {{.signature = "(ARRAY<T>) -> T",
                         .description = description,
                         .make_kernel =
                             [name, sign](const FunctionBinding& binding) {
                               require_ordered_elements(name, binding);
                               return array_extreme_kernel(sign);
                             },
                         .parameter_docs = {kArrayDoc}}}};
}

enum class SortOrder { kAscending, kDescending };

SortOrder parse_sort_order(std::string_view text) {
  std::string word;
  for (char c : text) word += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (word == "ASC" || word == "ASCENDING") return SortOrder::kAscending;
  if (word == "DESC" || word == "DESCENDING") return SortOrder::kDescending;
  throw std::invalid_argument("'" + std::string(text) + "' is no sort order; use 'ASC' or 'DESC'");
}

// Appends the row's elements sorted, NULLs last.
void append_sorted(Column& out, const Column& elements, ElementRange range, SortOrder order,
                   std::vector<uint32_t>& indexes) {
  indexes.resize(range.end - range.begin);
  std::iota(indexes.begin(), indexes.end(), range.begin);
  const auto nulls =
      std::stable_partition(indexes.begin(), indexes.end(), [&](uint32_t i) { return elements.is_valid(i); });
  std::stable_sort(indexes.begin(), nulls, [&](uint32_t a, uint32_t b) {
    const int comparison = compare_rows(elements, a, elements, b);
    return order == SortOrder::kAscending ? comparison < 0 : comparison > 0;
  });
  for (uint32_t i : indexes) out.child(0).append_from(elements, i);
  out.close_row();
}

Kernel array_sort_kernel(const FunctionBinding& binding) {
  require_ordered_elements("ARRAY_SORT", binding);
  std::optional<CompiledArgument<SortOrder>> orders;
  if (binding.types.size() > 1) orders.emplace(binding, 1, parse_sort_order);
  return [orders, indexes = std::vector<uint32_t>()](KernelCall& call) mutable {
    Column& out = start_appending(call);
    for (uint32_t row = 0; row < call.rows; ++row) {
      const bool complete = call.args[0]->is_valid(row) && (!orders || call.args[1]->is_valid(row));
      constexpr SortOrder kDefault = SortOrder::kAscending;
      const SortOrder* order = !complete ? nullptr : orders ? orders->get(call, row) : &kDefault;
      if (order) {
        append_sorted(out, call.args[0]->child(0), elements_of(*call.args[0], row), *order, indexes);
      } else {
        out.append_null();
      }
    }
  };
}

ScalarFunction array_sort_function() {
  return {.name = "ARRAY_SORT",
          .category = "array",
          .description = "An array's elements in order, ascending unless 'DESC' is given. NULLs come last.",
          .example = "ARRAY_SORT(ARRAY[3, NULL, 1], 'DESC') → [3, 1, NULL]",
          .overloads = {{.signature = "(ARRAY<T>) -> ARRAY<T>",
                         .description = "The elements in ascending order.",
                         .make_kernel = array_sort_kernel,
                         .parameter_docs = {kArrayDoc}},
                        {.signature = "(ARRAY<T>, STRING) -> ARRAY<T>",
                         .description = "The elements in the order wanted.",
                         .make_kernel = array_sort_kernel,
                         .parameter_docs = {kArrayDoc, {"order", "'ASC' or 'DESC'"}}}}};
}

void array_remove_rows(KernelCall& call) {
  Column& out = start_appending(call);
  const Column& array = *call.args[0];
  for (uint32_t row = 0; row < call.rows; ++row) {
    if (array.is_null(row)) {
      out.append_null();
      continue;
    }
    const ElementRange range = elements_of(array, row);
    for (uint32_t i = range.begin; i < range.end; ++i) {
      if (!array.child(0).equals(i, *call.args[1], row)) out.child(0).append_from(array.child(0), i);
    }
    out.close_row();
  }
}

ScalarFunction array_remove_function() {
  return {.name = "ARRAY_REMOVE",
          .category = "array",
          .description = "An array without the elements that equal a value, which may be NULL.",
          .example = "ARRAY_REMOVE(ARRAY[1, 2, 3, 2], 2) → [1, 3]",
          .overloads = {{.signature = "(ARRAY<T>, T) -> ARRAY<T>",
                         .description = "The other elements.",
                         .make_kernel = [](const FunctionBinding&) -> Kernel { return array_remove_rows; },
                         .parameter_docs = {kArrayDoc, {"element", "the value to leave out"}}}}};
}

Kernel array_join_kernel(const FunctionBinding& binding) {
  const TypePtr& element = binding.types[0]->element();
  if (element->is_nested()) {
    throw std::invalid_argument("ARRAY_JOIN can't join elements of type " + element->to_string() +
                                "; they must not be arrays, maps or structures");
  }
  const bool with_delimiter = binding.types.size() > 1;
  return [with_delimiter, text = std::string()](KernelCall& call) mutable {
    const Column& array = *call.args[0];
    for (uint32_t row = 0; row < call.rows; ++row) {
      if (array.is_null(row)) continue;
      std::string_view delimiter = ",";
      // A NULL delimiter joins without one.
      if (with_delimiter) delimiter = call.args[1]->is_valid(row) ? text_at(call, 1, row) : std::string_view();
      text.clear();
      const ElementRange range = elements_of(array, row);
      for (uint32_t i = range.begin; i < range.end; ++i) {
        if (i > range.begin) text += delimiter;
        append_plain_text(text, array.child(0), i);
      }
      call.out.set<std::string_view>(row, call.context.arena.copy(text));
    }
  };
}

ScalarFunction array_join_function() {
  return {.name = "ARRAY_JOIN",
          .category = "array",
          .description =
              "The texts of an array's elements with a delimiter between them, a comma by default. NULL becomes null.",
          .example = "ARRAY_JOIN(ARRAY[1, NULL, 3], '-') → '1-null-3'",
          .overloads = {{.signature = "(ARRAY<T>) -> STRING",
                         .description = "The texts separated by commas.",
                         .make_kernel = array_join_kernel,
                         .parameter_docs = {kArrayDoc}},
                        {.signature = "(ARRAY<T>, STRING) -> STRING",
                         .description = "The texts separated by the delimiter.",
                         .make_kernel = array_join_kernel,
                         .parameter_docs = {kArrayDoc, {"delimiter", "goes between the texts"}}}}};
}

// Positions count from 1 and include both ends; NULL is the array's own end. Positions outside of the array give NULL.
void slice_rows(KernelCall& call) {
  Column& out = start_appending(call);
  const Column& array = *call.args[0];
  for (uint32_t row = 0; row < call.rows; ++row) {
    if (array.is_null(row)) {
      out.append_null();
      continue;
    }
    const ElementRange range = elements_of(array, row);
    const int64_t size = range.end - range.begin;
    const int64_t from = call.args[1]->is_valid(row) ? int64_t{int_at(call, 1, row)} - 1 : 0;
    const int64_t to = call.args[2]->is_valid(row) ? int_at(call, 2, row) : size;
    if (from < 0 || to > size || from > to) {
      out.append_null();
      continue;
    }
    for (int64_t i = from; i < to; ++i) out.child(0).append_from(array.child(0), range.begin + static_cast<size_t>(i));
    out.close_row();
  }
}

ScalarFunction slice_function() {
  return {
      .name = "SLICE",
      .category = "array",
      .description =
          "The elements of an array from one position to another, both counted from 1 and included. NULL if they lie "
          "outside of the array.",
      .example = "SLICE(ARRAY['a', 'b', 'c', 'd'], 2, 3) → ['b', 'c']",
      .overloads = {{.signature = "(ARRAY<T>, INT, INT) -> ARRAY<T>",
                     .description = "The elements between the positions.",
                     .make_kernel = [](const FunctionBinding&) -> Kernel { return slice_rows; },
                     .parameter_docs = {kArrayDoc,
                                        {"from", "the first position, NULL for the start"},
                                        {"to", "the last position, NULL for the end"}}}}};
}

// A longer series is refused, so that one row can't take the memory of the process.
constexpr uint64_t kMaxSeries = 10'000'000;

// Says why a series can't be made; empty if it can.
std::string series_problem(__int128 distance, int64_t step) {
  if (step == 0) return "the step of GENERATE_SERIES can't be 0";
  if ((distance > 0 && step < 0) || (distance < 0 && step > 0)) {
    return "the step of GENERATE_SERIES leads away from the end: its sign is wrong";
  }
  if (distance / step >= static_cast<__int128>(kMaxSeries)) {
    return "GENERATE_SERIES would have more than " + std::to_string(kMaxSeries) + " elements";
  }
  return {};
}

template <class T>
Kernel series_kernel(const FunctionBinding& binding) {
  const bool with_step = binding.types.size() > 2;
  return [with_step](KernelCall& call) {
    Column& out = start_appending(call);
    for (uint32_t row = 0; row < call.rows; ++row) {
      const bool complete =
          std::all_of(call.args.begin(), call.args.end(), [&](const Column* arg) { return arg->is_valid(row); });
      if (!complete) {
        out.append_null();
        continue;
      }
      const int64_t start = call.args[0]->at<T>(row);
      const __int128 distance = static_cast<__int128>(call.args[1]->at<T>(row)) - start;
      const int64_t step = with_step ? int_at(call, 2, row) : distance > 0 ? 1 : -1;
      std::string problem = series_problem(distance, step);
      if (!problem.empty()) {
        call.fail(row, std::move(problem));
        out.append_null();
        continue;
      }
      const auto count = static_cast<int64_t>(distance / step) + 1;
      for (int64_t i = 0; i < count; ++i) out.child(0).append<T>(static_cast<T>(start + i * step));
      out.close_row();
    }
  };
}

ScalarFunction generate_series_function() {
  ScalarFunction function{.name = "GENERATE_SERIES",
                          .category = "array",
                          .description = "The numbers from a start to an end, which is included if a step reaches it.",
                          .example = "GENERATE_SERIES(1, 9, 3) → [1, 4, 7]"};
  const std::pair<std::string, std::string> start{"start", "the first number"};
  const std::pair<std::string, std::string> end{"end", "where to stop"};
  for (const std::string type : {"INT", "BIGINT"}) {
    const auto kernel = type == "INT" ? series_kernel<int32_t> : series_kernel<int64_t>;
    function.overloads.push_back({.signature = "(" + type + ", " + type + ") -> ARRAY<" + type + ">",
                                  .description = "In steps of 1, up or down.",
                                  .make_kernel = kernel,
                                  .parameter_docs = {start, end}});
    function.overloads.push_back({.signature = "(" + type + ", " + type + ", INT) -> ARRAY<" + type + ">",
                                  .description = "In steps of the given size.",
                                  .make_kernel = kernel,
                                  .parameter_docs = {start, end, {"step", "what to add each time, not 0"}}});
  }
  return function;
}

}  // namespace

std::vector<ScalarFunction> array_functions() {
  return {array_contains_function(),
          array_join_function(),
          array_length_function(),
          array_extreme_function("ARRAY_MAX", "greatest", "ARRAY_MAX(ARRAY[-1, 2, NULL]) → 2", 1),
          array_extreme_function("ARRAY_MIN", "least", "ARRAY_MIN(ARRAY[-1, 2, NULL]) → -1", -1),
          array_remove_function(),
          array_sort_function(),
          generate_series_function(),
          slice_function()};
}

}  // namespace weir
