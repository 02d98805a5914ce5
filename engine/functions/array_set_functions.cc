// Arrays as sets and sequences: union, intersection, difference, distinct elements, concatenation. Results keep the
// order of first occurrence; NULL is an element like others.
#include "engine/functions/element_set.h"
#include "engine/functions/function_lists.h"
#include "engine/functions/kernels.h"

namespace weir {
namespace {

// Calls f(child column, index) for the elements of one row's array.
template <class F>
void for_each_element_of(const Column& array, uint32_t row, F&& f) {
  for (uint32_t i = array.offsets()[row]; i < array.offsets()[row + 1]; ++i) f(array.child(0), i);
}

// combine(call, row, set, elements): appends the row's elements; only for rows whose arrays are all there.
template <class Combine>
Kernel set_kernel(Combine combine) {
  return [combine, set = ElementSet()](KernelCall& call) mutable {
    Column& out = start_appending(call);
    for (uint32_t row = 0; row < call.rows; ++row) {
      bool complete = true;
      for (const Column* arg : call.args) complete = complete && arg->is_valid(row);
      if (!complete) {
        out.append_null();
        continue;
      }
      set.clear();
      combine(call, row, set, out.child(0));
      out.close_row();
    }
    set.clear();
  };
}

void append_distinct(const Column& array, uint32_t row, ElementSet& set, Column& out) {
  for_each_element_of(array, row, [&](const Column& elements, uint32_t i) {
    if (set.insert(elements, i)) out.append_from(elements, i);
  });
}

void append_union(KernelCall& call, uint32_t row, ElementSet& set, Column& out) {
  for (const Column* array : call.args) append_distinct(*array, row, set, out);
}

void append_difference(KernelCall& call, uint32_t row, ElementSet& set, Column& out) {
  for_each_element_of(*call.args[1], row, [&](const Column& elements, uint32_t i) { set.insert(elements, i); });
  append_distinct(*call.args[0], row, set, out);
}

ScalarFunction array_set_function(std::string name, const std::string& description, std::string example, int arrays,
                                  std::function<Kernel(const FunctionBinding&)> make_kernel) {
  ScalarFunction function{
      .name = std::move(name),
      .category = "array",
      .description = description,
      .example = std::move(example),
      .overloads = {{.signature = "(ARRAY<T>, ARRAY<T>) -> ARRAY<T>",
                     .description = description,
                     .make_kernel = std::move(make_kernel),
                     .parameter_docs = {{"left", "the first array"}, {"right", "the second array"}}}}};
  if (arrays == 1) {
    function.overloads[0].signature = "(ARRAY<T>) -> ARRAY<T>";
    function.overloads[0].parameter_docs = {{"array", "the array"}};
  }
  return function;
}

Kernel array_intersect_kernel(const FunctionBinding&) {
  return [wanted = ElementSet(), taken = ElementSet()](KernelCall& call) mutable {
    Column& out = start_appending(call);
    for (uint32_t row = 0; row < call.rows; ++row) {
      if (call.args[0]->is_null(row) || call.args[1]->is_null(row)) {
        out.append_null();
        continue;
      }
      wanted.clear();
      taken.clear();
      for_each_element_of(*call.args[1], row, [&](const Column& elements, uint32_t i) { wanted.insert(elements, i); });
      for_each_element_of(*call.args[0], row, [&](const Column& elements, uint32_t i) {
        if (wanted.contains(elements, i) && taken.insert(elements, i)) out.child(0).append_from(elements, i);
      });
      out.close_row();
    }
    wanted.clear();
    taken.clear();
  };
}

// Unlike the others it takes a NULL array for none.
Kernel array_concat_kernel(const FunctionBinding&) {
  return [](KernelCall& call) {
    Column& out = start_appending(call);
    for (uint32_t row = 0; row < call.rows; ++row) {
      if (call.args[0]->is_null(row) && call.args[1]->is_null(row)) {
        out.append_null();
        continue;
      }
      for (const Column* array : call.args) {
        if (array->is_null(row)) continue;
        for_each_element_of(*array, row,
                            [&](const Column& elements, uint32_t i) { out.child(0).append_from(elements, i); });
      }
      out.close_row();
    }
  };
}

}  // namespace

std::vector<ScalarFunction> array_set_functions() {
  return {array_set_function("ARRAY_CONCAT",
                             "The elements of one array and then those of another. A NULL array counts as none.",
                             "ARRAY_CONCAT(ARRAY[1, 2], ARRAY[2, 3]) → [1, 2, 2, 3]", 2, array_concat_kernel),
          array_set_function("ARRAY_DISTINCT", "The distinct elements of an array.",
                             "ARRAY_DISTINCT(ARRAY[1, 1, 2]) → [1, 2]", 1,
                             [](const FunctionBinding&) { return set_kernel(append_union); }),
          array_set_function("ARRAY_EXCEPT", "The distinct elements of the first array that aren't in the second.",
                             "ARRAY_EXCEPT(ARRAY[1, 2, 3], ARRAY[2]) → [1, 3]", 2,
                             [](const FunctionBinding&) { return set_kernel(append_difference); }),
          array_set_function("ARRAY_INTERSECT", "The distinct elements of the first array that are in the second too.",
                             "ARRAY_INTERSECT(ARRAY[1, 2, 3], ARRAY[3, 1]) → [1, 3]", 2, array_intersect_kernel),
          array_set_function("ARRAY_UNION", "The distinct elements of both arrays.",
                             "ARRAY_UNION(ARRAY[1, 2], ARRAY[2, 3]) → [1, 2, 3]", 2,
                             [](const FunctionBinding&) { return set_kernel(append_union); })};
}

}  // namespace weir
