#include <doctest/doctest.h>

#include "tests/unit/plan/plan_checks.h"
#include "tests/unit/plan/plan_test_env.h"

namespace weir {

namespace {

struct TableJoinEnv : PlanTestEnv {
  TableJoinEnv() {
    for (const std::string name : {"L", "R", "W"}) {
      topics[name] = 4;
      execute("CREATE TABLE " + name + " (K INT PRIMARY KEY, REF" + name + " INT, V" + name +
              " STRING) WITH (kafka_topic='" + name + "', value_format='JSON');");
    }
    topics["S"] = 7;
    execute("CREATE STREAM S (K INT KEY, REFS INT, VS STRING) WITH (kafka_topic='S', value_format='JSON');");
  }
};

const PlanNode* node_of_kind(const PlanNode& node, PlanKind kind) {
  if (node.kind == kind) return &node;
  for (const PlanNodePtr& input : node.inputs) {
    if (const PlanNode* found = node_of_kind(*input, kind)) return found;
  }
  return nullptr;
}

int count_kind(const PlanNode& node, PlanKind kind) {
  int count = node.kind == kind;
  for (const PlanNodePtr& input : node.inputs) count += count_kind(*input, kind);
  return count;
}

}  // namespace

TEST_CASE("joined on another column the stream moves to the table's partitions") {
  TableJoinEnv env;
  const auto bound = env.persistent(
      "CREATE STREAM O AS SELECT L.K, VS, VL, VR FROM S JOIN L ON REFS = L.K LEFT JOIN R ON REFS = R.K;");
  check_plan(bound.plan, *env.functions);
  REQUIRE(count_kind(*bound.plan.root, PlanKind::kRepartition) == 1);
  CHECK(node_of_kind(*bound.plan.root, PlanKind::kRepartition)->repartition_partitions == 4);
  CHECK(count_kind(*bound.plan.root, PlanKind::kStreamTableJoin) == 2);
  const PlanNode* join = node_of_kind(*bound.plan.root, PlanKind::kStreamTableJoin);
  CHECK(schema_text_of(join->schema) == "ROWKEY INTEGER KEY, S_VS STRING, L_VL STRING, R_VR STRING");
  CHECK_FALSE(join->table);
}

TEST_CASE("a stream with the table's key and another number of partitions goes to the table's") {
  TableJoinEnv env;
  const auto bound = env.persistent("CREATE STREAM O AS SELECT S.K, VL FROM S JOIN L ON S.K = L.K;");
  const PlanNode* repartition = node_of_kind(*bound.plan.root, PlanKind::kRepartition);
  REQUIRE(repartition);
  CHECK(repartition->id == "Repartition-Join-left");
  CHECK(repartition->repartition_partitions == 4);
  CHECK(explain(bound.plan).find("REPARTITION by ROWKEY through Join-left-repartition, 4 partitions") != std::string::npos);
}

TEST_CASE("two tables meet in the partitions of the one that has more") {
  TableJoinEnv env;
  env.topics["R"] = 6;
  const auto bound = env.persistent("CREATE TABLE O AS SELECT L.K, VL, VR FROM L JOIN R ON L.K = R.K;");
  CHECK(count_kind(*bound.plan.root, PlanKind::kRepartition) == 1);
  const PlanNode* repartition = node_of_kind(*bound.plan.root, PlanKind::kRepartition);
  CHECK(repartition->id == "Repartition-Join-left");
  CHECK(repartition->repartition_partitions == 6);
  CHECK(repartition->table);
}

TEST_CASE("tables that a stream meets by one key must fit together") {
  TableJoinEnv env;
  env.topics["R"] = 6;
  const std::string message =
      env.refusal("CREATE STREAM O AS SELECT S.K, VL, VR FROM S JOIN L ON S.K = L.K JOIN R ON S.K = R.K;");
  CHECK(message.find("`S`") != std::string::npos);
  CHECK(message.find("`R`") != std::string::npos);
  CHECK(message.find("4 and 6 partitions") != std::string::npos);
}

TEST_CASE("a join of tables carries old rows only where something above needs them, and asks nobody for them") {
  TableJoinEnv env;
  const auto plain = env.persistent("CREATE TABLE O1 AS SELECT L.K, VL, VR FROM L LEFT JOIN R ON L.K = R.K;");
  CHECK(plain.plan.root->table);
  const auto filtered =
      env.persistent("CREATE TABLE O2 AS SELECT L.K, VL, VR FROM L JOIN R ON L.K = R.K WHERE VR > 'a';");
  check_plan(filtered.plan, *env.functions);
  CHECK_FALSE(node_of_kind(*plain.plan.root, PlanKind::kTableJoin)->old_rows);
  const PlanNode* join = node_of_kind(*filtered.plan.root, PlanKind::kTableJoin);
  CHECK(join->old_rows);
  CHECK_FALSE(join->inputs[0]->old_rows);
  CHECK_FALSE(join->inputs[1]->old_rows);
}

TEST_CASE("a join by a foreign key asks the right table's partitions and is answered in its own") {
  TableJoinEnv env;
  env.topics["R"] = 5;
  const auto bound = env.persistent("CREATE TABLE O AS SELECT L.K, VL, R.K, VR FROM L LEFT JOIN R ON REFL + 1 = R.K;");
  check_plan(bound.plan, *env.functions);
  const PlanNode* join = node_of_kind(*bound.plan.root, PlanKind::kForeignKeyJoin);
  REQUIRE(join);
  CHECK(schema_text_of(join->schema) == "ROWKEY INTEGER KEY, L_REFL INTEGER, L_VL STRING, R_K INTEGER, R_VR STRING");
  CHECK(join->foreign_keys == std::vector<std::string>{"(L_REFL + 1)"});
  CHECK(join->inputs[1]->repartition_partitions == 4);
  const PlanNode& lookup = *join->inputs[1]->inputs[0];
  CHECK(lookup.inputs[0]->repartition_partitions == 5);
  CHECK(lookup.inputs[0]->partition_format->kind == FormatKind::kKafka);
  CHECK(schema_text_of(lookup.inputs[0]->schema) ==
        "#KEY INTEGER KEY, ROWKEY INTEGER, #INSTRUCTION INTEGER, #HASH BIGINT, #PARTITION INTEGER");
}

TEST_CASE("tables joined by primary and foreign keys, in any order") {
  TableJoinEnv env;
  const auto first = env.persistent(
      "CREATE TABLE O1 AS SELECT ROWKEY AS K, VL, VR, VW FROM L JOIN R ON REFL = R.K FULL JOIN W ON L.K = W.K;");
  check_plan(first.plan, *env.functions);
  const auto second =
      env.persistent("CREATE TABLE O2 AS SELECT R.K, VL, VR, VW FROM L JOIN R ON L.K = R.K LEFT JOIN W ON REFR = W.K;");
  check_plan(second.plan, *env.functions);
  CHECK(schema_text_of(*second.sink) == "R_K INTEGER KEY, VL STRING, VR STRING, VW STRING");
}

}  // namespace weir
