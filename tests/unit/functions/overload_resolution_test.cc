#include "engine/functions/overload_resolution.h"

#include <doctest/doctest.h>

#include <stdexcept>

#include "engine/functions/registry.h"
#include "engine/functions/type_pattern_parser.h"

namespace weir {
namespace {

ScalarFunction function_with(const std::vector<std::string>& signatures) {
  ScalarFunction function{.name = "F"};
  for (const std::string& signature : signatures) {
    function.overloads.push_back(
        {.signature = signature, .make_kernel = [](const FunctionBinding&) -> Kernel { return {}; }});
  }
  return function;
}

// The signature that the call means, or the message that refuses it.
std::string chosen(const std::vector<std::string>& signatures, const std::vector<TypePtr>& arguments) {
  FunctionRegistry registry;
  registry.add(function_with(signatures));
  try {
    return registry.resolve(*registry.find("f"), arguments, {}).overload->signature;
  } catch (const std::invalid_argument& error) {
    return std::string("refused: ") + error.what();
  }
}

bool is_ambiguous(const std::string& outcome) { return outcome.find("ambiguous") != std::string::npos; }

ResolvedCall resolved(FunctionRegistry& registry, const std::string& signature, const std::vector<TypePtr>& arguments) {
  registry.add(function_with({signature}));
  return registry.resolve(*registry.find("F"), arguments, {});
}

const TypePtr kInt = Type::integer();
const TypePtr kBig = Type::bigint();
const TypePtr kText = Type::string();
const TypePtr kNull = Type::null();

}  // namespace

TEST_CASE("an exact signature comes before implicit casts") {
  CHECK(chosen({"(BIGINT, STRING) -> STRING", "(INT, STRING) -> STRING"}, {kInt, kText}) == "(INT, STRING) -> STRING");
  CHECK(chosen({"(BIGINT) -> STRING"}, {kInt}) == "(BIGINT) -> STRING");
  CHECK(is_ambiguous(chosen({"(BIGINT) -> STRING", "(DOUBLE) -> STRING"}, {kInt})));
  CHECK(chosen({"(INT) -> STRING"}, {kBig}).find("does not accept parameters (BIGINT)") != std::string::npos);
}

TEST_CASE("text converts to dates and times, not to numbers") {
  CHECK(chosen({"(TIMESTAMP) -> STRING"}, {kText}) == "(TIMESTAMP) -> STRING");
  CHECK(chosen({"(DOUBLE) -> STRING"}, {kText}).find("does not accept") != std::string::npos);
}

TEST_CASE("without a variadic parameter comes first, then more parameters") {
  CHECK(chosen({"(INT...) -> INT", "(INT, INT) -> INT"}, {kInt, kInt}) == "(INT, INT) -> INT");
  CHECK(chosen({"(INT...) -> INT", "(INT, INT...) -> INT"}, {kInt, kInt, kInt}) == "(INT, INT...) -> INT");
  CHECK(chosen({"(INT, INT...) -> INT"}, {kInt}) == "(INT, INT...) -> INT");
  CHECK(chosen({"(INT, STRING..., INT) -> INT"}, {kInt, kText, kText, kInt}) == "(INT, STRING..., INT) -> INT");
  CHECK(chosen({"(INT, STRING..., INT) -> INT"}, {kInt, kInt}) == "(INT, STRING..., INT) -> INT");
  CHECK(chosen({"(INT, STRING..., INT) -> INT"}, {kInt}).find("does not accept") != std::string::npos);
}

TEST_CASE("fewer type variables come first, ANY... last") {
  CHECK(chosen({"(T) -> INT", "(INT) -> INT"}, {kInt}) == "(INT) -> INT");
  CHECK(chosen({"(INT, ANY...) -> INT", "(INT, INT...) -> INT"}, {kInt, kInt}) == "(INT, INT...) -> INT");
  CHECK(chosen({"(INT, ANY...) -> INT", "(INT, INT...) -> INT"}, {kInt, kText}) == "(INT, ANY...) -> INT");
}

TEST_CASE("NULL fits every parameter") {
  CHECK(chosen({"(BIGINT, STRING) -> STRING", "(BIGINT, BIGINT, STRING) -> STRING", "(BIGINT...) -> STRING"},
               {kBig, kNull}) == "(BIGINT, STRING) -> STRING");
  CHECK(is_ambiguous(chosen({"(INT) -> INT", "(BIGINT) -> INT"}, {kNull})));
}

TEST_CASE("variables bind to one type, without casts") {
  CHECK(chosen({"(T, T) -> T"}, {kInt, kInt}) == "(T, T) -> T");
  CHECK(chosen({"(T, T) -> T"}, {kInt, kBig}).find("does not accept parameters (INTEGER, BIGINT)") !=
        std::string::npos);
  CHECK(chosen({"(ARRAY<T>, T) -> T"}, {Type::array(kText), kText}) == "(ARRAY<T>, T) -> T");
  CHECK(chosen({"(ARRAY<T>, T) -> T"}, {Type::array(kText), kInt}).find("ARRAY<STRING>, INTEGER") != std::string::npos);
  CHECK(chosen({"(MAP<STRING, T>) -> T"}, {Type::map(kInt, kInt)}).find("does not accept") != std::string::npos);
}

TEST_CASE("arguments are cast to the parameters' types") {
  FunctionRegistry registry;
  const ResolvedCall call = resolved(registry, "(BIGINT, ARRAY<DOUBLE>, T, MAP<STRING, T>) -> ARRAY<T>",
                                     {kInt, Type::array(kInt), kNull, Type::map(kText, Type::date())});
  CHECK(call.parameter_types[0]->to_string() == "BIGINT");
  CHECK(call.parameter_types[1]->to_string() == "ARRAY<DOUBLE>");
  CHECK(call.parameter_types[2]->to_string() == "DATE");
  CHECK(call.parameter_types[3]->to_string() == "MAP<STRING, DATE>");
  CHECK(call.return_type->to_string() == "ARRAY<DATE>");
}

TEST_CASE("a structure's fields may be named, or left open") {
  const TypePtr point = Type::structure({{"X", kInt}, {"Y", kBig}});
  CHECK(chosen({"(STRUCT<X INT, Y BIGINT>) -> INT"}, {point}) == "(STRUCT<X INT, Y BIGINT>) -> INT");
  CHECK(chosen({"(STRUCT<X BIGINT, Y BIGINT>) -> INT"}, {point}).find("does not accept") != std::string::npos);
  CHECK(chosen({"(STRUCT) -> INT"}, {point}) == "(STRUCT) -> INT");
  FunctionRegistry registry;
  CHECK(resolved(registry, "(T) -> ARRAY<STRUCT<K STRING, V T>>", {kInt}).return_type->to_string() ==
        "ARRAY<STRUCT<`K` STRING, `V` INTEGER>>");
}

TEST_CASE("patterns print as they are read") {
  for (const char* text : {"INTEGER", "DECIMAL", "T", "ARRAY<MAP<STRING, T>>", "STRUCT<A INTEGER, B ARRAY<T>>",
                           "STRUCT", "ANY", "INTERVALUNIT", "LAMBDA(S, T => S)"}) {
    CHECK(TypePattern::parse(text)->to_string() == text);
  }
  for (const char* text : {"", "FOO", "ARRAY<", "ARRAY", "MAP<T>", "T T"}) {
    CHECK_THROWS_AS(TypePattern::parse(text), std::invalid_argument);
  }
}

TEST_CASE("a registry refuses what can't be called") {
  FunctionRegistry registry;
  CHECK_THROWS_AS(registry.add(function_with({"(FOO) -> INT"})), std::logic_error);
  CHECK_THROWS_AS(registry.add(function_with({"(INT) -> INT", "(INTEGER) -> INT"})), std::logic_error);
  registry.add(function_with({"(INT) -> INT"}));
  CHECK_THROWS_AS(registry.add(function_with({"(BIGINT) -> INT"})), std::logic_error);
  CHECK(registry.find("f") == registry.find("F"));
  CHECK(registry.find("g") == nullptr);
}

TEST_CASE("every standard function is documented") {
  const auto registry = FunctionRegistry::standard();
  CHECK(registry == FunctionRegistry::standard());
  std::string previous;
  for (const ScalarFunction* function : registry->functions()) {
    CHECK(previous < function->name);
    previous = function->name;
    CHECK_MESSAGE(!function->category.empty(), function->name);
    CHECK_MESSAGE(!function->description.empty(), function->name);
    CHECK_MESSAGE(!function->example.empty(), function->name);
    CHECK_MESSAGE(!function->overloads.empty(), function->name);
    for (const Overload& overload : function->overloads) {
      CHECK_MESSAGE(!overload.description.empty(), function->name << overload.signature);
      CHECK_MESSAGE(overload.parameter_docs.size() == overload.parameters.size(), function->name << overload.signature);
    }
  }
}

}  // namespace weir
