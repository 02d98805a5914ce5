// Functions of real numbers. Results are those of IEEE arithmetic as Java has it: out of range is NaN or Infinity, not
// an error.
#include <cmath>
#include <limits>
#include <numbers>
#include <random>

#include "engine/functions/function_lists.h"
#include "engine/functions/kernels.h"

namespace weir {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kDegreesOfRadian = 57.29577951308232;
constexpr double kRadiansOfDegree = 0.017453292519943295;

double java_power(double base, double exponent) {
  // C gives 1 where Java gives NaN.
  if (std::isnan(exponent) || (std::fabs(base) == 1 && std::isinf(exponent))) return kNaN;
  return std::pow(base, exponent);
}

double logarithm_to_base(double base, double value) {
  if (base <= 0 || base == 1) return kNaN;
  return std::log(value) / std::log(base);
}

int32_t sign_of(double value) { return value > 0 ? 1 : value < 0 ? -1 : 0; }

// Number of one parameter to DOUBLE, for the three types that ksqlDB's functions declare.
template <class F>
std::vector<Overload> unary_overloads(const std::string& description, F f) {
  const std::pair<std::string, std::string> doc{"value", "the number"};
  return {{.signature = "(INT) -> DOUBLE",
           .description = description,
           .make_kernel =
               [f](const FunctionBinding&) { return elementwise<double, int32_t>([f](int32_t v) { return f(v); }); },
           .parameter_docs = {doc}},
          {.signature = "(BIGINT) -> DOUBLE",
           .description = description,
           .make_kernel =
               [f](const FunctionBinding&) {
                 return elementwise<double, int64_t>([f](int64_t v) { return f(static_cast<double>(v)); });
               },
           .parameter_docs = {doc}},
          {.signature = "(DOUBLE) -> DOUBLE",
           .description = description,
           .make_kernel =
               [f](const FunctionBinding&) { return elementwise<double, double>([f](double v) { return f(v); }); },
           .parameter_docs = {doc}}};
}

template <class F>
std::vector<Overload> binary_overloads(const std::string& description, const std::string& first,
                                       const std::string& second, F f) {
  const std::vector<std::pair<std::string, std::string>> docs{{first, ""}, {second, ""}};
  return {{.signature = "(INT, INT) -> DOUBLE",
           .description = description,
           .make_kernel =
               [f](const FunctionBinding&) {
                 return elementwise<double, int32_t, int32_t>([f](int32_t a, int32_t b) { return f(a, b); });
               },
           .parameter_docs = docs},
          {.signature = "(BIGINT, BIGINT) -> DOUBLE",
           .description = description,
           .make_kernel =
               [f](const FunctionBinding&) {
                 return elementwise<double, int64_t, int64_t>(
                     [f](int64_t a, int64_t b) { return f(static_cast<double>(a), static_cast<double>(b)); });
               },
           .parameter_docs = docs},
          {.signature = "(DOUBLE, DOUBLE) -> DOUBLE",
           .description = description,
           .make_kernel =
               [f](const FunctionBinding&) {
                 return elementwise<double, double, double>([f](double a, double b) { return f(a, b); });
               },
           .parameter_docs = docs}};
}

template <class F>
ScalarFunction unary_function(std::string name, const std::string& description, F f) {
  std::string example = name + "(x)";
  return {.name = std::move(name),
          .category = "mathematical",
          .description = description,
          .example = std::move(example),
          .overloads = unary_overloads(description, f)};
}

ScalarFunction log_function() {
  ScalarFunction function{
      .name = "LOG",
      .category = "mathematical",
      .description =
          "The natural logarithm, or that to a given base. -Infinity for 0; NaN for a negative value, and "
          "for a base that is 1 or not positive.",
      .example = "LOG(2, 8) → 3.0",
      // ksqlDB's documentation says base 10; what it computes is this.
      .overloads = unary_overloads("The natural logarithm.", [](double v) { return std::log(v); })};
  for (Overload& overload : binary_overloads("The logarithm to the given base.", "base", "value", logarithm_to_base)) {
    function.overloads.push_back(std::move(overload));
  }
  return function;
}

ScalarFunction sign_function() {
  const std::string description = "-1, 0 or 1 for a negative number, zero and a positive number.";
  const std::vector<std::pair<std::string, std::string>> docs{{"value", "the number"}};
  return {
      .name = "SIGN",
      .category = "mathematical",
      .description = description,
      .example = "SIGN(-3.5) → -1",
      .overloads = {{.signature = "(INT) -> INT",
                     .description = description,
                     .make_kernel = [](const FunctionBinding&) { return elementwise<int32_t, int32_t>(sign_of); },
                     .parameter_docs = docs},
                    {.signature = "(BIGINT) -> INT",
                     .description = description,
                     .make_kernel =
                         [](const FunctionBinding&) {
                           return elementwise<int32_t, int64_t>([](int64_t v) { return v > 0 ? 1 : v < 0 ? -1 : 0; });
                         },
                     .parameter_docs = docs},
                    {.signature = "(DOUBLE) -> INT",
                     .description = description,
                     .make_kernel = [](const FunctionBinding&) { return elementwise<int32_t, double>(sign_of); },
                     .parameter_docs = docs}}};
}

ScalarFunction pi_function() {
  return {.name = "PI",
          .category = "mathematical",
          .description = "The number π.",
          .example = "PI() → 3.141592653589793",
          .overloads = {{.signature = "() -> DOUBLE", .description = "π", .make_kernel = [](const FunctionBinding&) {
                           return elementwise<double>([] { return std::numbers::pi; });
                         }}}};
}

ScalarFunction random_function() {
  return {.name = "RANDOM",
          .category = "mathematical",
          .description = "A random number from 0.0 (inclusive) to 1.0 (exclusive), a new one for each row.",
          .example = "RANDOM()",
          .deterministic = false,
          .overloads = {{.signature = "() -> DOUBLE",
                         .description = "A random number.",
                         .make_kernel = [](const FunctionBinding&) -> Kernel {
                           return [engine = std::mt19937_64(std::random_device{}())](KernelCall& call) mutable {
                             for (uint32_t row = 0; row < call.rows; ++row) {
                               call.out.set<double>(row, static_cast<double>(engine() >> 11) * 0x1.0p-53);
                             }
                           };
                         }}}};
}

}  // namespace

std::vector<ScalarFunction> math_functions() {
  std::vector<ScalarFunction> out{
      unary_function("ACOS", "The arc cosine in radians; NaN outside of [-1, 1].",
                     [](double v) { return std::acos(v); }),
      unary_function("ASIN", "The arc sine in radians; NaN outside of [-1, 1].", [](double v) { return std::asin(v); }),
      unary_function("ATAN", "The arc tangent in radians.", [](double v) { return std::atan(v); }),
      unary_function("CBRT", "The cube root.", [](double v) { return std::cbrt(v); }),
      unary_function("COS", "The cosine of an angle in radians.", [](double v) { return std::cos(v); }),
      unary_function("COSH", "The hyperbolic cosine.", [](double v) { return std::cosh(v); }),
      unary_function("COT", "The cotangent of an angle in radians; Infinity for 0.",
                     [](double v) { return 1.0 / std::tan(v); }),
      unary_function("DEGREES", "Converts radians to degrees.", [](double v) { return v * kDegreesOfRadian; }),
      unary_function("EXP", "e to the power of the number.", [](double v) { return std::exp(v); }),
      unary_function("LN", "The natural logarithm; -Infinity for 0, NaN for negative numbers.",
                     [](double v) { return std::log(v); }),
      unary_function("RADIANS", "Converts degrees to radians.", [](double v) { return v * kRadiansOfDegree; }),
      unary_function("SIN", "The sine of an angle in radians.", [](double v) { return std::sin(v); }),
      unary_function("SINH", "The hyperbolic sine.", [](double v) { return std::sinh(v); }),
      unary_function("SQRT", "The square root; NaN for negative numbers.", [](double v) { return std::sqrt(v); }),
      unary_function("TAN", "The tangent of an angle in radians.", [](double v) { return std::tan(v); }),
      unary_function("TANH", "The hyperbolic tangent.", [](double v) { return std::tanh(v); }),
      {.name = "ATAN2",
       .category = "mathematical",
       .description = "The angle, in radians, of the point (x, y) in polar coordinates.",
       .example = "ATAN2(y, x)",
       .overloads = binary_overloads("The angle of the point (x, y).", "y", "x",
                                     [](double y, double x) { return std::atan2(y, x); })},
      {.name = "POWER",
       .category = "mathematical",
       .description = "A number to the power of another; Infinity beyond the range of DOUBLE.",
       .example = "POWER(2, 10) → 1024.0",
       .overloads = binary_overloads("base to the power of exponent.", "base", "exponent", java_power)}};
  out.push_back(log_function());
  out.push_back(sign_function());
  out.push_back(pi_function());
  out.push_back(random_function());
  return out;
}

}  // namespace weir
