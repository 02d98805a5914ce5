#include <doctest/doctest.h>

#include "engine/functions/registry.h"

namespace weir {

namespace {

// The rows that the function makes of an array of texts.
std::string rows_of(const std::string& function, const Value& array, std::string* error = nullptr) {
  const auto registry = FunctionRegistry::standard();
  const ScalarFunction* found = registry->find_table_function(function);
  REQUIRE(found != nullptr);
  const TypePtr type = Type::array(Type::string());
  const ResolvedCall call = registry->resolve(*found, {type}, {std::nullopt});
  Arena arena;
  Column column(type);
  column.append_value(array, arena);
  const Column* args[] = {&column};
  Column out(call.return_type, 1);
  RowErrors errors;
  EvalContext context{arena, errors};
  KernelCall kernel_call{context, args, 1, out};
  call.overload->make_kernel({{type}, {std::nullopt}, call.return_type})(kernel_call);
  if (error != nullptr) *error = errors.errors().empty() ? "" : errors.errors()[0].message;
  return out.is_null(0) ? "NULL" : to_text(out.value(0), *call.return_type);
}

}  // namespace

TEST_CASE("EXPLODE gives the elements") {
  CHECK(rows_of("explode", Value(ValueList{Value("a"), Value()})) == "[a, null]");
  CHECK(rows_of("EXPLODE", Value(ValueList{})) == "[]");
  CHECK(rows_of("EXPLODE", Value()) == "NULL");
  CHECK(FunctionRegistry::standard()->find("EXPLODE") == nullptr);
}

TEST_CASE("CUBE_EXPLODE gives the combinations") {
  CHECK(rows_of("CUBE_EXPLODE", Value(ValueList{Value("a"), Value("b")})) ==
        "[[null, null], [null, b], [a, null], [a, b]]");
  CHECK(rows_of("CUBE_EXPLODE", Value(ValueList{Value(), Value("b")})) == "[[null, null], [null, b]]");
  CHECK(rows_of("CUBE_EXPLODE", Value(ValueList{})) == "[[]]");
  CHECK(rows_of("CUBE_EXPLODE", Value()) == "NULL");
  std::string error;
  CHECK(rows_of("CUBE_EXPLODE", Value(ValueList(21, Value("a"))), &error) == "NULL");
  CHECK(error.find("21 elements") != std::string::npos);
}

}  // namespace weir
