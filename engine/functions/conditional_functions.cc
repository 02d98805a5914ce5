// Functions that choose between values: they work on every type and treat NULL as a value to look at.
#include "engine/functions/function_lists.h"
#include "engine/functions/kernels.h"

namespace weir {
namespace {

// For each row the first argument that isn't NULL.
Kernel first_non_null_kernel() {
  return [](KernelCall& call) {
    const auto first = [&](uint32_t row) -> const Column* {
      for (const Column* arg : call.args) {
        if (arg->is_valid(row)) return arg;
      }
      return nullptr;
    };
    const bool flat = with_storage(call.out.kind(), [&]<class T>(std::type_identity<T>) {
      for (uint32_t row = 0; row < call.rows; ++row) {
        if (const Column* arg = first(row)) call.out.set<T>(row, arg->at<T>(row));
      }
    });
    if (flat) return;
    Column& out = start_appending(call);
    for (uint32_t row = 0; row < call.rows; ++row) {
      if (const Column* arg = first(row)) {
        out.append_from(*arg, row);
      } else {
        out.append_null();
      }
    }
  };
}

// The first argument's rows, except those for which drop(row).
template <class Drop>
void copy_first_unless(KernelCall& call, Drop&& drop) {
  const Column& from = *call.args[0];
  const bool flat = with_storage(call.out.kind(), [&]<class T>(std::type_identity<T>) {
    for (uint32_t row = 0; row < call.rows; ++row) {
      if (from.is_valid(row) && !drop(row)) call.out.set<T>(row, from.at<T>(row));
    }
  });
  if (flat) return;
  Column& out = start_appending(call);
  for (uint32_t row = 0; row < call.rows; ++row) {
    if (from.is_null(row) || drop(row)) {
      out.append_null();
    } else {
      out.append_from(from, row);
    }
  }
}

ScalarFunction coalesce_function() {
  return {.name = "COALESCE",
          .category = "conditional",
          .description =
              "The first of its arguments that isn't NULL. All must have one type; what is inside an ARRAY, MAP or "
              "STRUCT doesn't matter.",
          .example = "COALESCE(nickname, name, 'nobody')",
          .overloads = {
              {.signature = "(T, T...) -> T",
               .description = "The first argument that isn't NULL, or NULL.",
               .make_kernel = [](const FunctionBinding&) { return first_non_null_kernel(); },
               .parameter_docs = {{"first", "the value to prefer"}, {"others", "what to fall back on, in order"}}}}};
}

ScalarFunction ifnull_function() {
  return {
      .name = "IFNULL",
      .category = "conditional",
      .description = "A value, or another one in the place of NULL.",
      .example = "IFNULL(price, 0)",
      .overloads = {{.signature = "(T, T) -> T",
                     .description = "expression, or altValue where expression is NULL.",
                     .make_kernel = [](const FunctionBinding&) { return first_non_null_kernel(); },
                     .parameter_docs = {{"expression", "the value to prefer"}, {"altValue", "stands in for NULL"}}}}};
}

ScalarFunction nullif_function() {
  return {.name = "NULLIF",
          .category = "conditional",
          .description = "NULL if two values are equal, else the first of them.",
          .example = "NULLIF(city, 'unknown')",
          .overloads = {
              {.signature = "(T, T) -> T",
               .description = "NULL where both are equal, else expression1.",
               .make_kernel = [](const FunctionBinding&) -> Kernel {
                 return [](KernelCall& call) {
                   copy_first_unless(call, [&](uint32_t row) {
                     return call.args[1]->is_valid(row) && call.args[0]->equals(row, *call.args[1], row);
                   });
                 };
               },
               .parameter_docs = {{"expression1", "the value to return"}, {"expression2", "what it must not be"}}}}};
}

ScalarFunction as_value_function() {
  return {.name = "AS_VALUE",
          .category = "other",
          .description = "Its argument, unchanged. Puts a copy of a key column into the value of a row.",
          .example = "SELECT id, AS_VALUE(id) AS id_copy, COUNT(*) FROM s GROUP BY id",
          .overloads = {{.signature = "(T) -> T",
                         .description = "The argument itself.",
                         .make_kernel = [](const FunctionBinding&) -> Kernel {
                           return [](KernelCall& call) { copy_first_unless(call, [](uint32_t) { return false; }); };
                         },
                         .parameter_docs = {{"keyColumn", "the key column to copy"}}}}};
}

}  // namespace

std::vector<ScalarFunction> conditional_functions() {
  return {as_value_function(), coalesce_function(), ifnull_function(), nullif_function()};
}

}  // namespace weir
