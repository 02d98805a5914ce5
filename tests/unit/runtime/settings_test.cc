// Properties that change how a query runs.
#include "tests/unit/runtime/engine_fixture.h"

using namespace weir;
using namespace weir::test;

namespace {

void append_to_s(EngineUnderTest& engine, const std::string& value, int64_t time) {
  const auto transaction = engine->log().open_transaction("settings-test");
  log::RecordView record;
  record.value = value;
  record.timestamp = time;
  transaction->append("s", 0, record);
  transaction->commit();
}

void wait_for_state(EngineUnderTest& engine, const std::string& id, QueryStatus::State state) {
  const auto deadline = Clock::now() + kDeadline;
  while (engine->query_status(id)->state() != state) {
    REQUIRE(Clock::now() < deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

constexpr const char* kTimedStream =
    "CREATE STREAM S (V INT, T STRING) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1, TIMESTAMP='T', "
    "TIMESTAMP_FORMAT='yyyy-MM-dd');";

}  // namespace

TEST_CASE("timestamp.throw.on.invalid: a record without a valid time ends the query, with its place") {
  for (const bool bad_column : {true, false}) {
    CAPTURE(bad_column);
    EngineUnderTest engine;
    engine.run(bad_column
                   ? kTimedStream
                   : "CREATE STREAM S (V INT, T STRING) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);");
    const std::string lenient = engine.run("CREATE STREAM A AS SELECT V FROM S;").query_id;
    engine.run("SET 'ksql.timestamp.throw.on.invalid'='true';");
    const std::string strict = engine.run("CREATE STREAM B AS SELECT V FROM S;").query_id;
    append_to_s(engine, "{\"V\":1,\"T\":\"2020-01-01\"}", 1);
    engine.wait_until_caught_up();
    append_to_s(engine, bad_column ? "{\"V\":2,\"T\":\"yesterday\"}" : "{\"V\":2}", bad_column ? 2 : -2);
    append_to_s(engine, "{\"V\":3,\"T\":\"2020-01-02\"}", 3);
    wait_for_state(engine, strict, QueryStatus::State::kError);
    const std::string reason = engine->query_status(strict)->reason();
    CHECK_MESSAGE(reason.find("offset 1 of s, partition 0") != std::string::npos, reason);
    CHECK_MESSAGE(reason.find("timestamp.throw.on.invalid") != std::string::npos, reason);
    engine.wait_until_caught_up();
    CHECK(engine->query_status(lenient)->state() == QueryStatus::State::kRunning);
    CHECK(engine.records_in("A") == 2);
    CHECK(engine.records_in("B") == 1);
  }
}

TEST_CASE("cache.max.bytes.buffering bounds what a query keeps in memory: it goes to the disk early") {
  for (const bool bounded : {true, false}) {
    CAPTURE(bounded);
    Folder folder;
    EngineUnderTest engine(folder.path(), {{"checkpoint.interval.ms", "3600000"}});
    engine.run("CREATE STREAM L (ID INT KEY, A STRING) WITH (KAFKA_TOPIC='l', VALUE_FORMAT='JSON', PARTITIONS=1);");
    engine.run("CREATE STREAM R (ID INT KEY, B STRING) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON', PARTITIONS=1);");
    if (bounded) engine.run("SET 'cache.max.bytes.buffering'='20000';");
    const std::string id = engine
                               .run(
                                   "CREATE STREAM J AS SELECT L.ID AS ID, A, B FROM L JOIN R WITHIN 1 HOUR GRACE "
                                   "PERIOD 1 HOUR ON L.ID = R.ID;")
                               .query_id;
    for (int i = 0; i < 100; ++i) {
      engine.run("INSERT INTO L (ROWTIME, ID, A) VALUES (1000, " + std::to_string(i) + ", '" + std::string(1000, 'x') +
                 "');");
    }
    engine.wait_until_caught_up();
    CHECK((files_ending(folder.path() + "/state/" + id, ".sst") > 0) == bounded);
    for (int i = 0; i < 100; ++i)
      engine.run("INSERT INTO R (ROWTIME, ID, B) VALUES (1000, " + std::to_string(i) + ", 'y');");
    engine.wait_until_caught_up();
    CHECK(engine.records_in("J") == 100);
  }
}

TEST_CASE("max.task.idle.ms: a join waits for the side that has no row yet") {
  for (const bool waits : {true, false}) {
    CAPTURE(waits);
    EngineUnderTest engine;
    engine.run("CREATE STREAM L (ID INT KEY, A STRING) WITH (KAFKA_TOPIC='l', VALUE_FORMAT='JSON', PARTITIONS=1);");
    engine.run("CREATE STREAM R (ID INT KEY, B STRING) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON', PARTITIONS=1);");
    if (waits) engine.run("SET 'ksql.streams.max.task.idle.ms' = '600000';");
    engine.run(
        "CREATE STREAM J AS SELECT L.ID, L.A, R.B FROM L INNER JOIN R WITHIN 1 SECOND GRACE PERIOD 0 SECONDS "
        "ON L.ID = R.ID EMIT CHANGES;");
    engine.run("CREATE STREAM SEEN AS SELECT * FROM L EMIT CHANGES;");
    engine.run("INSERT INTO L (ROWTIME, ID, A) VALUES (1000, 1, 'x');");
    engine.run("INSERT INTO L (ROWTIME, ID, A) VALUES (10000000, 2, 'y');");
    // The workers have read the left side; a join that doesn't wait has taken it in by then.
    if (!waits) engine.wait_until_caught_up();
    engine.wait_for_records("SEEN", 2);
    engine.run("INSERT INTO R (ROWTIME, ID, B) VALUES (1000, 1, 'z');");
    if (waits) {
      engine.wait_for_records("J", 1);
    } else {
      engine.wait_until_caught_up();
      CHECK(engine.records_in("J") == 0);
    }
  }
}

TEST_CASE("ALTER SYSTEM holds over a restart, and SET goes before it") {
  const Folder folder;
  EngineUnderTest engine(folder.path());
  const auto idle = [&]() -> std::vector<std::string> {
    const StatementResult shown = engine.run("SHOW PROPERTIES;");
    for (const auto& row : shown.tables.at(0).rows) {
      if (row.at(0) == "max.task.idle.ms") return {row.at(2), row.at(3)};
    }
    return {};
  };
  CHECK(idle() == std::vector<std::string>{"", "0"});
  engine.run("CREATE STREAM S (K STRING KEY, V BIGINT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);");
  engine.run("CREATE STREAM T AS SELECT * FROM S EMIT CHANGES;");
  engine.run("INSERT INTO S VALUES ('a', 1);");
  engine.run("ALTER SYSTEM 'ksql.streams.max.task.idle.ms' = '7';");
  engine.run("INSERT INTO S VALUES ('b', 2);");
  engine.wait_for_records("T", 2);
  CHECK(idle() == std::vector<std::string>{"SYSTEM", "7"});
  CHECK(refusal(engine, "ALTER SYSTEM 'max.task.idle.ms' = 'soon';") != "");
  engine.close();
  engine.open();
  CHECK(idle() == std::vector<std::string>{"SYSTEM", "7"});
  engine.run("SET 'max.task.idle.ms' = '8';");
  CHECK(idle() == std::vector<std::string>{"SESSION", "8"});
}

TEST_CASE("num.stream.threads is num.threads, with any prefix") {
  for (const char* name :
       {"num.stream.threads", "ksql.streams.num.stream.threads", "ksql.num.threads", "num.threads"}) {
    CAPTURE(name);
    Config config;
    config.set(name, "3");
    CHECK(config.get_int("num.threads") == 3);
  }
}

TEST_CASE("the processing log has the bytes of a record that can't be computed with; NULL isn't ''") {
  EngineUnderTest engine;
  engine.run("CREATE STREAM S (K STRING KEY, V BIGINT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);");
  engine.run("CREATE STREAM T AS SELECT K, V * V AS SQUARE FROM S;");
  const auto transaction = engine->log().open_transaction("settings-test");
  const std::optional<std::string_view> keys[] = {std::nullopt, "", "k"};
  for (const auto& key : keys) {
    log::RecordView record;
    record.key = key;
    record.value = "{\"V\":4000000000}";
    record.timestamp = 5;
    transaction->append("s", 0, record);
  }
  transaction->commit();
  engine.wait_until_caught_up();
  CHECK(engine.records_in("T") == 3);
  const auto rows = engine.rows(
      "SELECT TYPE, TOPIC_OFFSET, RECORD_KEY, RECORD_KEY_BYTES, RECORD_VALUE, MESSAGE FROM KSQL_PROCESSING_LOG EMIT "
      "CHANGES LIMIT 3;",
      3);
  for (const Row& row : rows) {
    const int64_t offset = row[1].as_int();
    CAPTURE(offset);
    CHECK(row[0].as_string() == "EVALUATION_ERROR");
    CHECK(row[4].as_string() == "{\"V\":4000000000}");
    CHECK(row[5].as_string() == "the result doesn't fit BIGINT: numeric overflow");
    CHECK(row[2].is_null() == (offset == 0));
    CHECK(row[3].is_null() == (offset == 0));
    if (offset > 0) CHECK(row[2].as_string() == *keys[offset]);
  }
}

TEST_CASE("the row of a join that can't be computed with shows the record that brought it about") {
  EngineUnderTest engine;
  engine.run("CREATE STREAM L (ID INT KEY, A INT) WITH (KAFKA_TOPIC='l', VALUE_FORMAT='JSON', PARTITIONS=1);");
  engine.run("CREATE STREAM R (ID INT KEY, B INT) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON', PARTITIONS=1);");
  engine.run(
      "CREATE STREAM J AS SELECT L.ID AS ID, A / B AS Q FROM L JOIN R WITHIN 1 HOUR GRACE PERIOD 1 HOUR ON L.ID = "
      "R.ID;");
  engine.run("INSERT INTO L (ROWTIME, ID, A) VALUES (1000, 7, 10);");
  engine.run("INSERT INTO R (ROWTIME, ID, B) VALUES (2000, 6, 1);");
  engine.run("INSERT INTO R (ROWTIME, ID, B) VALUES (2000, 7, 0);");
  engine.wait_until_caught_up();
  const auto rows =
      engine.rows("SELECT TOPIC, TOPIC_OFFSET, RECORD_VALUE FROM KSQL_PROCESSING_LOG EMIT CHANGES LIMIT 1;", 1);
  CHECK(rows[0][0].as_string() == "r");
  CHECK(rows[0][1].as_int() == 1);
  CHECK(rows[0][2].as_string() == "{\"B\":0}");
}
