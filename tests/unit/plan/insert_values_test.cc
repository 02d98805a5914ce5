#include <doctest/doctest.h>

#include "tests/unit/plan/plan_test_env.h"

namespace weir {

namespace {

struct InsertEnv : PlanTestEnv {
  InsertEnv() {
    execute(
        "CREATE STREAM S (K STRING KEY, I INT, L BIGINT, D DOUBLE, P DECIMAL(4, 2), T TIMESTAMP, Y BYTES, A "
        "ARRAY<BIGINT>, "
        "R STRUCT<X INT, Z STRING>, H BYTES HEADER('h')) WITH (kafka_topic='t', value_format='JSON');");
    execute("CREATE TABLE T (ID INT PRIMARY KEY, V INT) WITH (kafka_topic='t', value_format='JSON');");
  }
};

bool tells(const std::string& message, std::initializer_list<const char*> words) {
  for (const char* word : words) {
    if (message.find(word) == std::string::npos) return false;
  }
  return !message.empty();
}

}  // namespace

TEST_CASE("values are converted to the columns' types; the others are NULL") {
  InsertEnv env;
  const auto bound = env.insert(
      "INSERT INTO S (ROWTIME, K, L, D, P, T, Y, A, R) VALUES (10, 'k', 1, 2, 1.5, '1970-01-01T00:00:01', "
      "'IQ==', ARRAY[1, 2], STRUCT(X := 1));");
  REQUIRE(bound.values.size() == 10);
  CHECK(bound.rowtime->value.as_int() == 10);
  CHECK(bound.values[0]->value.as_string() == "k");
  CHECK(bound.values[1]->value.is_null());
  CHECK(bound.values[1]->type->kind() == TypeKind::kInt);
  CHECK(bound.values[2]->value.as_int() == 1);
  CHECK(bound.values[3]->value.as_double() == 2.0);
  CHECK(bound.values[4]->value.as_decimal() == 150);
  CHECK(bound.values[5]->value.as_int() == 1000);
  CHECK(bound.values[6]->value.as_string() == "!");
  CHECK(bound.values[7]->type->to_string() == "ARRAY<BIGINT>");
  CHECK(bound.values[8]->type->to_string() == "STRUCT<`X` INTEGER, `Z` STRING>");
  CHECK_FALSE(env.insert("INSERT INTO S (K) VALUES (UCASE('a'));").rowtime);
  CHECK(env.insert("INSERT INTO S (P) VALUES (-1);").values[4]->value.as_decimal() == -100);
}

TEST_CASE("what isn't the column's type is refused") {
  InsertEnv env;
  CHECK(tells(env.refusal("INSERT INTO S (I) VALUES ('1');"), {"`I`", "INTEGER", "STRING"}));
  CHECK(tells(env.refusal("INSERT INTO S (I) VALUES (2147483648);"), {"`I`", "BIGINT"}));
  CHECK(tells(env.refusal("INSERT INTO S (K) VALUES (1);"), {"`K`", "STRING", "INTEGER"}));
  CHECK(tells(env.refusal("INSERT INTO S (P) VALUES (1.234);"), {"`P`"}));
  CHECK(tells(env.refusal("INSERT INTO S (T) VALUES ('soon');"), {"`T`", "'soon'"}));
  CHECK(tells(env.refusal("INSERT INTO S (Y) VALUES ('*');"), {"`Y`", "base64"}));
  CHECK(tells(env.refusal("INSERT INTO S (R) VALUES (STRUCT(Q := 1));"), {"'Q'"}));
  CHECK(tells(env.refusal("INSERT INTO S (K) VALUES (I);"), {"'I'"}));
}

TEST_CASE("columns and values must agree") {
  InsertEnv env;
  CHECK(tells(env.refusal("INSERT INTO S (K, I) VALUES ('a');"), {"2 columns", "1 values"}));
  CHECK(tells(env.refusal("INSERT INTO S (K, K) VALUES ('a', 'b');"), {"`K`", "twice"}));
  CHECK(tells(env.refusal("INSERT INTO S (LL) VALUES (1);"), {"`LL`", "L"}));
  CHECK(tells(env.refusal("INSERT INTO S (ROWOFFSET) VALUES (1);"), {"`ROWOFFSET`"}));
  CHECK(tells(env.refusal("INSERT INTO S (H) VALUES (NULL);"), {"HEADER columns: H"}));
  CHECK(tells(env.refusal("INSERT INTO S VALUES ('a', 1, 1, 1, 1, NULL, NULL, NULL, NULL, NULL);"),
              {"HEADER columns: H"}));
  CHECK(tells(env.refusal("INSERT INTO SS VALUES (1);"), {"'SS'"}));
}

TEST_CASE("a table's row needs its primary key") {
  InsertEnv env;
  CHECK(tells(env.refusal("INSERT INTO T (V) VALUES (1);"), {"`ID`", "'T'"}));
  CHECK(tells(env.refusal("INSERT INTO T VALUES (NULL, 1);"), {"`ID`"}));
  const auto bound = env.insert("INSERT INTO T VALUES (1, NULL);");
  CHECK(bound.required == std::vector<bool>{true, false});
}

}  // namespace weir
