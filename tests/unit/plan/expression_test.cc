#include <doctest/doctest.h>

#include "engine/plan/binder.h"
#include "engine/plan/cast_rules.h"
#include "engine/sql/parser.h"

namespace weir {

namespace {

const PlanSchema& expression_schema() {
  static const PlanSchema schema = {{"I", Type::integer()},
                                    {"L", Type::bigint()},
                                    {"D", Type::float64()},
                                    {"P", Type::decimal(4, 2)},
                                    {"S", Type::string()},
                                    {"B", Type::boolean()},
                                    {"Y", Type::bytes()},
                                    {"DT", Type::date()},
                                    {"TM", Type::time()},
                                    {"TS", Type::timestamp()},
                                    {"A", Type::array(Type::bigint())},
                                    {"M", Type::map(Type::string(), Type::integer())},
                                    {"R", Type::structure({{"X", Type::integer()}, {"y", Type::string()}})}};
  return schema;
}

BoundExprPtr bind_text(const std::string& sql) {
  return bind_expression(sql::parse_expression(sql), expression_schema(), *FunctionRegistry::standard(), nullptr);
}

std::string type_of(const std::string& sql) { return bind_text(sql)->type->to_string(); }

std::string refusal_of(const std::string& sql) {
  try {
    bind_text(sql);
    return "";
  } catch (const StatementError& error) {
    CHECK(error.position().has_value());
    return error.what();
  }
}

bool mentions(const std::string& text, std::initializer_list<const char*> words) {
  for (const char* word : words) {
    if (text.find(word) == std::string::npos) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("literals have the narrowest type") {
  CHECK(type_of("1") == "INTEGER");
  CHECK(type_of("2147483648") == "BIGINT");
  CHECK(type_of("1.50") == "DECIMAL(3, 2)");
  CHECK(type_of("0.01") == "DECIMAL(2, 2)");
  CHECK(type_of("1E2") == "DOUBLE");
  CHECK(type_of("'x'") == "STRING");
  CHECK(bind_text("1.50")->value.as_decimal() == 150);
  CHECK(bind_text("-1.50")->value.as_decimal() == -150);
  CHECK(bind_text("- 7")->value.as_int() == -7);
}

TEST_CASE("arithmetic widens") {
  CHECK(type_of("I + I") == "INTEGER");
  CHECK(type_of("I * L") == "BIGINT");
  CHECK(type_of("I / D") == "DOUBLE");
  CHECK(type_of("P * D") == "DOUBLE");
  CHECK(type_of("P + P") == "DECIMAL(5, 2)");
  CHECK(type_of("P * P") == "DECIMAL(9, 4)");
  CHECK(type_of("S + 'x'") == "STRING");
  CHECK(type_of("-P") == "DECIMAL(4, 2)");
  const BoundExprPtr sum = bind_text("I + L");
  CHECK(sum->args[0]->kind == BoundKind::kCast);
  CHECK(sum->args[1]->kind == BoundKind::kColumn);
  CHECK(bind_text("L + 1")->args[1]->kind == BoundKind::kLiteral);  // a literal is converted at once
  CHECK(bind_text("P + I")->args[1]->type->to_string() == "DECIMAL(10, 0)");
  CHECK(mentions(refusal_of("B + 1.5"), {"BOOLEAN", "DECIMAL"}));
  CHECK(mentions(refusal_of("S - 'x'"), {"STRING"}));
  CHECK(mentions(refusal_of("-S"), {"S", "STRING"}));
}

TEST_CASE("comparisons bring both sides to one type") {
  const auto compared = [](const std::string& sql) { return bind_text(sql)->args[0]->type->to_string(); };
  CHECK(compared("I = L") == "BIGINT");
  CHECK(compared("P > 1.234") == "DECIMAL(5, 3)");
  CHECK(compared("D <> 1.1") == "DOUBLE");
  CHECK(compared("TS > '1970-01-01T00:00:00.010'") == "TIMESTAMP");
  CHECK(bind_text("TS > '1970-01-01T00:00:00.010'")->args[1]->value.as_int() == 10);
  CHECK(compared("'1970-01-11' < DT") == "DATE");
  CHECK(compared("DT < TS") == "TIMESTAMP");
  CHECK(compared("TM = S") == "TIME");
  CHECK(compared("A = ARRAY[1, 2]") == "ARRAY<BIGINT>");
  CHECK(compared("M <> MAP('a' := 1)") == "MAP<STRING, INTEGER>");
  CHECK(mentions(refusal_of("I >= 'not an int'"), {"I (INTEGER)", "'not an int' (STRING)"}));
  CHECK(mentions(refusal_of("A < A"), {"ARRAY<BIGINT>", "<"}));
  CHECK(mentions(refusal_of("B < TRUE"), {"BOOLEAN"}));
  CHECK(mentions(refusal_of("I = NULL"), {"NULL"}));
  CHECK(mentions(refusal_of("TS > 'soon'"), {"'soon'", "TIMESTAMP"}));
  CHECK(mentions(refusal_of("TM = TS"), {"TIME", "TIMESTAMP"}));
}

TEST_CASE("IN lists, arrays and maps take one type; string literals adapt") {
  CHECK(bind_text("I IN (1, '2147483648')")->args[0]->type->to_string() == "BIGINT");
  CHECK(bind_text("L IN (1, 2.0, '4.000', D)")->args[0]->type->to_string() == "DOUBLE");
  CHECK(bind_text("B IN (TRUE, 'TrUe', 'tr', 'Y')")->args[4]->value.as_bool());
  CHECK(bind_text("S IN ('a', 10)")->args[2]->type->to_string() == "STRING");
  CHECK(bind_text("A IN (ARRAY[1, 2], ARRAY['3', NULL])")->args[2]->type->to_string() == "ARRAY<BIGINT>");
  CHECK(bind_text("R IN (STRUCT(X := '7', Z := 1))")->args[0]->type->to_string() ==
        "STRUCT<`X` INTEGER, `y` STRING, `Z` INTEGER>");
  CHECK(type_of("ARRAY[1, 2.5, L]") == "ARRAY<DECIMAL(20, 1)>");
  CHECK(type_of("MAP('a' := 1, 'b' := NULL)") == "MAP<STRING, INTEGER>");
  CHECK(mentions(refusal_of("I IN (10, '10 - not a number')"), {"INTEGER", "\"10 - not a number\""}));
  CHECK(mentions(refusal_of("P IN (10, TRUE)"), {"DECIMAL(12, 2) = BOOLEAN", "(true)"}));
  CHECK(mentions(refusal_of("I IN (10, S)"), {"INTEGER = STRING (S)"}));
  CHECK(mentions(refusal_of("A IN (ARRAY[B])"), {"ARRAY<BIGINT> = ARRAY<BOOLEAN>"}));
  CHECK(mentions(refusal_of("R IN (STRUCT(X := 'no'))"), {"INTEGER", "\"no\""}));
  CHECK_FALSE(refusal_of("ARRAY[]").empty());
  CHECK_FALSE(refusal_of("ARRAY[NULL]").empty());
  CHECK_FALSE(refusal_of("MAP()").empty());
  CHECK(mentions(refusal_of("ARRAY[1, 'not a number']"), {"INTEGER", "not a number"}));
  CHECK(mentions(refusal_of("STRUCT(A := 1, A := 2)"), {"'A'"}));
}

TEST_CASE("BETWEEN, LIKE, CASE, IS NULL") {
  CHECK(bind_text("D BETWEEN 2 AND 3.9")->args[1]->value.as_double() == 2.0);
  CHECK(bind_text("DT BETWEEN '1970-01-04' AND '1970-01-10'")->args[1]->value.as_int() == 3);
  CHECK(type_of("S NOT LIKE 'a%' ESCAPE '!'") == "BOOLEAN");
  CHECK(mentions(refusal_of("I LIKE 'a'"), {"I", "INTEGER"}));
  CHECK(mentions(refusal_of("S LIKE 'a' ESCAPE '!!'"), {"'!!'"}));
  CHECK(type_of("CASE WHEN B THEN 1 WHEN I > 3 THEN L END") == "BIGINT");
  CHECK(type_of("CASE I WHEN 1 THEN 'a' ELSE NULL END") == "STRING");
  const BoundExprPtr simple = bind_text("CASE I WHEN 1 THEN 'a' END");
  CHECK(simple->args.size() == 3);
  CHECK(simple->args[0]->kind == BoundKind::kCompare);
  CHECK(simple->args[2]->value.is_null());
  CHECK(mentions(refusal_of("CASE WHEN B THEN 1 ELSE 'x' END"), {"INTEGER", "STRING"}));
  CHECK(mentions(refusal_of("CASE WHEN I THEN 1 END"), {"WHEN", "INTEGER"}));
  CHECK(bind_text("NULL IS NULL")->type->kind() == TypeKind::kBoolean);
  CHECK(mentions(refusal_of("B AND S"), {"AND", "STRING"}));
}

TEST_CASE("structs, arrays and maps are taken apart") {
  CHECK(type_of("R->X") == "INTEGER");
  CHECK(type_of("R->`y`") == "STRING");
  CHECK(mentions(refusal_of("R->Y"), {"'Y'", "Did you mean y?"}));
  CHECK(mentions(refusal_of("S->X"), {"S", "STRING"}));
  CHECK(type_of("A[1]") == "BIGINT");
  CHECK(type_of("M['k']") == "INTEGER");
  CHECK(mentions(refusal_of("A['k']"), {"'k'", "STRING"}));
  CHECK(mentions(refusal_of("M[1]"), {"STRING", "INTEGER"}));
  CHECK(mentions(refusal_of("I[1]"), {"INTEGER"}));
}

TEST_CASE("casts exist or are refused with both types") {
  CHECK(type_of("CAST(S AS DECIMAL(10, 2))") == "DECIMAL(10, 2)");
  CHECK(type_of("CAST(A AS ARRAY<STRING>)") == "ARRAY<STRING>");
  CHECK(type_of("CAST(R AS STRUCT<X STRING, NEW INT>)") == "STRUCT<`X` STRING, `NEW` INTEGER>");
  CHECK(type_of("CAST(NULL AS INT)") == "INTEGER");
  CHECK(bind_text("CAST(I AS INT)")->kind == BoundKind::kColumn);
  CHECK(mentions(refusal_of("CAST(S AS MAP<VARCHAR, INTEGER>)"), {"STRING", "MAP<STRING, INTEGER>"}));
  CHECK(mentions(refusal_of("CAST(TM AS TIMESTAMP)"), {"TIME", "TIMESTAMP"}));
  CHECK(mentions(refusal_of("CAST(Y AS STRING)"), {"BYTES", "STRING"}));
  CHECK(mentions(refusal_of("CAST(S AS INTEGR)"), {"'INTEGR'", "INTEGER"}));
  CHECK_FALSE(refusal_of("CAST(S AS DECIMAL(50, 2))").empty());
}

TEST_CASE("functions are resolved, their arguments cast") {
  const BoundExprPtr call = bind_text("GEO_DISTANCE(I, D, D, D)");
  CHECK(call->kind == BoundKind::kFunction);
  CHECK(call->args[0]->kind == BoundKind::kCast);
  CHECK(call->args[0]->type->to_string() == "DOUBLE");
  CHECK(mentions(refusal_of("GREATEST(I, L)"), {"greatest", "INTEGER, BIGINT"}));
  CHECK(mentions(refusal_of("UCASEE(S)"), {"'UCASEE'", "UCASE"}));
  CHECK(mentions(refusal_of("UCASE(I)"), {"INTEGER"}));
  CHECK(mentions(refusal_of("LEAST(*)"), {"()"}));
  CHECK(mentions(refusal_of("EXPLODE(A)"), {"EXPLODE", "SELECT list"}));
  CHECK(mentions(refusal_of("SUM(I)"), {"SUM", "GROUP BY"}));
  CHECK(mentions(refusal_of("NOSUCH"), {"'NOSUCH'"}));
}

TEST_CASE("common types") {
  CHECK(common_type(Type::decimal(38, 30), Type::bigint())->kind() == TypeKind::kDouble);
  CHECK(common_type(Type::string(), Type::integer()) == nullptr);
  CHECK(implicit_cast_exists(*Type::integer(), *Type::decimal(10, 0)));
  CHECK_FALSE(implicit_cast_exists(*Type::integer(), *Type::decimal(9, 0)));
  CHECK_FALSE(implicit_cast_exists(*Type::float64(), *Type::decimal(38, 2)));
  CHECK(contains_map(*Type::array(Type::structure({{"A", Type::map(Type::string(), Type::string())}}))));
}

}  // namespace weir
