#include "tests/unit/runtime/engine_fixture.h"

#include <set>

using namespace weir;
using namespace weir::test;

TEST_CASE("a persistent query writes its sink and a push query shows the rows") {
  EngineUnderTest engine;
  engine.run("CREATE STREAM S (ID INT KEY, V STRING) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);");
  engine.run("CREATE STREAM BIG AS SELECT ID, UCASE(V) AS V FROM S WHERE ID > 1 EMIT CHANGES;");
  for (int i = 0; i < 10; ++i)
    engine.run("INSERT INTO S (ID, V) VALUES (" + std::to_string(i) + ", 'v" + std::to_string(i) + "');");
  engine.wait_until_caught_up();
  CHECK(engine.records_in("BIG", 2) == 8);
  const auto rows = engine.rows("SELECT V FROM BIG EMIT CHANGES LIMIT 8;", 8);
  std::set<std::string> seen;
  for (const Row& row : rows) seen.insert(row[0].as_string());
  CHECK(seen == std::set<std::string>{"V2", "V3", "V4", "V5", "V6", "V7", "V8", "V9"});
}

TEST_CASE("queries, streams and types are there after a restart, and go on where they were") {
  Folder folder;
  EngineUnderTest engine(folder.path());
  engine.run("CREATE TYPE ADDRESS AS STRUCT<CITY STRING>;");
  engine.run("CREATE STREAM L (ID INT KEY, A STRING) WITH (KAFKA_TOPIC='l', VALUE_FORMAT='JSON', PARTITIONS=2);");
  engine.run("CREATE STREAM R (ID INT KEY, B STRING) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON', PARTITIONS=2);");
  engine.run(
      "CREATE STREAM J AS SELECT L.ID AS ID, A, B FROM L INNER JOIN R WITHIN 1 HOUR GRACE PERIOD 1 HOUR ON L.ID = R.ID "
      "EMIT CHANGES;");
  for (int i = 0; i < 20; ++i) {
    engine.run("INSERT INTO L (ROWTIME, ID, A) VALUES (" + std::to_string(1000 + i) + ", " + std::to_string(i) +
               ", 'a');");
  }
  engine.wait_until_caught_up();
  CHECK(engine.records_in("J", 2) == 0);
  engine.close();
  engine.open();
  // The left rows are found in the restored state.
  for (int i = 0; i < 20; ++i) {
    engine.run("INSERT INTO R (ROWTIME, ID, B) VALUES (" + std::to_string(2000 + i) + ", " + std::to_string(i) +
               ", 'b');");
  }
  engine.wait_until_caught_up();
  CHECK(engine.records_in("J", 2) == 20);
  engine.close();
  engine.open();
  engine.wait_until_caught_up();
  CHECK(engine.records_in("J", 2) == 20);  // nothing twice
  CHECK(engine->catalog().find_type("ADDRESS") != nullptr);
  CHECK(engine->quarantined().empty());
  engine.run("DROP STREAM J DELETE TOPIC;");
  CHECK(engine->catalog().queries().empty());
  for (const log::TopicInfo& topic : engine->log().list_topics()) {
    CHECK_MESSAGE(topic.name.find("changelog") == std::string::npos, topic.name);
  }
}

TEST_CASE("rows that can't be read are skipped, counted and kept with their bytes in the processing log") {
  EngineUnderTest engine;
  engine.run("CREATE STREAM S (ID INT KEY, V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);");
  engine.run("CREATE STREAM T AS SELECT ID, V FROM S EMIT CHANGES;");
  const auto transaction = engine->log().open_transaction("test");
  const std::string key(3, 'k');  // no INT has three bytes
  const char* values[] = {"{\"V\":1}", "{broken", "{\"V\":2}"};
  for (const char* value : values) {
    log::RecordView record;
    record.value = value;
    record.timestamp = 5;
    transaction->append("s", 0, record);
  }
  log::RecordView bad_key;
  bad_key.key = key;
  bad_key.value = "{\"V\":3}";
  bad_key.timestamp = 5;
  transaction->append("s", 0, bad_key);
  log::RecordView bad_time;
  bad_time.value = "{\"V\":4}";
  bad_time.timestamp = -1;
  transaction->append("s", 0, bad_time);
  transaction->commit();
  engine.wait_until_caught_up();
  CHECK(engine.records_in("T") == 2);
  const auto status = engine->query_status("CSAS_T_0");
  REQUIRE(status != nullptr);
  CHECK(status->error_count() == 3);
  const auto rows =
      engine.rows("SELECT TYPE, TOPIC, TOPIC_OFFSET, RECORD_VALUE FROM KSQL_PROCESSING_LOG EMIT CHANGES LIMIT 3;", 3);
  std::set<int64_t> offsets;
  for (const Row& row : rows) {
    CHECK(row[1].as_string() == "s");
    offsets.insert(row[2].as_int());
    if (row[2].as_int() == 1) CHECK(row[3].as_string() == "{broken");
  }
  CHECK(offsets == std::set<int64_t>{1, 3, 4});
}

TEST_CASE("a paused query takes nothing; resumed it goes on; a terminated one leaves its stream") {
  EngineUnderTest engine;
  engine.run("CREATE STREAM S (ID INT KEY, V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);");
  const std::string id = engine.run("CREATE STREAM T AS SELECT * FROM S EMIT CHANGES;").query_id;
  engine.run("INSERT INTO S (ID, V) VALUES (1, 1);");
  engine.wait_until_caught_up();
  engine.run("PAUSE " + id + ";");
  CHECK(engine->query_status(id)->state() == QueryStatus::State::kPaused);
  engine.run("INSERT INTO S (ID, V) VALUES (2, 2);");
  CHECK(engine.records_in("T") == 1);
  engine.run("RESUME " + id + ";");
  engine.wait_until_caught_up();
  CHECK(engine.records_in("T") == 2);
  CHECK(refusal(engine, "DROP STREAM S;").find(id) != std::string::npos);
  engine.run("TERMINATE " + id + ";");
  CHECK(engine->catalog().find_source("T") != nullptr);
  engine.run("DROP STREAM S;");
  CHECK(refusal(engine, "SELECT * FROM S EMIT CHANGES;").find("S") != std::string::npos);
}

TEST_CASE("push queries come and go while others insert") {
  EngineUnderTest engine;
  engine.run("CREATE STREAM S (ID INT KEY, V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);");
  std::atomic<bool> stop{false};
  std::thread inserter([&] {
    Session session;
    for (int i = 0; !stop.load(); ++i) {
      engine->execute(*sql::parse_statement("INSERT INTO S (ID, V) VALUES (" + std::to_string(i) + ", 1);"), session);
    }
  });
  std::vector<std::thread> clients;
  std::atomic<int> done{0};
  for (int c = 0; c < 3; ++c) {
    clients.emplace_back([&] {
      Session session;
      for (int round = 0; round < 5; ++round) {
        const auto stream = engine->execute(*sql::parse_statement("SELECT * FROM S EMIT CHANGES;"), session).rows;
        Row row;
        for (int i = 0; i < 20; ++i) {
          if (stream->next(row, kDeadline) != RowStream::State::kRow) return;
        }
        stream->close();
      }
      ++done;
    });
  }
  for (auto& client : clients) client.join();
  stop = true;
  inserter.join();
  CHECK(done == 3);
}

TEST_CASE("errors name the place, the name at fault and a candidate") {
  EngineUnderTest engine;
  engine.run(
      "CREATE STREAM ORDERS (ID INT KEY, AMOUNT INT) WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='JSON', PARTITIONS=1);");
  CHECK(refusal(engine, "SELECT AMOUNTT FROM ORDERS EMIT CHANGES;").find("AMOUNT") != std::string::npos);
  CHECK(refusal(engine, "SELECT * FROM ORDER_S EMIT CHANGES;").find("ORDERS") != std::string::npos);
  CHECK(refusal(engine, "CREATE STREAM X (ID INT KEY) WITH (KAFKA_TOPIC='nowhere', VALUE_FORMAT='JSON');")
            .find("nowhere") != std::string::npos);
  CHECK(refusal(engine, "SET 'auto.offset.rset'='earliest';").find("auto.offset.reset") != std::string::npos);
  CHECK(refusal(engine, "PRINT order;").find("orders") != std::string::npos);
  CHECK(refusal(engine,
                "CREATE STREAM ORDERS (ID INT KEY, A INT) WITH (KAFKA_TOPIC='o2', VALUE_FORMAT='JSON', PARTITIONS=1);")
            .find("ORDERS") != std::string::npos);
}
