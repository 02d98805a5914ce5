#include "tests/unit/functions/function_test.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace weir::function_test {
namespace {

constexpr uint32_t kRows = 131;

bool has_call(uint32_t row) { return row % 3 != 1 || row == 64; }

bool same_value(const Value& a, const Value& b) {
  if (a == b) return true;
  // NaN is not equal to itself, but the same.
  try {
    if (std::isnan(a.as_double()) && std::isnan(b.as_double())) return true;
  } catch (const std::bad_variant_access&) {
  }
  try {
    return std::equal(a.as_list().begin(), a.as_list().end(), b.as_list().begin(), b.as_list().end(), same_value);
  } catch (const std::bad_variant_access&) {
    return false;
  }
}

}  // namespace

std::string describe(const std::string& function, const std::vector<Arg>& args) {
  std::string out = function + "(";
  for (const Arg& arg : args) {
    if (out.back() != '(') out += ", ";
    out += arg.value.is_null() ? "NULL" : to_text(arg.value, *arg.type);
  }
  return out + ")";
}

Outcome evaluate(const std::string& name, const std::vector<Arg>& args, bool literals) {
  const auto registry = FunctionRegistry::standard();
  const ScalarFunction* function = registry->find(name);
  REQUIRE_MESSAGE(function != nullptr, name);
  std::vector<TypePtr> types;
  std::vector<std::optional<Value>> values;
  for (const Arg& arg : args) {
    types.push_back(arg.type);
    values.push_back(literals ? std::optional<Value>(arg.value) : std::nullopt);
  }
  const ResolvedCall resolved = registry->resolve(*function, types, values);

  Arena arena;
  std::vector<ColumnPtr> columns;
  std::vector<const Column*> pointers;
  for (size_t i = 0; i < args.size(); ++i) {
    const TypePtr& type = resolved.parameter_types[i];
    const bool same = same_type(type, args[i].type) || args[i].type->kind() == TypeKind::kNull;
    REQUIRE_MESSAGE(same, "the test must pass the parameter's type " << type->to_string());
    auto column = std::make_shared<Column>(type);
    for (uint32_t row = 0; row < kRows; ++row) {
      if (has_call(row) || literals) {
        column->append_value(args[i].value, arena);
      } else {
        column->append_null();
      }
    }
    pointers.push_back(column.get());
    columns.push_back(column);
  }

  const Kernel kernel = resolved.overload->make_kernel({resolved.parameter_types, values, resolved.return_type});
  RowErrors errors;
  EvalContext context{arena, errors};
  Column out(resolved.return_type, kRows);
  KernelCall call{context, pointers, kRows, out};
  kernel(call);
  REQUIRE(out.size() == kRows);

  Outcome outcome{out.value(0), resolved.return_type, {}};
  for (uint32_t row = 0; row < kRows; ++row) {
    if (!has_call(row) || !function->deterministic) continue;
    CHECK_MESSAGE(same_value(out.value(row), outcome.value), describe(name, args) << " in row " << row);
  }
  for (const RowError& error : errors.errors()) {
    if (error.row == 0) outcome.errors.push_back(error.message);
  }
  return outcome;
}

void check_calls(const std::vector<Call>& calls) {
  for (const Call& test : calls) {
    for (bool literals : {false, true}) {
      const std::string what = describe(test.function, test.args) + (literals ? " with literals" : " with columns");
      Outcome outcome;
      try {
        outcome = evaluate(test.function, test.args, literals);
      } catch (const std::exception& error) {
        FAIL_CHECK(what << " threw " << error.what());
        continue;
      }
      for (const std::string& error : outcome.errors) FAIL_CHECK(what << " failed: " << error);
      CHECK_MESSAGE(same_value(outcome.value, test.expected), what << " gave " << to_text(outcome.value, *outcome.type)
                                                                   << ", not "
                                                                   << to_text(test.expected, *outcome.type));
    }
  }
}

void check_fails(const std::string& function, const std::vector<Arg>& args, const std::string& message) {
  const Outcome outcome = evaluate(function, args, false);
  CHECK_MESSAGE(outcome.value.is_null(), describe(function, args));
  REQUIRE_MESSAGE(!outcome.errors.empty(), describe(function, args));
  CHECK_MESSAGE(outcome.errors[0].find(message) != std::string::npos, describe(function, args)
                                                                          << ": " << outcome.errors[0]);
}

std::string refusal(const std::string& function, const std::vector<Arg>& args) {
  try {
    evaluate(function, args, true);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  FAIL_CHECK(describe(function, args) << " was not refused");
  return {};
}

}  // namespace weir::function_test
