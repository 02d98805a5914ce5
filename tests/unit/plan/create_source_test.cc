#include <doctest/doctest.h>

#include "tests/unit/plan/plan_test_env.h"

namespace weir {

namespace {

std::string refusal_of_create(const std::string& elements, const std::string& with) {
  PlanTestEnv env;
  return env.refusal("CREATE STREAM S (" + elements + ") WITH (kafka_topic='t', " + with + ");");
}

bool says(const std::string& message, std::initializer_list<const char*> words) {
  if (message.empty()) return false;
  for (const char* word : words) {
    if (message.find(word) == std::string::npos) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("a stream's columns, formats and topic") {
  PlanTestEnv env;
  env.topics["t"] = 3;
  env.execute(
      "CREATE STREAM S (H ARRAY<STRUCT<KEY STRING, VALUE BYTES>> HEADERS, K STRING KEY, V INT) "
      "WITH (kafka_topic='t', key_format='JSON', value_format='delimited', value_delimiter='TAB');");
  const SourcePtr source = env.catalog.find_source("S");
  CHECK(source->topic == "t");
  CHECK(source->key_format.kind == FormatKind::kJson);
  CHECK(source->value_format.delimiter == "\t");
  CHECK(source->columns[0].role == SourceColumn::Role::kHeaders);
  const auto bound = env.persistent("CREATE STREAM O AS SELECT K, V, H[1]->KEY AS FIRST FROM S;");
  CHECK(schema_text_of(*bound.sink) == "K STRING KEY, V INTEGER, FIRST STRING");
  CHECK(bound.plan.sources()[0]->source->columns[2].from == SourceColumnRef::From::kHeaders);
}

TEST_CASE("properties are checked, the nearest is proposed") {
  CHECK(says(refusal_of_create("V INT", "value_format='JSON', valu_delimiter='|'"),
             {"'VALU_DELIMITER'", "VALUE_DELIMITER"}));
  CHECK(says(refusal_of_create("V INT", "value_format='JSON', partitions='many'"), {"PARTITIONS", "integer"}));
  CHECK(says(refusal_of_create("V INT", "value_format='JSON', partitions=0"), {"PARTITIONS"}));
  CHECK(says(refusal_of_create("V INT", "value_format='JSON', wrap_single_value=3"), {"WRAP_SINGLE_VALUE"}));
  CHECK(says(refusal_of_create("V INT", "value_format=3"), {"VALUE_FORMAT"}));
  CHECK(says(refusal_of_create("V INT", "value_format='JSO'"), {"'JSO'", "JSON"}));
  CHECK(says(refusal_of_create("V INT", "partitions=1"), {"'VALUE_FORMAT'", "ksql.persistence.default.format.value"}));
  CHECK(says(refusal_of_create("V INT", "format='JSON', key_format='KAFKA'"), {"'KEY_FORMAT'", "'FORMAT'"}));
  CHECK(says(refusal_of_create("V INT", "format='JSON', value_format='KAFKA'"), {"'VALUE_FORMAT'", "'FORMAT'"}));
  CHECK(says(refusal_of_create("V INT", "value_format='JSON', value_delimiter='|'"), {"VALUE_DELIMITER", "JSON"}));
  CHECK(says(refusal_of_create("V INT", "value_format='DELIMITED', value_delimiter='<~>'"), {"'<~>'", "TAB"}));
  CHECK(says(refusal_of_create("V INT", "value_format='DELIMITED', value_delimiter=' '"), {"SPACE"}));
  CHECK(says(refusal_of_create("V INT", "value_format='JSON', value_schema_id=1"), {"VALUE_SCHEMA_ID", "JSON"}));
  CHECK(says(refusal_of_create("V INT", "value_format='JSON', kafka_topic='u'"), {"KAFKA_TOPIC", "twice"}));
  PlanTestEnv env;
  CHECK(says(env.refusal("CREATE STREAM S (V INT) WITH (value_format='JSON');"), {"'KAFKA_TOPIC'"}));
}

TEST_CASE("wrapping of single values") {
  CHECK(
      says(refusal_of_create("V INT", "value_format='DELIMITED', wrap_single_value=true"), {"'DELIMITED'", "'true'"}));
  CHECK(
      says(refusal_of_create("V INT, W INT", "value_format='JSON', wrap_single_value=true"), {"'WRAP_SINGLE_VALUE'"}));
  PlanTestEnv env;
  env.execute("CREATE STREAM A (V INT) WITH (kafka_topic='t', value_format='JSON', wrap_single_value=false);");
  CHECK_FALSE(env.catalog.find_source("A")->value_format.wrap_single_value);
  CHECK(env.persistent("CREATE STREAM B AS SELECT * FROM A;").sink->value_format.wrap_single_value);
  env.properties["ksql.persistence.wrap.single.values"] = "false";
  CHECK_FALSE(env.persistent("CREATE STREAM C AS SELECT * FROM A;").sink->value_format.wrap_single_value);
}

TEST_CASE("columns are checked") {
  CHECK(says(refusal_of_create("ROWTIME BIGINT", "value_format='JSON'"), {"'ROWTIME'"}));
  CHECK(says(refusal_of_create("V INT, V STRING", "value_format='JSON'"), {"`V`"}));
  CHECK(says(refusal_of_create("V INT PRIMARY KEY", "value_format='JSON'"), {"`V`", "'PRIMARY KEY'", "'KEY'"}));
  CHECK(says(refusal_of_create("K ARRAY<MAP<INT, DOUBLE>> KEY, V INT", "format='JSON'"),
             {"`K`", "ARRAY<MAP<INTEGER, DOUBLE>>"}));
  CHECK(says(refusal_of_create("K BOOLEAN KEY, V INT", "value_format='JSON'"), {"KAFKA", "BOOLEAN", "`K`"}));
  CHECK(says(refusal_of_create("H INT HEADER('key')", "value_format='JSON'"), {"HEADER('key')", "BYTES", "INTEGER"}));
  CHECK(says(refusal_of_create("H INT HEADERS", "value_format='JSON'"), {"HEADERS"}));
  CHECK(says(refusal_of_create("A BYTES HEADER('x'), B BYTES HEADER('x')", "value_format='JSON'"), {"HEADER('x')"}));
  CHECK(says(refusal_of_create("V INTT", "value_format='JSON'"), {"'INTT'"}));
  PlanTestEnv env;
  CHECK(
      says(env.refusal("CREATE TABLE T (V INT) WITH (kafka_topic='t', value_format='JSON');"), {"PRIMARY KEY", "'T'"}));
  CHECK(says(env.refusal("CREATE TABLE T (V INT KEY, W INT) WITH (kafka_topic='t', value_format='JSON');"), {"`V`"}));
  CHECK(env.refusal("CREATE TABLE T (V INT PRIMARY KEY, W INT) WITH (kafka_topic='t', value_format='JSON');").empty());
  CHECK(says(env.refusal("CREATE STREAM U WITH (kafka_topic='t', value_format='JSON');"), {"'U'", "JSON"}));
}

TEST_CASE("the timestamp column") {
  CHECK(says(refusal_of_create("V INT", "value_format='JSON', timestamp='X'"), {"'X'"}));
  CHECK(says(refusal_of_create("V INT", "value_format='JSON', timestamp='V'"), {"'V'", "INTEGER"}));
  CHECK(says(refusal_of_create("V STRING", "value_format='JSON', timestamp='V'"), {"'V'", "TIMESTAMP_FORMAT"}));
  CHECK(says(refusal_of_create("V BIGINT", "value_format='JSON', timestamp='V', timestamp_format='yyyy'"),
             {"'V'", "BIGINT"}));
  CHECK(says(refusal_of_create("V BIGINT", "value_format='JSON', timestamp_format='yyyy'"), {"TIMESTAMP_FORMAT"}));
  PlanTestEnv env;
  env.execute(
      "CREATE STREAM S (K BIGINT KEY, V STRING) WITH (kafka_topic='t', value_format='JSON', timestamp='v', "
      "timestamp_format='yyyy');");
  CHECK(env.catalog.find_source("S")->timestamp_column == "V");
  const auto bound = env.persistent("CREATE STREAM O WITH (timestamp='k') AS SELECT * FROM S;");
  CHECK(bound.plan.sink->timestamp_column == "K");
  CHECK(bound.plan.sources()[0]->source->timestamp_column == "V");
}

TEST_CASE("windowed keys") {
  CHECK(says(refusal_of_create("K INT KEY, V INT", "value_format='JSON', window_type='tumbling'"), {"WINDOW_SIZE"}));
  CHECK(
      says(refusal_of_create("K INT KEY, V INT", "value_format='JSON', window_type='session', window_size='1 second'"),
           {"WINDOW_SIZE"}));
  CHECK(says(refusal_of_create("K INT KEY, V INT", "value_format='JSON', window_type='sliding'"), {"'sliding'"}));
  CHECK(says(refusal_of_create("V INT", "value_format='JSON', window_type='session'"), {"key"}));
  CHECK(says(refusal_of_create("K INT KEY, V INT", "value_format='JSON', window_type='hopping', window_size='30 bobs'"),
             {"'BOBS'"}));
  PlanTestEnv env;
  env.execute(
      "CREATE STREAM W (K INT KEY, V INT) WITH (kafka_topic='t', value_format='JSON', window_type='Hopping', "
      "window_size='5 SECONDS');");
  CHECK(env.catalog.find_source("W")->window->size_ms == 5000);
  const auto bound = env.persistent("CREATE STREAM O AS SELECT K, V, WINDOWSTART AS WS FROM W;");
  REQUIRE(bound.plan.sink->window);
  CHECK(bound.plan.sink->window->size_ms == 5000);
  CHECK(says(env.refusal("CREATE STREAM P AS SELECT * FROM W PARTITION BY V;"), {"windowed"}));
}

TEST_CASE("topics that are missing, or have other partitions") {
  PlanTestEnv env;
  env.any_topic = false;
  env.topics["there"] = 3;
  CHECK(says(env.refusal("CREATE STREAM S (V INT) WITH (kafka_topic='nope', value_format='JSON');"),
             {"'nope'", "PARTITIONS"}));
  CHECK(env.refusal("CREATE STREAM S (V INT) WITH (kafka_topic='nope', value_format='JSON', partitions=2);").empty());
  CHECK(says(env.refusal("CREATE STREAM T (V INT) WITH (kafka_topic='there', value_format='JSON', partitions=2);"),
             {"'there'", "3"}));
  env.execute("CREATE STREAM T (V INT) WITH (kafka_topic='there', value_format='JSON');");
  auto bound = env.persistent("CREATE STREAM O AS SELECT * FROM T;");
  CHECK(bound.topic->partitions == 3);
  CHECK(bound.topic->topic == "O");
  env.properties["ksql.output.topic.name.prefix"] = "pre-";
  bound = env.persistent("CREATE STREAM `o2` WITH (partitions=5, replicas=2) AS SELECT * FROM T;");
  CHECK(bound.topic->topic == "pre-o2");
  CHECK(bound.topic->partitions == 5);
  CHECK(bound.topic->replicas == 2);
}

TEST_CASE("columns that aren't declared come from the registry") {
  PlanTestEnv env;
  env.registry.put(1, "t-value", "JSON",
                   R"({"type":"object","properties":{"NAME":{"oneOf":[{"type":"null"},{"type":"string"}]}}})");
  env.registry.put(2, "t-key", "JSON", R"({"oneOf":[{"type":"null"},{"type":"integer","connect.type":"int64"}]})");
  env.execute("CREATE STREAM BOTH WITH (kafka_topic='t', format='JSON_SR');");
  CHECK(schema_text_of(*env.catalog.find_source("BOTH")) == "ROWKEY BIGINT KEY, NAME STRING");
  env.execute("CREATE STREAM KEYED (ID STRING KEY) WITH (kafka_topic='t', value_format='JSON_SR');");
  CHECK(schema_text_of(*env.catalog.find_source("KEYED")) == "ID STRING KEY, NAME STRING");
  env.execute("CREATE STREAM BY_ID (ID STRING KEY) WITH (kafka_topic='u', value_format='JSON_SR', value_schema_id=1);");
  CHECK(schema_text_of(*env.catalog.find_source("BY_ID")) == "ID STRING KEY, NAME STRING");
  CHECK(says(
      env.refusal(
          "CREATE STREAM X (ID STRING KEY, V INT) WITH (kafka_topic='u', value_format='JSON_SR', value_schema_id=1);"),
      {"VALUE_SCHEMA_ID"}));
  CHECK(says(env.refusal("CREATE STREAM X WITH (kafka_topic='nothing', format='JSON_SR');"), {"'nothing'"}));
  BindContext context = env.context();
  context.registry = nullptr;
  const auto statement = sql::parse_statement("CREATE STREAM X WITH (kafka_topic='t', format='JSON_SR');");
  CHECK_THROWS_AS(bind_create_source(std::get<sql::CreateSource>(statement->body), context), StatementError);
}

TEST_CASE("a name that is taken") {
  PlanTestEnv env;
  env.execute("CREATE STREAM S (V INT) WITH (kafka_topic='t', value_format='JSON');");
  CHECK(says(env.refusal("CREATE TABLE S (K INT PRIMARY KEY, V INT) WITH (kafka_topic='t', value_format='JSON');"),
             {"'S'", "stream", "already exists"}));
  CHECK(says(
      env.refusal("CREATE OR REPLACE TABLE S (K INT PRIMARY KEY, V INT) WITH (kafka_topic='t', value_format='JSON');"),
      {"'S'"}));
  CHECK(env.refusal("CREATE OR REPLACE STREAM S (V INT, W INT) WITH (kafka_topic='t', value_format='JSON');").empty());
  CHECK(says(env.refusal("CREATE OR REPLACE STREAM S (W INT) WITH (kafka_topic='t', value_format='JSON');"),
             {"`V` INTEGER"}));
  CHECK(
      says(env.refusal("CREATE OR REPLACE SOURCE STREAM S (V INT, W INT) WITH (kafka_topic='t', value_format='JSON');"),
           {"'S'"}));
  env.execute("CREATE SOURCE STREAM RO (V INT) WITH (kafka_topic='t', value_format='JSON');");
  CHECK(says(env.refusal("INSERT INTO RO SELECT * FROM S;"), {"read-only", "RO"}));
  CHECK(says(env.refusal("INSERT INTO RO VALUES (1);"), {"read-only", "RO"}));
}

TEST_CASE("the sink's formats are those of the first source unless given") {
  PlanTestEnv env;
  env.execute(
      "CREATE STREAM S (K INT KEY, V INT, W INT) WITH (kafka_topic='t', key_format='JSON', value_format='DELIMITED', "
      "value_delimiter='|');");
  auto bound = env.persistent("CREATE STREAM A AS SELECT * FROM S;");
  CHECK(bound.sink->key_format.kind == FormatKind::kJson);
  CHECK(bound.sink->value_format.delimiter == "|");
  bound = env.persistent("CREATE STREAM B WITH (value_delimiter='$') AS SELECT * FROM S;");
  CHECK(bound.sink->value_format.delimiter == "$");
  bound = env.persistent("CREATE STREAM C WITH (format='JSON') AS SELECT * FROM S;");
  CHECK(bound.sink->value_format.kind == FormatKind::kJson);
  CHECK(says(env.refusal("CREATE STREAM D WITH (value_format='KAFKA') AS SELECT * FROM S;"), {"KAFKA", "`V`", "`W`"}));
  env.execute("CREATE STREAM N (V INT, W INT) WITH (kafka_topic='t', key_format='NONE', value_format='JSON');");
  bound = env.persistent("CREATE STREAM E AS SELECT * FROM N PARTITION BY V;");
  CHECK(bound.sink->key_format.kind == FormatKind::kKafka);
}

TEST_CASE("a sink with a registered schema must have its columns") {
  PlanTestEnv env;
  env.registry.put(7, "x", "JSON",
                   R"({"type":"object","properties":{"V":{"connect.index":0,"type":"integer","connect.type":"int32"},
      "W":{"connect.index":1,"type":"string"}}})");
  env.execute("CREATE STREAM S (V INT, W STRING) WITH (kafka_topic='t', value_format='JSON');");
  CHECK(env.refusal("CREATE STREAM A WITH (value_format='JSON_SR', value_schema_id=7) AS SELECT * FROM S;").empty());
  CHECK(says(env.refusal("CREATE STREAM B WITH (value_format='JSON_SR', value_schema_id=7) AS SELECT W, V FROM S;"),
             {"`W` STRING", "7"}));
}

}  // namespace weir
