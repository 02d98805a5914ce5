#include <doctest/doctest.h>

#include "tests/unit/plan/plan_test_env.h"

namespace weir {

namespace {

struct PeopleEnv : PlanTestEnv {
  PeopleEnv() {
    execute(
        "CREATE STREAM PEOPLE (ID INT KEY, NAME STRING, AGE INT, HOME STRUCT<TOWN STRING, ZIP INT>) "
        "WITH (kafka_topic='people', value_format='JSON');");
  }
};

}  // namespace

TEST_CASE("a projection and a filter decode only the columns that they use") {
  PeopleEnv env;
  const auto bound = env.persistent("CREATE STREAM ADULTS AS SELECT ID, NAME FROM PEOPLE WHERE AGE >= 18;");
  CHECK(bound.query_id == "CSAS_ADULTS_0");
  CHECK(schema_text_of(*bound.sink) == "ID INTEGER KEY, NAME STRING");
  CHECK(bound.sink->topic == "ADULTS");
  CHECK(bound.plan.root->kind == PlanKind::kProject);
  const PlanNode& filter = *bound.plan.root->inputs[0];
  CHECK(filter.kind == PlanKind::kFilter);
  CHECK(filter.predicate == "(AGE >= 18)");
  const PlanNode& source = *filter.inputs[0];
  CHECK(schema_text_of(source.schema) == "ID INTEGER KEY, NAME STRING, AGE INTEGER");
  CHECK(source.source->value_columns.size() == 3);
  CHECK(source.source->columns[2].index == 1);
}

TEST_CASE("SELECT * needs no projection at all") {
  PeopleEnv env;
  const auto bound = env.persistent("CREATE STREAM COPY AS SELECT * FROM PEOPLE;");
  CHECK(bound.plan.root->kind == PlanKind::kSource);
  CHECK(schema_text_of(*bound.sink) ==
        "ID INTEGER KEY, NAME STRING, AGE INTEGER, HOME STRUCT<`TOWN` STRING, `ZIP` INTEGER>");
}

TEST_CASE("columns without a name get one that no source column has") {
  PlanTestEnv env;
  env.execute(
      "CREATE STREAM INPUT (KSQL_COL_3 INT KEY, KSQL_COL_2 INT, KSQL_COL_4 INT, S STRUCT<KSQL_COL_2 INT, X INT>) "
      "WITH (kafka_topic='input', value_format='JSON');");
  const auto bound = env.persistent(
      "CREATE STREAM OUTPUT AS SELECT ABS(KSQL_COL_2), ABS(KSQL_COL_2), ABS(KSQL_COL_2), S->KSQL_COL_2, S->X, S->X, * "
      "FROM INPUT;");
  CHECK(schema_text_of(*bound.sink) ==
        "KSQL_COL_3 INTEGER KEY, KSQL_COL_0 INTEGER, KSQL_COL_1 INTEGER, KSQL_COL_5 INTEGER, KSQL_COL_2_1 INTEGER, X "
        "INTEGER, "
        "X_1 INTEGER, KSQL_COL_2 INTEGER, KSQL_COL_4 INTEGER, S STRUCT<`KSQL_COL_2` INTEGER, `X` INTEGER>");
}

TEST_CASE("struct->* gives the fields") {
  PeopleEnv env;
  const auto bound = env.persistent("CREATE STREAM HOMES AS SELECT ID, HOME->* FROM PEOPLE;");
  CHECK(schema_text_of(*bound.sink) == "ID INTEGER KEY, TOWN STRING, ZIP INTEGER");
}

TEST_CASE("the key must be selected, once, and not alone") {
  PeopleEnv env;
  CHECK(env.refusal("CREATE STREAM O AS SELECT NAME FROM PEOPLE;").find("key column ID in its projection") !=
        std::string::npos);
  CHECK(env.refusal("CREATE STREAM O AS SELECT NAME AS ID FROM PEOPLE;").find("key column ID") != std::string::npos);
  CHECK(env.refusal("CREATE STREAM O AS SELECT ID, ID AS ID2, NAME FROM PEOPLE;").find("ID and ID2") !=
        std::string::npos);
  CHECK(env.refusal("CREATE STREAM O AS SELECT ID FROM PEOPLE;").find("no value columns") != std::string::npos);
  CHECK(env.refusal("CREATE STREAM O AS SELECT ID AS K, NAME FROM PEOPLE;").empty());
}

TEST_CASE("PARTITION BY makes a new key, SELECT * puts the old one last") {
  PeopleEnv env;
  auto bound = env.persistent("CREATE STREAM O1 AS SELECT * FROM PEOPLE PARTITION BY NAME;");
  CHECK(schema_text_of(*bound.sink) ==
        "NAME STRING KEY, AGE INTEGER, HOME STRUCT<`TOWN` STRING, `ZIP` INTEGER>, ID INTEGER");
  CHECK(bound.plan.root->changes_key);
  bound = env.persistent("CREATE STREAM O2 AS SELECT * FROM PEOPLE PARTITION BY ABS(ID);");
  CHECK(bound.sink->columns[0].name == "KSQL_COL_0");
  CHECK(bound.plan.root->expressions[0].sql == "ABS(ID)");
  bound = env.persistent(
      "CREATE STREAM O3 WITH (key_format='JSON') AS SELECT AGE, ID, NAME FROM PEOPLE PARTITION BY NAME, AGE;");
  CHECK(schema_text_of(*bound.sink) == "NAME STRING KEY, AGE INTEGER KEY, ID INTEGER");
  bound = env.persistent("CREATE STREAM O4 AS SELECT ID, HOME->TOWN FROM PEOPLE PARTITION BY HOME->TOWN;");
  CHECK(schema_text_of(*bound.sink) == "TOWN STRING KEY, ID INTEGER");
  bound = env.persistent("CREATE STREAM O5 AS SELECT * FROM PEOPLE PARTITION BY NULL;");
  CHECK(bound.sink->key_columns().empty());
  CHECK(bound.sink->key_format.kind == FormatKind::kNone);
  bound = env.persistent("CREATE STREAM O6 AS SELECT * FROM PEOPLE PARTITION BY ID;");
  CHECK_FALSE(bound.plan.root->changes_key);
  bound = env.persistent("CREATE STREAM O7 AS SELECT * FROM PEOPLE PARTITION BY ROWTIME;");
  CHECK(bound.sink->columns[0].name == "ROWTIME");
}

TEST_CASE("PARTITION BY refuses what can be no key") {
  PeopleEnv env;
  CHECK(env.refusal("CREATE STREAM O AS SELECT NAME AS X, ID FROM PEOPLE PARTITION BY X;").find("'X'") !=
        std::string::npos);
  CHECK(env.refusal("CREATE STREAM O AS SELECT * FROM PEOPLE PARTITION BY NULL, ID;").find("NULL") !=
        std::string::npos);
  CHECK(env.refusal("CREATE STREAM O AS SELECT * FROM PEOPLE PARTITION BY MAP(NAME := ID);").find("KSQL_COL_0") !=
        std::string::npos);
  CHECK_FALSE(env.refusal("CREATE STREAM O AS SELECT NAME, ID FROM PEOPLE PARTITION BY ABS(ID);").empty());
}

TEST_CASE("pseudo columns are decoded only when used, and need another name in the output") {
  PeopleEnv env;
  const auto bound = env.persistent(
      "CREATE STREAM O AS SELECT ID, ROWTIME AS RT, ROWOFFSET AS RO FROM PEOPLE WHERE ROWPARTITION = 0;");
  CHECK(schema_text_of(*bound.sink) == "ID INTEGER KEY, RT BIGINT, RO BIGINT");
  const PlanNode& source = *bound.plan.sources()[0];
  CHECK(schema_text_of(source.schema) == "ID INTEGER KEY, ROWTIME BIGINT, ROWPARTITION INTEGER, ROWOFFSET BIGINT");
  CHECK(source.source->columns[2].from == SourceColumnRef::From::kRowPartition);
  CHECK(env.refusal("CREATE STREAM P AS SELECT ID, ROWTIME FROM PEOPLE;").find("`ROWTIME`") != std::string::npos);
  CHECK(env.refusal("CREATE STREAM P AS SELECT ID, NAME AS ROWOFFSET FROM PEOPLE;").find("`ROWOFFSET`") !=
        std::string::npos);
}

TEST_CASE("text beside ROWTIME in WHERE is a time") {
  PeopleEnv env;
  const auto bound = env.persistent(
      "CREATE STREAM O AS SELECT * FROM PEOPLE WHERE ROWTIME > '2018-01-01T00:00:00.001' AND "
      "ROWTIME BETWEEN '2019-01-01T00:00:00+0445' AND 5;");
  const PlanNode& filter = bound.plan.root->kind == PlanKind::kFilter ? *bound.plan.root : *bound.plan.root->inputs[0];
  CHECK(filter.predicate.find("1514764800001") != std::string::npos);
  CHECK(filter.predicate.find("1546283700000") != std::string::npos);
  CHECK(env.refusal("CREATE STREAM P AS SELECT * FROM PEOPLE WHERE ROWTIME > 'soon';").find("'soon'") !=
        std::string::npos);
}

TEST_CASE("unknown names are refused with their place and the nearest name") {
  PeopleEnv env;
  CHECK(env.refusal("CREATE STREAM O AS SELECT ID, NAM FROM PEOPLE;") ==
        "SELECT column 'NAM' cannot be resolved. Did you mean NAME?");
  CHECK(env.refusal("CREATE STREAM O AS SELECT P.BOB FROM PEOPLE P;").find("'P.BOB'") != std::string::npos);
  CHECK(env.refusal("CREATE STREAM O AS SELECT X.* FROM PEOPLE P;").find("'X'") != std::string::npos);
  CHECK(env.refusal("CREATE STREAM O AS SELECT * FROM PEOPLES;").find("Did you mean PEOPLE?") != std::string::npos);
  try {
    env.execute("CREATE STREAM O AS\n SELECT ID, NAM FROM PEOPLE;");
    FAIL("was not refused");
  } catch (const StatementError& error) {
    REQUIRE(error.position());
    CHECK(error.position()->line == 2);
    CHECK(error.position()->column == 13);
  }
}

TEST_CASE("what isn't there yet is said so, at its clause") {
  PeopleEnv env;
  const auto unsupported = [&](const std::string& sql) {
    try {
      env.execute(sql);
      return false;
    } catch (const StatementError& error) {
      return error.kind() == StatementError::Kind::kNotSupported && error.position().has_value();
    }
  };
  CHECK(unsupported("SELECT * FROM PEOPLE;"));
  CHECK(unsupported("SELECT * FROM (SELECT * FROM PEOPLE) P;"));
  CHECK(unsupported("CREATE STREAM O AS SELECT * FROM PEOPLE A JOIN PEOPLE B WITHIN 1 DAY ON A.ID > B.ID;"));
}

TEST_CASE("a push query's columns are in the order of the select list") {
  PeopleEnv env;
  const auto bound = env.push("SELECT AGE, ID, ROWTIME FROM PEOPLE EMIT CHANGES LIMIT 3;");
  CHECK(schema_text_of(bound.plan.root->schema) == "AGE INTEGER, ID INTEGER, ROWTIME BIGINT");
  CHECK(bound.plan.limit == 3);
  CHECK_FALSE(bound.plan.sink);
  CHECK(bound.sources == std::vector<std::string>{"PEOPLE"});
}

TEST_CASE("SELECT * of a windowed stream shows the window to clients") {
  PlanTestEnv env;
  env.execute("CREATE STREAM W (K INT KEY, V INT) WITH (kafka_topic='w', value_format='JSON', window_type='session');");
  const auto bound = env.push("SELECT * FROM W AT EARLIEST EMIT CHANGES;");
  CHECK(schema_text_of(bound.plan.root->schema) == "K INTEGER, WINDOWSTART BIGINT, WINDOWEND BIGINT, V INTEGER");
  CHECK(bound.plan.sources()[0]->source->start->kind == sql::StartPosition::Kind::kEarliest);
}

TEST_CASE("INSERT INTO needs the columns of its stream, and puts numbers into DECIMALs") {
  PeopleEnv env;
  env.execute("CREATE STREAM T (ID INT KEY, A BIGINT) WITH (kafka_topic='t', value_format='JSON');");
  const auto bound = env.persistent("INSERT INTO T SELECT ID, CAST(AGE AS BIGINT) AS A FROM PEOPLE;");
  CHECK(bound.query_id == "INSERTQUERY_0");
  CHECK_FALSE(bound.sink);
  CHECK(schema_text_of(bound.plan.root->schema) == "ID INTEGER KEY, A BIGINT");
  CHECK(bound.plan.root->expressions[1].sql == "CAST(AGE AS BIGINT)");
  CHECK(env.persistent("INSERT INTO T WITH (query_id='mine') SELECT ID, CAST(AGE AS BIGINT) AS A FROM PEOPLE;")
            .query_id == "mine");
  CHECK(env.refusal("INSERT INTO T WITH (query_id='mine') SELECT ID, CAST(AGE AS BIGINT) AS A FROM PEOPLE;")
            .find("'mine'") != std::string::npos);
  CHECK(env.refusal("INSERT INTO T SELECT ID, AGE FROM PEOPLE;").find("`AGE` INTEGER") != std::string::npos);
  CHECK(env.refusal("INSERT INTO T SELECT ID, NAME AS A FROM PEOPLE;").find("`A` STRING") != std::string::npos);
  CHECK(env.refusal("INSERT INTO T SELECT ID, AGE AS A FROM PEOPLE;").find("`A` INTEGER") != std::string::npos);
  env.execute("CREATE STREAM D (ID INT KEY, A DECIMAL(4, 2)) WITH (kafka_topic='d', value_format='JSON');");
  CHECK(env.persistent("INSERT INTO D SELECT ID, -12.5 AS A FROM PEOPLE;").plan.root->expressions[1].sql ==
        "CAST(-12.5 AS DECIMAL(4, 2))");
  CHECK(env.refusal("INSERT INTO D SELECT ID, 123 AS A FROM PEOPLE;").find("DECIMAL(4, 2)") != std::string::npos);
}

TEST_CASE("CREATE OR REPLACE keeps the query's id; columns may only be added") {
  PeopleEnv env;
  env.execute("CREATE STREAM O AS SELECT ID, NAME FROM PEOPLE;");
  CHECK(env.refusal("CREATE STREAM O AS SELECT ID, NAME FROM PEOPLE;").find("'O'") != std::string::npos);
  CHECK(env.persistent("CREATE OR REPLACE STREAM O AS SELECT ID, NAME, AGE FROM PEOPLE;").query_id == "CSAS_O_0");
  CHECK(env.refusal("CREATE OR REPLACE STREAM O AS SELECT ID, AGE FROM PEOPLE;").find("`NAME` STRING") !=
        std::string::npos);
}

TEST_CASE("the plan doesn't need the user's types any more") {
  PeopleEnv env;
  env.execute("CREATE TYPE MONEY AS DECIMAL(10, 2);");
  const auto bound = env.persistent("CREATE STREAM O AS SELECT ID, CAST(AGE AS MONEY) AS M FROM PEOPLE;");
  CHECK(bound.plan.root->expressions[1].sql == "CAST(AGE AS DECIMAL(10, 2))");
}

}  // namespace weir
