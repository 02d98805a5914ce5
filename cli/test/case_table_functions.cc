// The table functions that ksqlDB's cases call and that are no part of the language.
#include "cli/test/case_functions.h"
#include "engine/functions/column_text.h"
#include "engine/functions/kernels.h"
#include "engine/types/decimal.h"

namespace weir::cli {

namespace {

// What the value with index `i` of a column looks like in Java; "null" for NULL. Structures have one field.
void append_case_text(std::string& out, const Column& column, size_t i) {
  if (column.kind() != TypeKind::kStruct || column.is_null(i)) return append_plain_text(out, column, i);
  out += "Struct{";
  if (column.child(0).is_valid(i)) {
    out += column.type()->fields()[0].name + "=";
    append_plain_text(out, column.child(0), i);
  }
  out += '}';
}

// The text of each argument, or of the first element or map value of each.
Kernel texts_of_arguments(const FunctionBinding& binding) {
  const TypeKind kind = binding.types[0]->kind();
  return [kind, text = std::string()](KernelCall& call) mutable {
    Column& out = start_appending(call);
    for (uint32_t row = 0; row < call.rows; ++row) {
      bool complete = true;
      for (const Column* arg : call.args) {
        complete =
            complete && arg->is_valid(row) && (kind == TypeKind::kInt || arg->offsets()[row] < arg->offsets()[row + 1]);
      }
      if (!complete) {
        call.fail(row, "an argument is NULL or empty");
        out.append_null();
        continue;
      }
      for (const Column* arg : call.args) {
        text.clear();
        if (kind == TypeKind::kInt) {
          append_case_text(text, *arg, row);
        } else {
          append_case_text(text, arg->child(kind == TypeKind::kMap ? 1 : 0), arg->offsets()[row]);
        }
        out.child(0).append<std::string_view>(call.context.arena.copy(text));
      }
      out.close_row();
    }
  };
}

// An array of the argument alone; a NULL can't be in it.
Kernel array_of_argument(const FunctionBinding&) {
  return [](KernelCall& call) {
    Column& out = start_appending(call);
    for (uint32_t row = 0; row < call.rows; ++row) {
      if (call.args[0]->is_null(row)) {
        call.fail(row, "the argument is NULL");
        out.append_null();
        continue;
      }
      out.child(0).append_from(*call.args[0], row);
      out.close_row();
    }
  };
}

const TypePtr& wide_decimal() {
  static const TypePtr type = Type::decimal(30, 10);
  return type;
}

Kernel array_of_decimal(const FunctionBinding&) {
  return [](KernelCall& call) {
    Column& out = start_appending(call);
    const Column& arg = *call.args[0];
    for (uint32_t row = 0; row < call.rows; ++row) {
      std::optional<Int128> wide;
      if (arg.is_valid(row)) wide = rescale(arg.at<Int128>(row), arg.type()->scale(), wide_decimal()->scale());
      if (!wide) {
        call.fail(row, "the argument is NULL or too great");
        out.append_null();
        continue;
      }
      out.child(0).append<Int128>(*wide);
      out.close_row();
    }
  };
}

Kernel fail_if_true(const FunctionBinding&) {
  return [](KernelCall& call) {
    Column& out = start_appending(call);
    for (uint32_t row = 0; row < call.rows; ++row) {
      if (call.args[0]->is_null(row) || call.args[0]->at<uint8_t>(row) != 0) {
        call.fail(row, "the argument asks for a failure");
        out.append_null();
        continue;
      }
      out.child(0).append<uint8_t>(0);
      out.close_row();
    }
  };
}

ScalarFunction test_udtf() {
  const auto texts = [](std::string parameters) {
    return Overload{.signature = "(" + parameters + ") -> ARRAY<STRING>",
                    .description = "The text of each argument.",
                    .make_kernel = texts_of_arguments};
  };
  const auto wrapped = [](const std::string& open, const std::string& close) {
    std::string parameters;
    for (const char* type : {"INT", "BIGINT", "DOUBLE", "BOOLEAN", "STRING", "DECIMAL", "STRUCT<A STRING>"}) {
      parameters += (parameters.empty() ? "" : ", ") + open + type + close;
    }
    return parameters;
  };
  ScalarFunction function{
      .name = "TEST_UDTF",
      .category = "test",
      .description = "Its arguments as rows.",
      .overloads = {texts(wrapped("", "")), texts(wrapped("ARRAY<", ">")), texts(wrapped("MAP<STRING, ", ">"))}};
  for (const std::string type : {"INT", "BIGINT", "DOUBLE", "BOOLEAN", "STRING", "STRUCT<A STRING>"}) {
    function.overloads.push_back({.signature = "(" + type + ") -> ARRAY<" + type + ">",
                                  .description = "One row.",
                                  .make_kernel = array_of_argument});
  }
  function.overloads.push_back(
      {.signature = "(DECIMAL) -> ARRAY<DECIMAL>",
       .description = "One row.",
       .make_kernel = array_of_decimal,
       .return_type = [](const std::vector<TypePtr>&, const std::vector<std::optional<Value>>&) {
         return Type::array(wide_decimal());
       }});
  return function;
}

}  // namespace

std::vector<ScalarFunction> case_table_functions() {
  return {test_udtf(),
          {.name = "THROWING_UDTF",
           .category = "test",
           .description = "Fails for true.",
           .overloads = {{.signature = "(BOOLEAN) -> ARRAY<BOOLEAN>",
                          .description = "One row, or a failure.",
                          .make_kernel = fail_if_true}}}};
}

}  // namespace weir::cli
