// GREATEST and LEAST: the extreme of several values of one type, NULLs left aside.
#include <algorithm>

#include "engine/functions/function_lists.h"
#include "engine/functions/kernels.h"
#include "engine/functions/value_order.h"
#include "engine/types/decimal.h"

namespace weir {
namespace {

// sign: 1 for the greatest, -1 for the least.
template <class T, class Read>
void extreme_of_arguments(KernelCall& call, int sign, Read&& read) {
  Column best(call.out.type(), 1);
  Column candidate(call.out.type(), 1);
  for (uint32_t row = 0; row < call.rows; ++row) {
    bool any = false;
    for (size_t arg = 0; arg < call.args.size(); ++arg) {
      if (call.args[arg]->is_null(row)) continue;
      candidate.data<T>()[0] = read(arg, row);
      if (any && sign * compare_rows(candidate, 0, best, 0) <= 0) continue;
      best.data<T>()[0] = candidate.data<T>()[0];
      any = true;
    }
    if (any) call.out.set<T>(row, best.data<T>()[0]);
  }
}

// DECIMALs are compared at the result's scale, which is the greatest among the arguments'.
void extreme_of_decimals(KernelCall& call, int sign) {
  extreme_of_arguments<Int128>(call, sign, [&](size_t arg, uint32_t row) {
    const Column& column = *call.args[arg];
    const Int128 unscaled = column.at<Int128>(row);
    return rescale(unscaled, column.type()->scale(), call.out.type()->scale()).value_or(unscaled);
  });
}

Kernel extreme_kernel(int sign) {
  return [sign](KernelCall& call) {
    if (call.out.kind() == TypeKind::kDecimal) return extreme_of_decimals(call, sign);
    with_storage(call.out.kind(), [&]<class T>(std::type_identity<T>) {
      extreme_of_arguments<T>(call, sign, [&](size_t arg, uint32_t row) { return call.args[arg]->at<T>(row); });
    });
  };
}

// The DECIMAL that holds all digits of all arguments; beyond 38 digits those behind the point give way.
TypePtr widest_decimal(const std::vector<TypePtr>& types, const std::vector<std::optional<Value>>&) {
  int whole = 0;
  int scale = 0;
  for (const TypePtr& type : types) {
    if (type->kind() != TypeKind::kDecimal) continue;
    whole = std::max(whole, type->precision() - type->scale());
    scale = std::max(scale, type->scale());
  }
  scale = std::min(scale, kMaxDecimalPrecision - whole);
  return Type::decimal(std::max(whole + scale, 1), scale);
}

ScalarFunction extreme_function(std::string name, const std::string& which, int sign) {
  ScalarFunction function{
      .name = name,
      .category = "mathematical",
      .description = "The " + which +
                     " of its arguments; NULLs are left aside, and only NULLs give NULL. Text "
                     "compares by its characters' codes. Values of different types have to be CAST to one.",
      .example = name + "(opened, closed, settled)"};
  for (const char* type : {"INT", "BIGINT", "DOUBLE", "STRING", "BYTES", "DATE", "TIME", "TIMESTAMP", "DECIMAL"}) {
    const std::string word = type;
    Overload overload{.signature = "(" + word + ", " + word + "...) -> " + word,
                      .description = "The " + which + " argument that isn't NULL.",
                      .make_kernel = [sign](const FunctionBinding&) { return extreme_kernel(sign); },
                      .parameter_docs = {{"val1", "the first value"}, {"vals", "the values to compare with"}}};
    if (word == "DECIMAL") overload.return_type = widest_decimal;
    function.overloads.push_back(std::move(overload));
  }
  return function;
}

}  // namespace

std::vector<ScalarFunction> comparison_functions() {
  return {extreme_function("GREATEST", "greatest", 1), extreme_function("LEAST", "least", -1)};
}

}  // namespace weir
