// EXPLAIN of a running query says in words how it fares.
#include "tests/unit/runtime/engine_fixture.h"

using namespace weir;
using namespace weir::test;

namespace {

std::string explained(EngineUnderTest& engine, const std::string& id) {
  engine.wait_until_caught_up();
  return engine.run("EXPLAIN " + id + ";").text;
}

bool says(const std::string& text, const std::string& words) {
  const bool found = text.find(words) != std::string::npos;
  if (!found) MESSAGE(text);
  return found;
}

void append_bytes(EngineUnderTest& engine, const std::string& topic, const std::string& value) {
  auto transaction = engine->log().open_transaction("raw");
  log::RecordView record;
  record.value = value;
  record.timestamp = 1000;
  transaction->append(topic, 0, record);
  transaction->commit();
}

constexpr const char* kStream = "CREATE STREAM S (V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);";

}  // namespace

TEST_CASE("no input, all filtered, decode errors, and results") {
  EngineUnderTest engine;
  engine.run(kStream);
  const std::string id = engine.run("CREATE STREAM T AS SELECT V FROM S WHERE V > 10 EMIT CHANGES;").query_id;
  CHECK(says(explained(engine, id), "No input: the topic s is empty."));
  engine.run("INSERT INTO S (V) VALUES (1);");
  engine.run("INSERT INTO S (V) VALUES (2);");
  std::string text = explained(engine, id);
  CHECK(says(text, "Nothing has come out since the start."));
  CHECK(says(text, "Conditions (WHERE, HAVING) have left out 2 rows."));
  append_bytes(engine, "s", "{");
  text = explained(engine, id);
  CHECK(
      says(text, "Decode errors: the value of 1 record of S can't be read. They are in KSQL_PROCESSING_LOG. The last"));
  engine.run("INSERT INTO S (V) VALUES (11);");
  text = explained(engine, id);
  CHECK(says(text, "1 record has come out, the last at 20"));
  engine.run("PAUSE " + id + ";");
  CHECK(says(engine.run("EXPLAIN " + id + ";").text, "The query is paused."));
}

TEST_CASE("a query that began at the end of its topic says so") {
  EngineUnderTest engine("", {{"auto.offset.reset", "latest"}});
  engine.run(kStream);
  engine.run("INSERT INTO S (V) VALUES (1);");
  const std::string id = engine.run("CREATE STREAM T AS SELECT V FROM S EMIT CHANGES;").query_id;
  CHECK(says(explained(engine, id), "auto.offset.reset=latest"));
}

TEST_CASE("late rows, open windows and an idle partition") {
  EngineUnderTest engine;
  engine.run("CREATE STREAM S (K INT KEY, V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);");
  const std::string id = engine
                             .run(
                                 "CREATE TABLE T WITH (LATE_TOPIC='late') AS SELECT K, COUNT(*) AS C FROM S WINDOW "
                                 "TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 0 SECONDS) GROUP BY K EMIT FINAL;")
                             .query_id;
  // Keys of both partitions.
  engine.run("INSERT INTO S (ROWTIME, K, V) VALUES (1000, 1, 1);");
  for (int k = 2; engine->log().end_offset({"s", 0}) == 0 || engine->log().end_offset({"s", 1}) == 0; ++k)
    engine.run("INSERT INTO S (ROWTIME, K, V) VALUES (1000, " + std::to_string(k) + ", 1);");
  engine.run("INSERT INTO S (ROWTIME, K, V) VALUES (25000, 1, 1);");
  engine.run("INSERT INTO S (ROWTIME, K, V) VALUES (2000, 1, 1);");
  const std::string text = explained(engine, id);
  CHECK(says(text, "Late: 1 row of S came after the window and its grace period. They are in the topic late."));
  CHECK(says(text, "Stream time is at 1970-01-01T00:00:25.000"));
  CHECK(says(text, "An idle partition holds stream time back, and its windows open: s partition"));
  CHECK(says(text, "at 1970-01-01T00:00:01.000"));
}

TEST_CASE("SHOW QUERIES EXTENDED has lag, times and the last error; EXPLAIN the positions") {
  EngineUnderTest engine;
  engine.run(kStream);
  const std::string id = engine.run("CREATE STREAM T AS SELECT V FROM S EMIT CHANGES;").query_id;
  engine.run("INSERT INTO S (ROWTIME, V) VALUES (5000, 1);");
  append_bytes(engine, "s", "{");
  engine.wait_until_caught_up();
  const TableResult table = engine.run("SHOW QUERIES EXTENDED;").tables.at(0);
  REQUIRE(table.rows.size() == 1);
  std::map<std::string, std::string> row;
  for (size_t i = 0; i < table.columns.size(); ++i) row[table.columns[i]] = table.rows[0].at(i);
  CHECK(row["Lag"] == "0");
  CHECK(row["Errors"] == "1");
  CHECK(row["Stream Time"] == "1970-01-01T00:00:05.000");
  CHECK(row["Last Output"].starts_with("20"));
  CHECK(row["Last Error"].find("JSON") != std::string::npos);
  const StatementResult explain = engine.run("EXPLAIN " + id + ";");
  CHECK(explain.message.find("1 of this kind") != std::string::npos);
  REQUIRE(explain.tables.size() == 1);
  CHECK(explain.tables[0].rows.size() == 2);
  CHECK(explain.tables[0].columns.at(4) == "Lag");
}

TEST_CASE("a failed query's EXPLAIN has its reason") {
  EngineUnderTest engine;
  engine.run("CREATE STREAM S (V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2, ON_ERROR='FAIL');");
  const std::string id = engine.run("CREATE STREAM T AS SELECT V FROM S EMIT CHANGES;").query_id;
  append_bytes(engine, "s", "{");
  const auto deadline = Clock::now() + kDeadline;
  while (engine->query_status(id)->state() != QueryStatus::State::kError) {
    REQUIRE(Clock::now() < deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  CHECK(says(engine.run("EXPLAIN " + id + ";").text, "The query has ended: The record at offset 0 of s, partition 0"));
}
