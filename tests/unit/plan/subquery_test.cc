#include <doctest/doctest.h>

#include <algorithm>

#include "tests/unit/plan/plan_checks.h"
#include "tests/unit/plan/plan_test_env.h"

namespace weir {

namespace {

struct SubqueryEnv : PlanTestEnv {
  SubqueryEnv() {
    for (const std::string name : {"S", "R"}) {
      topics[name] = name == "S" ? 4 : 6;
      execute("CREATE STREAM " + name + " (ID INT KEY, C INT, V STRING) WITH (kafka_topic='" + name +
              "', value_format='JSON');");
    }
    topics["T"] = 4;
    execute("CREATE TABLE T (ID INT PRIMARY KEY, B INT) WITH (kafka_topic='T', value_format='JSON');");
  }
  BoundPersistentQuery checked(const std::string& sql) {
    BoundPersistentQuery bound = persistent(sql);
    check_plan(bound.plan, *functions);
    return bound;
  }
};

void nodes_of(const PlanNodePtr& node, PlanKind kind, std::vector<PlanNodePtr>& out) {
  if (node->kind == kind) out.push_back(node);
  for (const PlanNodePtr& input : node->inputs) nodes_of(input, kind, out);
}

std::vector<PlanNodePtr> nodes_of(const PhysicalPlan& plan, PlanKind kind) {
  std::vector<PlanNodePtr> out;
  nodes_of(plan.root, kind, out);
  return out;
}

}  // namespace

TEST_CASE("a sub-query reads only what is used of it, and needs no topic") {
  SubqueryEnv env;
  const auto bound =
      env.checked("CREATE STREAM O AS SELECT ID, N FROM (SELECT ID, C + 1 AS N, UCASE(V) AS U FROM S WHERE C > 0) X;");
  CHECK(nodes_of(bound.plan, PlanKind::kRepartition).empty());
  CHECK(schema_text_of(bound.plan.sources().at(0)->schema) == "ID INTEGER KEY, C INTEGER");
  CHECK(bound.plan.sources().at(0)->id == "Sub1-Source");
  CHECK(bound.sources == std::vector<std::string>{"S"});
  CHECK(bound.sink->key_format.kind == FormatKind::kKafka);
}

TEST_CASE("a sub-query that keeps its key isn't repartitioned; one that leaves or changes it is") {
  SubqueryEnv env;
  const auto repartitions = [&](const std::string& subquery, const std::string& on) {
    static int number = 0;
    const auto bound = env.checked("CREATE STREAM O" + std::to_string(number++) +
                                   " AS SELECT X.C AS XC, X.ID AS XID, T.ID AS TID, B FROM (" + subquery +
                                   ") X JOIN T ON " + on + " = T.ID;");
    return nodes_of(bound.plan, PlanKind::kRepartition).size();
  };
  CHECK(repartitions("SELECT * FROM S WHERE C > 0", "X.ID") == 0);
  CHECK(repartitions("SELECT C, V, AS_VALUE(ID) AS ID FROM S", "X.ID") == 1);
  CHECK(repartitions("SELECT C, ID FROM S PARTITION BY C", "X.C") == 1);
  CHECK(repartitions("SELECT * FROM S PARTITION BY ID", "X.ID") == 0);
  CHECK(repartitions("SELECT * FROM (SELECT C, ID FROM S PARTITION BY C) Y", "X.C") == 1);
}

TEST_CASE("what sub-queries keep has names of its own in each, the same every time") {
  SubqueryEnv env;
  const std::string sql =
      " AS WITH G AS (SELECT C, COUNT(*) AS N FROM S GROUP BY C) "
      "SELECT A.C AS C, A.N AS N1, B.N AS N2 FROM G A JOIN (SELECT G.C AS C, G.N AS N FROM G JOIN T ON G.C = T.ID) B "
      "ON A.C = B.C "
      "WHERE A.ROWTIME > 0;";
  const auto bound = env.checked("CREATE TABLE O1" + sql);
  const auto aggregates = nodes_of(bound.plan, PlanKind::kAggregate);
  REQUIRE(aggregates.size() == 2);
  CHECK(aggregates[0]->id == "Sub1-Aggregate");
  CHECK(aggregates[1]->id == "Sub2-Sub1-Aggregate");
  const auto joins = nodes_of(bound.plan, PlanKind::kTableJoin);
  REQUIRE(joins.size() == 2);
  CHECK(joins[0]->id == "Join");
  CHECK(joins[1]->id == "Sub2-Join");
  CHECK(nodes_of(bound.plan, PlanKind::kRepartition)[0]->repartition_topic == "Sub1-Aggregate-GroupBy-repartition");
  CHECK(bound.sources == std::vector<std::string>{"S", "T"});
  CHECK(to_json({env.checked("CREATE TABLE O2" + sql).plan.root, std::nullopt, std::nullopt}) ==
        to_json({bound.plan.root, std::nullopt, std::nullopt}));
}

TEST_CASE("the time of a table's old rows is kept only where somebody asks for it") {
  SubqueryEnv env;
  const std::string subquery = "(SELECT C, COUNT(*) AS N FROM S GROUP BY C) X";
  auto bound = env.checked("CREATE TABLE O1 AS SELECT C, N, X.ROWTIME AS T FROM " + subquery + ";");
  REQUIRE(nodes_of(bound.plan, PlanKind::kTable).size() == 1);
  CHECK_FALSE(nodes_of(bound.plan, PlanKind::kTable)[0]->old_rows);
  CHECK_FALSE(nodes_of(bound.plan, PlanKind::kAggregate)[0]->old_rows);
  bound = env.checked("CREATE TABLE O2 AS SELECT C, N FROM " + subquery + " WHERE X.ROWTIME > 5;");
  CHECK(nodes_of(bound.plan, PlanKind::kTable)[0]->old_rows);
  CHECK_FALSE(nodes_of(bound.plan, PlanKind::kAggregate)[0]->old_rows);
  bound = env.checked("CREATE TABLE O3 AS SELECT C, N FROM " + subquery + " WHERE N > 5;");
  CHECK(nodes_of(bound.plan, PlanKind::kTable).empty());
  CHECK(nodes_of(bound.plan, PlanKind::kAggregate)[0]->old_rows);
}

TEST_CASE("sub-queries over topics of other widths meet") {
  SubqueryEnv env;
  const auto bound = env.checked(
      "CREATE STREAM O AS SELECT X.ID, X.V, Y.V FROM (SELECT * FROM S WHERE C > 0) X JOIN (SELECT * FROM R) Y WITHIN 1 "
      "DAY ON X.ID = Y.ID;");
  const auto repartitions = nodes_of(bound.plan, PlanKind::kRepartition);
  REQUIRE(repartitions.size() == 1);
  CHECK(repartitions[0]->repartition_topic == "Join-left-repartition");
  CHECK(repartitions[0]->repartition_partitions == 6);
}

TEST_CASE("windows of two sub-queries meet, by their keys alone") {
  SubqueryEnv env;
  const std::string windows = " WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY ";
  const auto bound =
      env.checked("CREATE TABLE O AS SELECT X.ID, X.N, Y.N FROM (SELECT ID, COUNT(*) AS N FROM S" + windows +
                  "ID) X JOIN (SELECT C, COUNT(*) AS N FROM R" + windows + "C) Y ON X.ID = Y.C;");
  const auto repartitions = nodes_of(bound.plan, PlanKind::kRepartition);
  REQUIRE(repartitions.size() == 2);
  CHECK(repartitions[0]->id == "Repartition-Join-right");
  CHECK(repartitions[0]->windowed_key);
  CHECK(repartitions[0]->repartition_partitions == 4);
  REQUIRE(repartitions[0]->partition_format);
  CHECK_FALSE(repartitions[1]->windowed_key);
  CHECK(env.refusal("CREATE TABLE P AS SELECT X.ID, X.N, Y.N FROM (SELECT ID, COUNT(*) AS N FROM S WINDOW TUMBLING "
                    "(SIZE 2 HOURS) GROUP BY "
                    "ID) X JOIN (SELECT C, COUNT(*) AS N FROM R" +
                    windows + "C) Y ON X.ID = Y.C;")
            .find("the same window") != std::string::npos);
}

TEST_CASE("sub-queries in push queries; a mistake within is shown at its place") {
  SubqueryEnv env;
  const auto bound = env.push("WITH X AS (SELECT V, ID FROM S) SELECT * FROM X EMIT CHANGES LIMIT 2;");
  CHECK(schema_text_of(bound.plan.root->schema) == "ID INTEGER, V STRING");
  CHECK(bound.plan.limit == 2);
  CHECK(bound.sources == std::vector<std::string>{"S"});
  try {
    env.push("SELECT ID FROM S A JOIN\n  (SELECT ID, W FROM S) B WITHIN 1 DAY ON A.ID = B.ID EMIT CHANGES;");
    FAIL("it should be refused");
  } catch (const StatementError& error) {
    REQUIRE(error.position());
    CHECK(error.position()->line == 2);
    CHECK(error.position()->column == 15);
  }
}

TEST_CASE("sub-queries stand only so deep in each other") {
  SubqueryEnv env;
  const auto nested = [](int depth) {
    std::string sql = "SELECT * FROM S";
    for (int i = 1; i < depth; ++i) sql = "SELECT * FROM (" + sql + ") X";
    return sql;
  };
  env.checked("CREATE STREAM O AS " + nested(32) + ";");
  CHECK(env.refusal("CREATE STREAM P AS " + nested(33) + ";").find("more than 32 deep") != std::string::npos);
}

}  // namespace weir
