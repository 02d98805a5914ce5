#include <doctest/doctest.h>

#include <stdexcept>

#include "tests/unit/plan/plan_checks.h"
#include "tests/unit/plan/plan_test_env.h"

namespace weir {

TEST_CASE("EXPLAIN prints the tree") {
  PlanTestEnv env;
  env.topics["a"] = 4;
  env.topics["b"] = 4;
  env.execute(
      "CREATE STREAM A (ID INT KEY, V INT, TS BIGINT) WITH (kafka_topic='a', value_format='JSON', timestamp='TS');");
  env.execute("CREATE STREAM B (ID INT KEY, W INT) WITH (kafka_topic='b', value_format='JSON');");
  const auto bound = env.persistent(
      "CREATE STREAM O AS SELECT B.ID, A.V + 1 AS NEXT, W FROM A LEFT JOIN B WITHIN 10 MINUTES GRACE PERIOD 90 SECONDS "
      "ON A.V = B.ID WHERE W > 3;");
  CHECK("\n" + explain(bound.plan) == R"(
SINK O → topic O (key KAFKA, value JSON)
└ PROJECT
  │   B_ID INTEGER KEY ← ROWKEY
  │   NEXT INTEGER ← (ROWKEY + 1)
  │   W INTEGER ← B_W
  └ FILTER (B_W > 3)
    └ STREAM JOIN LEFT within 10 MINUTES grace 90 SECONDS
      │   ROWKEY INTEGER KEY
      │   B_W INTEGER
      ├ REPARTITION by ROWKEY through Join-left-repartition, 4 partitions, as KAFKA keys are
      │ └ PROJECT with a new key
      │   │   ROWKEY INTEGER KEY ← A_V
      │   └ SOURCE A ← topic a (key KAFKA, value JSON), time from TS
      │         A_V INTEGER
      └ SOURCE B ← topic b (key KAFKA, value JSON)
            ROWKEY INTEGER KEY
            B_W INTEGER
)");
}

TEST_CASE("EXPLAIN says when there is no grace period, and one of a unit is one") {
  PlanTestEnv env;
  env.topics["a"] = 1;
  env.topics["b"] = 1;
  env.execute("CREATE STREAM A (ID INT KEY, V INT) WITH (kafka_topic='a', value_format='JSON');");
  env.execute("CREATE STREAM B (ID INT KEY, W INT) WITH (kafka_topic='b', value_format='JSON');");
  const auto text = [&](const std::string& name, const std::string& within) {
    return explain(env.persistent("CREATE STREAM " + name + " AS SELECT A.ID, V, W FROM A JOIN B WITHIN " + within +
                                  " ON A.ID = B.ID;")
                       .plan);
  };
  CHECK(text("O1", "1 MINUTE GRACE PERIOD 0 HOURS").find("within 1 MINUTE, no grace period\n") != std::string::npos);
  CHECK(text("O2", "(0 DAYS, 1 MILLISECOND)").find("within (0 SECONDS, 1 MILLISECOND)") != std::string::npos);
}

TEST_CASE("table functions are a step of their own") {
  PlanTestEnv env;
  env.execute(
      "CREATE STREAM S (K INT KEY, N INT, A ARRAY<STRUCT<F INT>>) WITH (kafka_topic='s', value_format='JSON');");
  const auto bound =
      env.persistent("CREATE STREAM O AS SELECT K, EXPLODE(A)->F + N AS X, EXPLODE(ARRAY[N]) AS Y FROM S WHERE N > 0;");
  check_plan(bound.plan, *env.functions);
  CHECK("\n" + explain(bound.plan) == R"(
SINK O → topic O (key KAFKA, value JSON)
└ PROJECT
  │   K INTEGER KEY
  │   X INTEGER ← (EXPLODE->F + N)
  │   Y INTEGER ← EXPLODE_1
  └ FLAT MAP
    │   EXPLODE STRUCT<`F` INTEGER> ← each of EXPLODE(A)
    │   EXPLODE_1 INTEGER ← each of EXPLODE(ARRAY[N])
    └ FILTER (N > 0)
      └ SOURCE S ← topic s (key KAFKA, value JSON)
            K INTEGER KEY
            N INTEGER
            A ARRAY<STRUCT<`F` INTEGER>>
)");
}

TEST_CASE("a plan comes back from JSON with all that is in it") {
  PlanTestEnv env;
  env.execute(
      "CREATE STREAM S (K STRING KEY, `v 1` STRING, H BYTES HEADER('trace')) WITH (kafka_topic='t', key_format='JSON', "
      "value_format='DELIMITED', value_delimiter='|', timestamp='`v 1`', timestamp_format='yyyy', "
      "window_type='hopping', "
      "window_size='5 SECONDS');");
  const auto bound = env.persistent(
      "CREATE STREAM O WITH (timestamp='`v 1`', timestamp_format='yyyy') AS SELECT K, `v 1`, H, WINDOWEND AS E "
      "FROM S AT EARLIEST WHERE K LIKE 'a!_%' ESCAPE '!';");
  check_plan(bound.plan, *env.functions);
  const PhysicalPlan again = plan_from_json(to_json(bound.plan));
  const PlanNode& source = *again.sources().at(0);
  CHECK(source.source->columns[2].header_key == "trace");
  CHECK(source.source->value_format.delimiter == "|");
  CHECK(source.source->timestamp_column == "v 1");
  CHECK(source.source->window->kind == sql::WindowClause::Kind::kHopping);
  REQUIRE(source.source->start);
  CHECK(source.source->start->kind == sql::StartPosition::Kind::kEarliest);
  CHECK(again.sink->window->size_ms == 5000);
  CHECK(explain(again) == explain(bound.plan));
  const auto push = env.push("SELECT K FROM S EMIT CHANGES LIMIT 2;");
  CHECK(plan_from_json(to_json(push.plan)).limit == 2);
}

TEST_CASE("text that is no plan is refused") {
  CHECK_THROWS_AS(plan_from_json("{"), std::invalid_argument);
  CHECK_THROWS_AS(plan_from_json("{}"), std::invalid_argument);
  CHECK_THROWS_AS(plan_from_json(R"({"version":99,"root":{}})"), std::invalid_argument);
  CHECK_THROWS_AS(plan_from_json(R"({"version":1,"root":{"kind":"teleport","id":"x"}})"), std::invalid_argument);
}

}  // namespace weir
