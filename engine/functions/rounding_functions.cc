// ABS, CEIL, FLOOR, ROUND and TRUNC over all numeric types.
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/functions/function_lists.h"
#include "engine/functions/kernels.h"
#include "engine/functions/rounding.h"
#include "engine/types/decimal.h"

namespace weir {
namespace {

const std::pair<std::string, std::string> kValueDoc{"value", "the number"};
const std::pair<std::string, std::string> kPlacesDoc{"places",
                                                     "how many digits to keep behind the point; negative: before it"};

TypePtr first_type(const std::vector<TypePtr>& types, const std::vector<std::optional<Value>>&) {
  return types[0]->kind() == TypeKind::kDecimal ? types[0] : nullptr;
}

// The digits before the point.
TypePtr whole_decimal(const std::vector<TypePtr>& types, const std::vector<std::optional<Value>>&) {
  if (types[0]->kind() != TypeKind::kDecimal) return nullptr;
  return Type::decimal(std::max(types[0]->precision() - types[0]->scale(), 1), 0);
}

// Rounds DECIMALs of the argument's scale to those of the result's. places_of(row): how many digits to keep.
template <class PlacesOf>
void round_decimals(KernelCall& call, Rounding rounding, PlacesOf places_of) {
  const int scale = call.args[0]->type()->scale();
  const int out_scale = call.out.type()->scale();
  for_each_complete_row(call, [&](uint32_t row) {
    auto rounded = round_decimal(call.args[0]->at<Int128>(row), scale, places_of(row), rounding);
    if (rounded) rounded = rescale(*rounded, scale, out_scale);
    if (!rounded) {
      call.fail(row, "the rounded number has more than " + std::to_string(kMaxDecimalPrecision) + " digits");
      return;
    }
    call.out.set<Int128>(row, *rounded);
  });
}

Kernel round_decimals_to(Rounding rounding, int64_t places) {
  return [=](KernelCall& call) { round_decimals(call, rounding, [places](uint32_t) { return places; }); };
}

Kernel round_decimals_by_argument(Rounding rounding) {
  return [=](KernelCall& call) {
    round_decimals(call, rounding, [&call](uint32_t row) { return int64_t{int_at(call, 1, row)}; });
  };
}

Kernel round_doubles_by_argument(Rounding rounding) {
  return [=](KernelCall& call) {
    for_each_complete_row(call, [&](uint32_t row) {
      const auto rounded = round_double(call.args[0]->at<double>(row), int_at(call, 1, row), rounding);
      if (rounded) {
        call.out.set<double>(row, *rounded);
      } else {
        call.fail(row, "NaN and infinite numbers can't be rounded to decimal places");
      }
    });
  };
}

template <class T>
Kernel absolute_kernel() {
  return [](KernelCall& call) {
    for_each_complete_row(call, [&](uint32_t row) {
      const T value = call.args[0]->at<T>(row);
      if (value == std::numeric_limits<T>::min()) {
        call.fail(row, "the absolute value of " + std::to_string(value) + " is out of the type's range");
        return;
      }
      call.out.set<T>(row, value < 0 ? -value : value);
    });
  };
}

template <class T>
Kernel identity_kernel(const FunctionBinding&) {
  return elementwise<T, T>([](T value) { return value; });
}

ScalarFunction abs_function() {
  const std::string description = "The absolute value.";
  return {.name = "ABS",
          .category = "mathematical",
          .description = description,
          .example = "ABS(-3) → 3",
          .overloads = {{.signature = "(INT) -> INT",
                         .description = description,
                         .make_kernel = [](const FunctionBinding&) { return absolute_kernel<int32_t>(); },
                         .parameter_docs = {kValueDoc}},
                        {.signature = "(BIGINT) -> BIGINT",
                         .description = description,
                         .make_kernel = [](const FunctionBinding&) { return absolute_kernel<int64_t>(); },
                         .parameter_docs = {kValueDoc}},
                        {.signature = "(DOUBLE) -> DOUBLE",
                         .description = description,
                         .make_kernel =
                             [](const FunctionBinding&) {
                               return elementwise<double, double>([](double v) { return std::fabs(v); });
                             },
                         .parameter_docs = {kValueDoc}},
                        {.signature = "(DECIMAL) -> DECIMAL",
                         .description = description,
                         .make_kernel =
                             [](const FunctionBinding&) {
                               return elementwise<Int128, Int128>([](Int128 v) { return v < 0 ? -v : v; });
                             },
                         .return_type = first_type,
                         .parameter_docs = {kValueDoc}}}};
}

// CEIL and FLOOR keep their argument's type.
ScalarFunction integral_function(std::string name, const std::string& description, std::string example,
                                 double (*round)(double), Rounding rounding) {
  return {.name = std::move(name),
          .category = "mathematical",
          .description = description,
          .example = std::move(example),
          .overloads = {{.signature = "(INT) -> INT",
                         .description = description,
                         .make_kernel = identity_kernel<int32_t>,
                         .parameter_docs = {kValueDoc}},
                        {.signature = "(BIGINT) -> BIGINT",
                         .description = description,
                         .make_kernel = identity_kernel<int64_t>,
                         .parameter_docs = {kValueDoc}},
                        {.signature = "(DOUBLE) -> DOUBLE",
                         .description = description,
                         .make_kernel = [round](const FunctionBinding&) { return elementwise<double, double>(round); },
                         .parameter_docs = {kValueDoc}},
                        {.signature = "(DECIMAL) -> DECIMAL",
                         .description = description,
                         .make_kernel = [rounding](const FunctionBinding&) { return round_decimals_to(rounding, 0); },
                         .return_type = first_type,
                         .parameter_docs = {kValueDoc}}}};
}

// ROUND and TRUNC: to a BIGINT or a DECIMAL without a fraction, or to a number of decimal places.
ScalarFunction places_function(std::string name, const std::string& description, std::string example,
                               int64_t (*to_bigint)(double), Rounding rounding) {
  return {.name = std::move(name),
          .category = "mathematical",
          .description = description,
          .example = std::move(example),
          .overloads = {
              {.signature = "(BIGINT) -> BIGINT",
               .description = "The number itself.",
               .make_kernel = identity_kernel<int64_t>,
               .parameter_docs = {kValueDoc}},
              {.signature = "(INT) -> BIGINT",
               .description = "The number itself.",
               .make_kernel =
                   [](const FunctionBinding&) {
                     return elementwise<int64_t, int32_t>([](int32_t v) { return int64_t{v}; });
                   },
               .parameter_docs = {kValueDoc}},
              {.signature = "(DOUBLE) -> BIGINT",
               .description = "The number without a fraction.",
               .make_kernel = [to_bigint](const FunctionBinding&) { return elementwise<int64_t, double>(to_bigint); },
               .parameter_docs = {kValueDoc}},
              {.signature = "(DOUBLE, INT) -> DOUBLE",
               .description = "The number with so many decimal places.",
               .make_kernel = [rounding](const FunctionBinding&) { return round_doubles_by_argument(rounding); },
               .parameter_docs = {kValueDoc, kPlacesDoc}},
              {.signature = "(DECIMAL) -> DECIMAL",
               .description = "The number without a fraction.",
               .make_kernel = [rounding](const FunctionBinding&) { return round_decimals_to(rounding, 0); },
               .return_type = whole_decimal,
               .parameter_docs = {kValueDoc}},
              {.signature = "(DECIMAL, INT) -> DECIMAL",
               .description = "The number with so many decimal places.",
               .make_kernel = [rounding](const FunctionBinding&) { return round_decimals_by_argument(rounding); },
               .return_type = first_type,
               .parameter_docs = {kValueDoc, kPlacesDoc}}}};
}

}  // namespace

std::vector<ScalarFunction> rounding_functions() {
  return {abs_function(),
          integral_function("CEIL", "The smallest whole number that isn't less than the value.", "CEIL(1.2) → 2.0",
                            std::ceil, Rounding::kCeiling),
          integral_function("FLOOR", "The greatest whole number that isn't more than the value.", "FLOOR(-1.2) → -2.0",
                            std::floor, Rounding::kFloor),
          places_function(
              "ROUND",
              "Rounds to the nearest number with so many decimal places, none by default; halfway goes up, towards "
              "positive infinity.",
              "ROUND(1.25e0, 1) → 1.3", round_to_bigint, Rounding::kHalfUp),
          places_function("TRUNC", "Cuts off the digits after so many decimal places, none by default.",
                          "TRUNC(1.29e0, 1) → 1.2", truncate_to_bigint, Rounding::kDown)};
}

}  // namespace weir
