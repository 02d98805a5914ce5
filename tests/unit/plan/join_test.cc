#include <doctest/doctest.h>

#include "tests/unit/plan/plan_test_env.h"

namespace weir {

namespace {

struct JoinEnv : PlanTestEnv {
  explicit JoinEnv(const std::string& key_format = "KAFKA") {
    properties["ksql.persistence.default.format.key"] = key_format;
    for (const char* name : {"L", "R", "S"}) {
      topics[name] = 4;
      execute(std::string("CREATE STREAM ") + name + " (A INT KEY, B INT, C INT, ONLY_" + name +
              " STRING) WITH (kafka_topic='" + name + "', value_format='JSON');");
    }
  }
};

const PlanNode* find_node(const PlanNode& node, const std::string& id) {
  if (node.id == id) return &node;
  for (const PlanNodePtr& input : node.inputs) {
    if (const PlanNode* found = find_node(*input, id)) return found;
  }
  return nullptr;
}

int count_repartitions(const PlanNode& node) {
  int count = node.kind == PlanKind::kRepartition;
  for (const PlanNodePtr& input : node.inputs) count += count_repartitions(*input);
  return count;
}

}  // namespace

TEST_CASE("a join on the keys needs no repartition and no copies of the key") {
  JoinEnv env;
  const auto bound = env.persistent("CREATE STREAM O AS SELECT * FROM L JOIN R WITHIN 10 SECONDS ON L.A = R.A;");
  CHECK(schema_text_of(*bound.sink) ==
        "L_A INTEGER KEY, L_B INTEGER, L_C INTEGER, L_ONLY_L STRING, R_A INTEGER, R_B INTEGER, R_C INTEGER, R_ONLY_R "
        "STRING");
  CHECK(count_repartitions(*bound.plan.root) == 0);
  const PlanNode* join = find_node(*bound.plan.root, "Join");
  REQUIRE(join);
  CHECK(schema_text_of(join->schema) ==
        "ROWKEY INTEGER KEY, L_B INTEGER, L_C INTEGER, L_ONLY_L STRING, R_B INTEGER, R_C INTEGER, R_ONLY_R STRING");
  CHECK(join->join->before_ms == 10000);
  CHECK(join->join->after_ms == 10000);
  CHECK_FALSE(join->join->grace_ms);
  CHECK(bound.sources == std::vector<std::string>{"L", "R"});
}

TEST_CASE("the outer side's own key column is carried, because it may be absent") {
  JoinEnv env;
  const auto left =
      env.persistent("CREATE STREAM O1 AS SELECT L.A, R.A FROM L LEFT JOIN R WITHIN 10 SECONDS ON L.A = R.A;");
  CHECK(schema_text_of(find_node(*left.plan.root, "Join")->schema) == "ROWKEY INTEGER KEY, R_A INTEGER");
  const auto full = env.persistent("CREATE STREAM O2 AS SELECT * FROM L FULL JOIN R WITHIN 10 SECONDS ON L.A = R.A;");
  CHECK(schema_text_of(*full.sink).starts_with("ROWKEY INTEGER KEY, L_A INTEGER, L_B INTEGER"));
  CHECK(schema_text_of(find_node(*full.plan.root, "Join")->schema)
            .starts_with("ROWKEY INTEGER KEY, L_A INTEGER, L_B INTEGER"));
  const auto right = env.persistent("CREATE STREAM O3 AS SELECT * FROM L RIGHT JOIN R WITHIN 10 SECONDS ON L.A = R.A;");
  CHECK(right.sink->columns[0].name == "L_A");
  CHECK(right.plan.root->expressions[0].sql == "ROWKEY");
}

TEST_CASE("names clash only where two sources have them") {
  JoinEnv env;
  const auto bound = env.persistent(
      "CREATE STREAM O AS SELECT R.A, ONLY_L, R.ONLY_R, L.B, L.ROWTIME, L.C + 1 AS X FROM L JOIN R WITHIN 1 DAY ON L.A "
      "= R.A;");
  CHECK(schema_text_of(*bound.sink) ==
        "R_A INTEGER KEY, ONLY_L STRING, ONLY_R STRING, L_B INTEGER, L_ROWTIME BIGINT, X INTEGER");
  CHECK(env.refusal("CREATE STREAM P AS SELECT L.A, B FROM L JOIN R WITHIN 1 DAY ON L.A = R.A;") ==
        "Column 'B' is ambiguous. Could be L.B or R.B.");
}

TEST_CASE("a side that isn't keyed by the join's expression is repartitioned as the other side's topic is") {
  JoinEnv env;
  const auto bound = env.persistent("CREATE STREAM O AS SELECT R.A, L.C FROM L JOIN R WITHIN 1 DAY ON L.B = R.A;");
  CHECK(count_repartitions(*bound.plan.root) == 1);
  const PlanNode* repartition = find_node(*bound.plan.root, "Repartition-Join-left");
  REQUIRE(repartition);
  CHECK(repartition->repartition_topic == "Join-left-repartition");
  CHECK(repartition->repartition_partitions == 4);
  REQUIRE(repartition->partition_format);
  CHECK(repartition->partition_format->kind == FormatKind::kKafka);
  CHECK(repartition->drop_null_keys);
  const PlanNode& rekey = *repartition->inputs[0];
  CHECK(rekey.changes_key);
  CHECK(schema_text_of(rekey.schema) == "ROWKEY INTEGER KEY, L_C INTEGER");
  CHECK(schema_text_of(rekey.inputs[0]->schema) == "L_B INTEGER, L_C INTEGER");
}

TEST_CASE("two repartitioned sides use the engine's own encoding and the larger number of partitions") {
  JoinEnv env;
  env.topics["R"] = 6;
  const auto bound = env.persistent("CREATE STREAM O AS SELECT L.B, L.C FROM L LEFT JOIN R WITHIN 1 DAY ON L.B = R.B;");
  CHECK(count_repartitions(*bound.plan.root) == 2);
  const PlanNode* left = find_node(*bound.plan.root, "Repartition-Join-left");
  const PlanNode* right = find_node(*bound.plan.root, "Repartition-Join-right");
  REQUIRE(left);
  REQUIRE(right);
  CHECK(left->repartition_partitions == 6);
  CHECK(right->repartition_partitions == 6);
  CHECK_FALSE(left->partition_format);
  CHECK_FALSE(left->drop_null_keys);
  CHECK(right->drop_null_keys);
}

TEST_CASE("topics that don't fit together are repartitioned instead of refused") {
  JoinEnv env;
  env.topics["R"] = 8;
  auto bound = env.persistent("CREATE STREAM O1 AS SELECT L.A, L.C, R.C FROM L JOIN R WITHIN 1 DAY ON L.A = R.A;");
  CHECK(count_repartitions(*bound.plan.root) == 1);
  CHECK(find_node(*bound.plan.root, "Repartition-Join-left")->repartition_partitions == 8);

  env.execute(
      "CREATE STREAM D (A INT KEY, V INT) WITH (kafka_topic='L', key_format='DELIMITED', value_format='JSON');");
  bound = env.persistent("CREATE STREAM O2 AS SELECT L.A, L.C, D.V FROM L JOIN D WITHIN 1 DAY ON L.A = D.A;");
  CHECK(count_repartitions(*bound.plan.root) == 1);
  REQUIRE(find_node(*bound.plan.root, "Repartition-Join-right"));
  CHECK(find_node(*bound.plan.root, "Repartition-Join-right")->partition_format->kind == FormatKind::kKafka);
}

TEST_CASE("keys with a schema's id in their bytes never meet by themselves") {
  JoinEnv env("JSON_SR");
  const auto bound = env.persistent("CREATE STREAM O AS SELECT L.A, L.C, R.C FROM L JOIN R WITHIN 1 DAY ON L.A = R.A;");
  CHECK(count_repartitions(*bound.plan.root) == 2);
  CHECK_FALSE(find_node(*bound.plan.root, "Repartition-Join-left")->partition_format);
}

TEST_CASE("joins of three streams, left-deep") {
  JoinEnv env;
  auto bound = env.persistent(
      "CREATE STREAM O1 AS SELECT L.A, L.B, R.B, S.B FROM L JOIN R WITHIN 5 SECONDS ON L.A = R.A "
      "JOIN S WITHIN (1 SECOND, 2 SECONDS) GRACE PERIOD 3 SECONDS ON R.A = S.A;");
  CHECK(count_repartitions(*bound.plan.root) == 0);
  const PlanNode* last = find_node(*bound.plan.root, "Join");
  CHECK(last->join->before_ms == 1000);
  CHECK(last->join->after_ms == 2000);
  CHECK(last->join->grace_ms == 3000);
  CHECK(last->inputs[0]->id == "L_Join");

  // After a FULL join neither L.A nor R.A is the key.
  bound = env.persistent(
      "CREATE STREAM O2 AS SELECT ROWKEY, L.B, R.B, S.B FROM L FULL JOIN R WITHIN 5 SECONDS ON L.A = R.A "
      "FULL JOIN S WITHIN 5 SECONDS ON L.A = S.A;");
  CHECK(count_repartitions(*bound.plan.root) == 1);
  REQUIRE(find_node(*bound.plan.root, "Repartition-Join-left"));
  CHECK(schema_text_of(*bound.sink) == "ROWKEY INTEGER KEY, L_B INTEGER, R_B INTEGER, S_B INTEGER");

  // abs(R.A) is the key of the first join, hence L.A is one of the second too.
  bound = env.persistent(
      "CREATE STREAM O3 AS SELECT L.A, L.B, S.B FROM L JOIN R WITHIN 5 SECONDS ON L.A = ABS(R.A) "
      "JOIN S WITHIN 5 SECONDS ON ABS(R.A) = ABS(S.A);");
  CHECK(schema_text_of(*bound.sink) == "L_A INTEGER KEY, L_B INTEGER, S_B INTEGER");

  // The second join is on another column: its values are carried through the first.
  bound = env.persistent(
      "CREATE STREAM O4 AS SELECT S.A, L.A, L.B FROM L JOIN R WITHIN 5 SECONDS ON L.A = R.A JOIN S WITHIN 5 SECONDS ON "
      "L.C = S.A;");
  CHECK(schema_text_of(*bound.sink) == "S_A INTEGER KEY, L_A INTEGER, L_B INTEGER");
  CHECK(schema_text_of(find_node(*bound.plan.root, "Join")->schema) == "ROWKEY INTEGER KEY, L_A INTEGER, L_B INTEGER");
  CHECK(schema_text_of(find_node(*bound.plan.root, "L_Join")->schema) ==
        "ROWKEY INTEGER KEY, L_B INTEGER, L_C INTEGER");
}

TEST_CASE("the key of the result must be selected; without a column for it there is ROWKEY") {
  JoinEnv env;
  const std::string message =
      env.refusal("CREATE STREAM O AS SELECT L.B, R.C FROM L LEFT JOIN R WITHIN 1 DAY ON L.A = R.A;");
  CHECK(message.find("`O`") != std::string::npos);
  CHECK(message.find("L.A or R.A") != std::string::npos);
  CHECK(env.refusal("CREATE STREAM O AS SELECT L.*, R.B FROM L LEFT JOIN R WITHIN 1 DAY ON ABS(L.A) = R.A;")
            .find("R.A") != std::string::npos);
  const auto bound = env.persistent(
      "CREATE STREAM O AS SELECT ROWKEY AS ID, L.A, R.A FROM L LEFT JOIN R WITHIN 1 DAY ON ABS(L.A) = ABS(R.A);");
  CHECK(schema_text_of(*bound.sink) == "ID INTEGER KEY, L_A INTEGER, R_A INTEGER");
}

TEST_CASE("join criteria") {
  JoinEnv env;
  const auto refusal = [&](const std::string& join) {
    return env.refusal("CREATE STREAM X AS SELECT * FROM L " + join + ";");
  };
  CHECK(refusal("JOIN R ON L.A = R.A").find("WITHIN") != std::string::npos);
  CHECK(refusal("JOIN R WITHIN 1 DAY ON L.A = 0").find("'(L.A = 0)'") != std::string::npos);
  CHECK(refusal("JOIN R WITHIN 1 DAY ON L.A > R.A").find("not supported") != std::string::npos);
  CHECK(refusal("JOIN R WITHIN 1 DAY ON L.A = L.B").find("'R'") != std::string::npos);
  CHECK(refusal("JOIN R WITHIN 1 DAY ON L.A = R.ONLY_R").find("STRING") != std::string::npos);
  CHECK(refusal("JOIN R WITHIN 1 DAY ON L.Z = R.A").find("'L.Z'") != std::string::npos);
  CHECK(refusal("JOIN R WITHIN 1 DAY ON R.A = L.A").empty());
}

TEST_CASE("of several equalities, those that are a side's key bring the rows together") {
  JoinEnv env;
  const std::string join = " FROM L JOIN R WITHIN 1 DAY ON L.B = R.B AND L.A = R.A AND L.C > R.C;";
  auto bound = env.persistent("CREATE STREAM O1 AS SELECT L.A, R.A" + join);
  CHECK(count_repartitions(*bound.plan.root) == 0);
  const PlanNode* node = find_node(*bound.plan.root, "Join");
  CHECK(node->predicate == "((L_B = R_B) AND (L_C > R_C))");
  CHECK(schema_text_of(node->schema) == "ROWKEY INTEGER KEY, L_B INTEGER, L_C INTEGER, R_B INTEGER, R_C INTEGER");
  CHECK(schema_text_of(*bound.sink) == "L_A INTEGER KEY, R_A INTEGER");
  CHECK(explain(bound.plan).find("within 1 DAY if ((L_B = R_B) AND (L_C > R_C))") != std::string::npos);

  // Nobody has them as the key: all of them.
  bound = env.persistent("CREATE STREAM O2 AS SELECT L.B, L.C FROM L JOIN R WITHIN 1 DAY ON L.B = R.B AND L.C = R.C;");
  CHECK(count_repartitions(*bound.plan.root) == 2);
  node = find_node(*bound.plan.root, "Join");
  CHECK(node->predicate.empty());
  CHECK(schema_text_of(node->schema) == "ROWKEY INTEGER KEY, ROWKEY_1 INTEGER KEY");
  CHECK(schema_text_of(*bound.sink) == "L_B INTEGER KEY, L_C INTEGER");
  CHECK(bound.plan.root->changes_key);

  // Only the right side's key is among them: it stays where it is.
  bound = env.persistent("CREATE STREAM O3 AS SELECT R.A, L.C FROM L JOIN R WITHIN 1 DAY ON L.C = R.C AND L.B = R.A;");
  CHECK(count_repartitions(*bound.plan.root) == 1);
  CHECK(find_node(*bound.plan.root, "Repartition-Join-left"));
  CHECK(find_node(*bound.plan.root, "Join")->predicate == "(L_C = R_C)");
}

TEST_CASE("JSON keys of several columns have their names in them") {
  PlanTestEnv env;
  for (const char* name : {"P", "Q"}) env.topics[name] = 2;
  env.execute("CREATE TABLE P (A INT PRIMARY KEY, B INT PRIMARY KEY, V INT) WITH (kafka_topic='P', format='JSON');");
  env.execute("CREATE TABLE Q (X INT PRIMARY KEY, Y INT PRIMARY KEY, W INT) WITH (kafka_topic='Q', format='JSON');");
  const auto bound = env.persistent("CREATE TABLE O AS SELECT P.A, P.B, V, W FROM P JOIN Q ON P.A = Q.X AND P.B = Q.Y;");
  REQUIRE(count_repartitions(*bound.plan.root) == 1);
  const PlanNode* repartition = find_node(*bound.plan.root, "Repartition-Join-right");
  REQUIRE(repartition);
  CHECK(repartition->partition_names == std::vector<std::string>{"A", "B"});
  CHECK(schema_text_of(*bound.sink) == "A INTEGER KEY, B INTEGER KEY, V INTEGER, W INTEGER");
}

TEST_CASE("a stream is joined with itself under two names") {
  JoinEnv env;
  const auto bound = env.persistent("CREATE STREAM O AS SELECT X.A, X.B, Y.B FROM L X JOIN L Y WITHIN 1 DAY ON X.A = Y.A;");
  CHECK(bound.sources == std::vector<std::string>{"L"});
  CHECK(count_repartitions(*bound.plan.root) == 0);
  CHECK(find_node(*bound.plan.root, "Source-X"));
  CHECK(find_node(*bound.plan.root, "Source-Y"));
}

TEST_CASE("windowed sources are joined window by window, and only as they are") {
  PlanTestEnv env;
  const auto create = [&](const std::string& name, const std::string& window) {
    env.execute("CREATE STREAM " + name + " (K INT KEY, V INT) WITH (kafka_topic='" + name + "', value_format='JSON'" +
                window + ");");
  };
  create("A", ", window_type='tumbling', window_size='1 second'");
  create("B", ", window_type='tumbling', window_size='1 second'");
  create("C", ", window_type='tumbling', window_size='2 seconds'");
  create("D", "");
  const auto bound = env.persistent(
      "CREATE STREAM O AS SELECT A.K, A.WINDOWSTART AS WS, A.V, B.V FROM A JOIN B WITHIN 1 SECOND ON A.K = B.K;");
  CHECK(schema_text_of(*bound.sink) == "A_K INTEGER KEY, WS BIGINT, A_V INTEGER, B_V INTEGER");
  CHECK(bound.sink->window->size_ms == 1000);
  const PlanNode* join = find_node(*bound.plan.root, "Join");
  CHECK(join->join->windowed);
  CHECK(schema_text_of(join->schema)
            .starts_with("ROWKEY INTEGER KEY, WINDOWSTART BIGINT KEY, WINDOWEND BIGINT KEY, A_V INTEGER"));
  const auto refusal = [&](const std::string& sql) {
    return env.refusal("CREATE STREAM X AS SELECT * FROM " + sql + ";");
  };
  CHECK(refusal("A JOIN C WITHIN 1 SECOND ON A.K = C.K").find("`C`") != std::string::npos);
  CHECK(refusal("A JOIN B WITHIN 1 SECOND ON A.K = B.V").find("windowed keys are not repartitioned") !=
        std::string::npos);
  CHECK(refusal("A JOIN D WITHIN 1 SECOND ON A.K = D.K").find("`D` is not windowed") != std::string::npos);
}

TEST_CASE("the survey's join works whether the captured key is a plain column or a struct") {
  for (const std::string key : {"RESPONDENT_ID STRING", "ROWKEY STRUCT<RESPONDENT_ID STRING>"}) {
    PlanTestEnv env;
    env.properties["ksql.persistence.default.format.key"] = "JSON_SR";
    env.properties["ksql.persistence.default.format.value"] = "JSON_SR";
    env.execute(
        "CREATE STREAM RESPONSES (ROWKEY STRUCT<RESPONSE_ID STRING> KEY, RESPONSE_ID STRING, RESPONDENT_ID STRING, "
        "ANSWER INT) WITH (kafka_topic='pg.public.responses');");
    env.execute("CREATE STREAM RESPONDENTS (" + key + " KEY, " + (key[1] == 'O' ? "RESPONDENT_ID STRING, " : "") +
                "TEAM STRING) WITH (kafka_topic='pg.public.respondents');");
    const auto bound = env.persistent(
        "CREATE STREAM ENRICHED WITH (kafka_topic='enriched') AS SELECT R.RESPONDENT_ID, R.RESPONSE_ID, R.ANSWER, "
        "T.TEAM FROM RESPONSES R "
        "INNER JOIN RESPONDENTS T WITHIN 10 MINUTES GRACE PERIOD 2 MINUTES ON R.RESPONDENT_ID = T.RESPONDENT_ID EMIT "
        "CHANGES;");
    CHECK(count_repartitions(*bound.plan.root) == 2);
    CHECK(schema_text_of(*bound.sink) == "R_RESPONDENT_ID STRING KEY, RESPONSE_ID STRING, ANSWER INTEGER, TEAM STRING");
    CHECK(bound.sink->key_format.kind == FormatKind::kJsonSr);
  }
  CHECK(imported_stream_name("postgres_cdc.public.survey_responses") == "POSTGRES_CDCPUBLICSURVEY_RESPONSES");
}

}  // namespace weir
