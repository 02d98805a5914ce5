// Table functions: an array for each row, whose elements become rows of the query's result.
#include "engine/functions/function_lists.h"
#include "engine/functions/kernels.h"

namespace weir {
namespace {

Kernel explode_kernel(const FunctionBinding&) {
  return [](KernelCall& call) {
    Column& out = start_appending(call);
    for (uint32_t row = 0; row < call.rows; ++row) out.append_from(*call.args[0], row);
  };
}

// More would be over a million rows out of one.
constexpr uint32_t kMaxCubeColumns = 20;

// The elements with each subset of them replaced by NULL; counted in binary, so that the last element changes fastest.
// Elements that are NULL themselves give no second version.
Kernel cube_explode_kernel(const FunctionBinding&) {
  return [](KernelCall& call) {
    const Column& array = *call.args[0];
    Column& out = start_appending(call);
    for (uint32_t row = 0; row < call.rows; ++row) {
      const uint32_t from = array.offsets()[row], count = array.offsets()[row + 1] - from;
      if (count > kMaxCubeColumns) {
        call.fail(row, "an array of " + std::to_string(count) + " elements has too many combinations; " +
                           std::to_string(kMaxCubeColumns) + " elements are allowed");
      }
      if (array.is_null(row) || count > kMaxCubeColumns) {
        out.append_null();
        continue;
      }
      uint32_t nulls = 0;
      for (uint32_t i = 0; i < count; ++i) nulls |= uint32_t{array.child(0).is_null(from + i)} << (count - 1 - i);
      for (uint32_t mask = 0; mask < uint32_t{1} << count; ++mask) {
        if ((mask & nulls) != 0) continue;
        Column& combination = out.child(0);
        for (uint32_t i = 0; i < count; ++i) {
          if ((mask >> (count - 1 - i)) & 1) {
            combination.child(0).append_from(array.child(0), from + i);
          } else {
            combination.child(0).append_null();
          }
        }
        combination.close_row();
      }
      out.close_row();
    }
  };
}

}  // namespace

std::vector<ScalarFunction> table_functions() {
  return {{.name = "EXPLODE",
           .category = "table",
           .description = "A row for each element of an array; none for one that is NULL or empty.",
           .example = "SELECT id, EXPLODE(readings) AS reading FROM batches",
           .overloads = {{.signature = "(ARRAY<T>) -> ARRAY<T>",
                          .description = "The elements.",
                          .make_kernel = explode_kernel,
                          .parameter_docs = {{"array", "the array"}}}}},
          {.name = "CUBE_EXPLODE",
           .category = "table",
           .description = "A row for each combination of an array's elements, where an element is either there or "
                          "NULL: 2 to the power of "
                          "their number, at most 20. An element that is NULL doesn't double the rows.",
           .example = "SELECT CUBE_EXPLODE(ARRAY[city, shop]) AS place FROM sales",
           .overloads = {{.signature = "(ARRAY<T>) -> ARRAY<ARRAY<T>>",
                          .description = "The combinations.",
                          .make_kernel = cube_explode_kernel,
                          .parameter_docs = {{"array", "the columns to combine, as an array"}}}}}};
}

}  // namespace weir
