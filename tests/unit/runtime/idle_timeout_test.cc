// idle.timeout: stream time goes on by the wall clock where no record comes.
#include "tests/unit/runtime/engine_fixture.h"

using namespace weir;
using namespace weir::test;

namespace {

constexpr const char* kStream =
    "CREATE STREAM S (K INT KEY, V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);";

std::string counts_of(const std::string& window, const std::string& grace = "0") {
  return "CREATE TABLE T AS SELECT K, COUNT(*) AS C FROM S WINDOW " + window + ", GRACE PERIOD " + grace +
         " MILLISECONDS) GROUP BY K EMIT FINAL;";
}

void insert(EngineUnderTest& engine, const std::string& stream, int64_t time, int key) {
  engine.run("INSERT INTO " + stream + " (ROWTIME, K, V) VALUES (" + std::to_string(time) + ", " + std::to_string(key) +
             ", 1);");
}

}  // namespace

TEST_CASE("the last window closes by the wall clock, once, also over a restart") {
  for (const char* window :
       {"TUMBLING (SIZE 100 MILLISECONDS", "HOPPING (SIZE 100 MILLISECONDS, ADVANCE BY 50 MILLISECONDS",
        "SESSION (100 MILLISECONDS"}) {
    CAPTURE(std::string(window));
    Folder folder;
    EngineUnderTest engine(folder.path());
    engine.run(kStream);
    engine.run("SET 'ksql.idle.timeout' = '20';");
    const std::string id = engine.run(counts_of(window)).query_id;
    const bool hopping = std::string(window).starts_with("HOPPING");
    insert(engine, "S", 100000, 1);
    insert(engine, "S", 100010, 1);
    engine.wait_for_records("T", hopping ? 2 : 1);
    engine.wait_until_caught_up();
    engine.close();
    engine.open();
    insert(engine, "S", 200000, 1);
    engine.wait_for_records("T", hopping ? 4 : 2);
    // A row of the first window, which has come out, is late.
    insert(engine, "S", 100020, 1);
    engine.wait_until_caught_up();
    CHECK(engine->query_status(id)->errors[static_cast<size_t>(RowError::Stage::kLate)].load() == 1);
    insert(engine, "S", 300000, 1);
    engine.wait_for_records("T", hopping ? 6 : 3);
    CHECK(engine.records_in("T") == (hopping ? 6 : 3));
  }
}

TEST_CASE("what an idle query has advanced is kept: the closed window isn't opened by a restart") {
  Folder folder;
  EngineUnderTest engine(folder.path());
  engine.run(kStream);
  engine.run("SET 'idle.timeout' = '10';");
  engine.run(counts_of("TUMBLING (SIZE 50 MILLISECONDS"));
  insert(engine, "S", 100000, 1);
  engine.wait_for_records("T", 1);
  engine.close();
  engine.open();
  insert(engine, "S", 100001, 1);  // of the window that is out
  insert(engine, "S", 900000, 1);
  engine.wait_for_records("T", 2);
  const auto rows = engine.rows("SELECT C FROM T EMIT CHANGES LIMIT 2;", 2);
  CHECK(rows[0][0].as_int() == 1);
  CHECK(rows[1][0].as_int() == 1);
}

TEST_CASE("an outer join gives the row without a partner when its window has passed by the wall clock") {
  EngineUnderTest engine;
  engine.run(kStream);
  engine.run("CREATE STREAM R (K INT KEY, V INT) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON', PARTITIONS=1);");
  engine.run("SET 'idle.timeout' = '20';");
  engine.run(
      "CREATE STREAM T AS SELECT S.K AS K, S.V AS V, R.V AS W FROM S LEFT JOIN R WITHIN 50 MILLISECONDS GRACE "
      "PERIOD 10 MILLISECONDS ON S.K = R.K EMIT CHANGES;");
  insert(engine, "S", 100000, 1);
  engine.wait_for_records("T", 1);
  const auto rows = engine.rows("SELECT K, W FROM T EMIT CHANGES LIMIT 1;", 1);
  CHECK(rows[0][0].as_int() == 1);
  CHECK(rows[0][1].is_null());
}

TEST_CASE("without idle.timeout an open window waits; a long one isn't closed by a short idle time") {
  EngineUnderTest engine;
  engine.run(kStream);
  engine.run(
      "CREATE TABLE NEVER AS SELECT K, COUNT(*) AS C FROM S WINDOW TUMBLING (SIZE 10 MILLISECONDS, GRACE PERIOD 0 "
      "SECONDS) GROUP BY K EMIT FINAL;");
  engine.run("SET 'idle.timeout' = '10';");
  engine.run(
      "CREATE TABLE LONG AS SELECT K, COUNT(*) AS C FROM S WINDOW TUMBLING (SIZE 1 HOUR, GRACE PERIOD 0 SECONDS) "
      "GROUP BY K EMIT FINAL;");
  engine.run(counts_of("TUMBLING (SIZE 10 MILLISECONDS"));
  insert(engine, "S", 100000, 1);
  engine.wait_for_records("T", 1);
  CHECK(engine.records_in("NEVER") == 0);
  CHECK(engine.records_in("LONG") == 0);
}
