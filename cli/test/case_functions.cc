#include "cli/test/case_functions.h"

#include "engine/functions/kernels.h"

namespace weir::cli {

namespace {

// The same text for every row: which of the signatures was taken.
Overload named_overload(std::string signature, std::string text) {
  return {.signature = std::move(signature),
          .description = "Its own name.",
          .make_kernel = [text = std::move(text)](const FunctionBinding&) -> Kernel {
            return [text](KernelCall& call) {
              const std::string_view copy = call.context.arena.copy(text);
              for (uint32_t row = 0; row < call.rows; ++row) call.out.set<std::string_view>(row, copy);
            };
          }};
}

Kernel first_field_kernel(const FunctionBinding&) {
  return [](KernelCall& call) {
    const Column& field = call.args[0]->child(0);
    for_each_complete_row(call, [&](uint32_t row) {
      if (field.is_valid(row)) call.out.set<std::string_view>(row, field.at<std::string_view>(row));
    });
  };
}

Kernel struct_of_text_kernel(const FunctionBinding&) {
  return [](KernelCall& call) {
    Column& out = start_appending(call);
    for (uint32_t row = 0; row < call.rows; ++row) {
      out.child(0).append_from(*call.args[0], row);
      out.close_struct_row();
    }
  };
}

Kernel struct_foo_kernel(const FunctionBinding&) {
  return [](KernelCall& call) {
    Column& out = start_appending(call);
    for (uint32_t row = 0; row < call.rows; ++row) {
      out.child(0).append<std::string_view>("foo");
      out.close_struct_row();
    }
  };
}

ScalarFunction test_udf() {
  return {
      .name = "TEST_UDF",
      .category = "test",
      .description = "Says which of its signatures was called.",
      .overloads = {
          named_overload("(INT, STRING) -> STRING", "doStuffIntString"),
          named_overload("(BIGINT, STRING) -> STRING", "doStuffLongString"),
          named_overload("(BIGINT, BIGINT, STRING) -> STRING", "doStuffLongLongString"),
          named_overload("(BIGINT...) -> STRING", "doStuffLongVarargs"),
          {.signature = "(STRUCT<A STRING>) -> STRING",
           .description = "The field A.",
           .make_kernel = first_field_kernel},
          {.signature = "() -> STRUCT<A STRING>", .description = "A structure.", .make_kernel = struct_foo_kernel}}};
}

ScalarFunction bad_udf() {
  return {.name = "BAD_UDF",
          .category = "test",
          .description = "Fails.",
          .deterministic = false,
          .overloads = {{.signature = "(INT) -> STRING",
                         .description = "Always fails.",
                         .make_kernel = [](const FunctionBinding&) -> Kernel {
                           return [](KernelCall& call) {
                             for (uint32_t row = 0; row < call.rows; ++row) call.fail(row, "boom!");
                           };
                         }},
                        {.signature = "(BOOLEAN) -> INT",
                         .description = "Fails for true and NULL.",
                         .make_kernel = [](const FunctionBinding&) -> Kernel {
                           return [](KernelCall& call) {
                             for (uint32_t row = 0; row < call.rows; ++row) {
                               if (call.args[0]->is_null(row) || call.args[0]->at<uint8_t>(row) != 0) {
                                 call.fail(row, "the argument asks for a failure");
                               } else {
                                 call.out.set<int32_t>(row, 0);
                               }
                             }
                           };
                         }},
                        {.signature = "(STRING) -> STRING",
                         .description = "NULL for every other row.",
                         .make_kernel = [](const FunctionBinding&) -> Kernel {
                           return [calls = 0](KernelCall& call) mutable {
                             for (uint32_t row = 0; row < call.rows; ++row) {
                               if (calls++ % 2 == 0 || call.args[0]->is_null(row)) continue;
                               call.out.set<std::string_view>(row, text_at(call, 0, row));
                             }
                           };
                         }}}};
}

// The first argument, unless it is evaluated where it shouldn't be.
template <class T>
Kernel lazy_kernel(const FunctionBinding&) {
  return [](KernelCall& call) {
    for_each_complete_row(call, [&](uint32_t row) {
      if (call.args[1]->at<uint8_t>(row) == 0) {
        call.fail(row, "evaluated although it isn't needed");
      } else {
        call.out.set<T>(row, call.args[0]->at<T>(row));
      }
    });
  };
}

}  // namespace

std::shared_ptr<const FunctionRegistry> case_functions() {
  static const std::shared_ptr<const FunctionRegistry> instance = [] {
    std::shared_ptr<FunctionRegistry> registry = FunctionRegistry::make_standard();
    registry->add(test_udf());
    registry->add(bad_udf());
    for (AggregateFunction& function : case_aggregates()) registry->add(std::move(function));
    for (ScalarFunction& function : case_table_functions()) registry->add_table_function(std::move(function));
    registry->add(ScalarFunction{.name = "TOSTRUCT",
                                 .category = "test",
                                 .description = "A structure with a text.",
                                 .overloads = {{.signature = "(STRING) -> STRUCT<A STRING>",
                                                .description = "A structure with a text.",
                                                .make_kernel = struct_of_text_kernel}}});
    registry->add(ScalarFunction{.name = "WHENCONDITION",
                                 .category = "test",
                                 .description = "Fails where CASE evaluates too much.",
                                 .overloads = {{.signature = "(BOOLEAN, BOOLEAN) -> BOOLEAN",
                                                .description = "The first argument.",
                                                .make_kernel = lazy_kernel<uint8_t>}}});
    registry->add(ScalarFunction{.name = "WHENRESULT",
                                 .category = "test",
                                 .description = "Fails where CASE evaluates too much.",
                                 .overloads = {{.signature = "(INT, BOOLEAN) -> INT",
                                                .description = "The first argument.",
                                                .make_kernel = lazy_kernel<int32_t>}}});
    return registry;
  }();
  return instance;
}

}  // namespace weir::cli
