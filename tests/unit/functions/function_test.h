// Table-driven tests of scalar functions: a call with its arguments as SQL types and values, and what it must give.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "engine/functions/registry.h"

namespace weir::function_test {

struct Arg {
  TypePtr type;
  Value value;
};

inline Arg S(std::string text) { return {Type::string(), Value(std::move(text))}; }
inline Arg Y(std::string bytes) { return {Type::bytes(), Value(std::move(bytes))}; }
inline Arg I(int32_t value) { return {Type::integer(), Value(value)}; }
inline Arg L(int64_t value) { return {Type::bigint(), Value(value)}; }
inline Arg D(double value) { return {Type::float64(), Value(value)}; }
inline Arg B(bool value) { return {Type::boolean(), Value(value)}; }
inline Arg dec(int64_t unscaled, int precision, int scale) {
  return {Type::decimal(precision, scale), Value(Int128{unscaled})};
}
inline Arg date(int32_t days) { return {Type::date(), Value(days)}; }
inline Arg time(int32_t millis) { return {Type::time(), Value(millis)}; }
inline Arg ts(int64_t millis) { return {Type::timestamp(), Value(millis)}; }
inline Arg null_of(TypePtr type) { return {std::move(type), Value()}; }
inline Arg null() { return {Type::null(), Value()}; }
inline Arg array(TypePtr element, ValueList values) {
  return {Type::array(std::move(element)), Value(std::move(values))};
}
inline Arg map(TypePtr value, ValueMap entries) {
  return {Type::map(Type::string(), std::move(value)), Value(std::move(entries))};
}

struct Outcome {
  Value value;
  TypePtr type;
  std::vector<std::string> errors;
};

// Resolves and runs the call over a batch in which it stands in some rows among others that are all NULL, and requires
// the same outcome in each. `literals`: the arguments are known when the kernel is made.
Outcome evaluate(const std::string& function, const std::vector<Arg>& args, bool literals);

struct Call {
  const char* function;
  std::vector<Arg> args;
  Value expected;
};

// Each call must give its value, with its arguments as columns and as literals; no error may be reported.
void check_calls(const std::vector<Call>& calls);

// The call must report a failed row whose message contains the text, and give NULL.
void check_fails(const std::string& function, const std::vector<Arg>& args, const std::string& message);

// The call can't be made (no overload, bad literal): what the exception says.
std::string refusal(const std::string& function, const std::vector<Arg>& args);

// "name(args) → value" for failure messages.
std::string describe(const std::string& function, const std::vector<Arg>& args);

}  // namespace weir::function_test
