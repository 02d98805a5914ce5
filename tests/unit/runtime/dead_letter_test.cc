// What becomes of bad records where queries run on workers: FAIL and RESUME, dead letters over a restart.
#include <algorithm>

#include "engine/runtime/error_record.h"
#include "tests/unit/runtime/engine_fixture.h"

using namespace weir;
using namespace weir::test;

namespace {

void append_raw(EngineUnderTest& engine, const std::string& topic, const std::vector<std::string>& values,
                int32_t partition = 0) {
  auto transaction = engine->log().open_transaction("raw");
  for (const std::string& value : values) {
    log::RecordView record;
    record.value = value;
    record.timestamp = 1000;
    transaction->append(topic, partition, record);
  }
  transaction->commit();
}

void wait_for_state(EngineUnderTest& engine, const std::string& id, QueryStatus::State state) {
  const auto deadline = Clock::now() + kDeadline;
  while (engine->query_status(id)->state() != state) {
    REQUIRE(Clock::now() < deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

std::vector<std::string> values_of(EngineUnderTest& engine, const std::string& topic) {
  std::vector<std::string> out;
  auto reader = engine->log().open_reader();
  reader->assign({topic, 0}, 0);
  const auto count = static_cast<size_t>(engine->log().end_offset({topic, 0}));
  while (out.size() < count) {
    for (const log::FetchedRecords& fetched : reader->poll(std::chrono::milliseconds(100), 1000)) {
      for (const log::RecordView& record : fetched.records) out.emplace_back(record.value.value_or("NULL"));
    }
  }
  return out;
}

}  // namespace

TEST_CASE(
    "a query told to fail ends before the bad record, stays ended over a restart, and goes on once it is told "
    "otherwise") {
  Folder folder;
  EngineUnderTest engine(folder.path());
  engine.run("CREATE STREAM S (V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);");
  engine.run("CREATE STREAM OTHER AS SELECT V FROM S EMIT CHANGES;");
  const std::string id = engine.run("CREATE STREAM T WITH (ON_ERROR='FAIL') AS SELECT V FROM S EMIT CHANGES;").query_id;
  append_raw(engine, "s", {"{\"V\":1}"});
  engine.wait_until_caught_up();
  append_raw(engine, "s", {"{\"V\":2}", "{\"V\":", "{\"V\":4}"});
  wait_for_state(engine, id, QueryStatus::State::kError);
  engine.wait_until_caught_up();  // the other query isn't disturbed
  CHECK(engine.records_in("OTHER") == 3);
  CHECK(engine.records_in("T") == 1);
  const std::string reason = engine->query_status(id)->reason();
  CHECK(reason.find("The record at offset 2 of s, partition 0") == 0);
  engine.close();
  engine.open();
  wait_for_state(engine, id, QueryStatus::State::kError);
  CHECK(engine->query_status(id)->reason() == reason);
  engine.run("RESUME " + id + ";");
  wait_for_state(engine, id, QueryStatus::State::kError);
  CHECK(engine.records_in("T") == 1);
  engine.run("CREATE OR REPLACE STREAM T WITH (ON_ERROR='SKIP') AS SELECT V FROM S EMIT CHANGES;");
  engine.wait_until_caught_up();
  CHECK(values_of(engine, "T") == std::vector<std::string>{"{\"V\":1}", "{\"V\":2}", "{\"V\":4}"});
}

TEST_CASE("where one partition ends a query, its tasks of other partitions end as well") {
  EngineUnderTest engine;
  engine.run(
      "CREATE STREAM S (V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2, "
      "ON_ERROR='FAIL');");
  const std::string id = engine.run("CREATE STREAM T AS SELECT V FROM S EMIT CHANGES;").query_id;
  append_raw(engine, "s", {"{\"V\":1}"}, 0);
  engine.wait_until_caught_up();
  append_raw(engine, "s", {"broken"}, 1);
  wait_for_state(engine, id, QueryStatus::State::kError);
  append_raw(engine, "s", {"{\"V\":1}"}, 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(engine.records_in("T", 2) == 1);
  CHECK(engine->query_status(id)->state() == QueryStatus::State::kError);
}

TEST_CASE("dead letters are written once, whatever happens to the process, with the record's bytes and place") {
  Folder folder;
  EngineUnderTest engine(folder.path());
  engine.run(
      "CREATE STREAM S (V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2, "
      "ON_ERROR='DEAD_LETTER');");
  CHECK(engine->log().describe_topic("s-dead-letters")->config.partitions == 2);
  engine.run("CREATE STREAM T AS SELECT V FROM S EMIT CHANGES;");
  const std::string large(200 * 1024, 'x');  // more than the processing log shows
  append_raw(engine, "s", {"{\"V\":1}", "{\"V\":", "{\"V\":3}"});
  append_raw(engine, "s", {large}, 1);
  engine.wait_until_caught_up();
  engine.close();
  engine.open();
  append_raw(engine, "s", {"{\"V\":\"x\"}"});
  engine.wait_until_caught_up();
  CHECK(engine.records_in("T", 2) == 2);
  CHECK(values_of(engine, "s-dead-letters") == std::vector<std::string>{"{\"V\":", "{\"V\":\"x\"}"});
  auto reader = engine->log().open_reader();
  reader->assign({"s-dead-letters", 1}, 0);
  const auto fetched = reader->poll(std::chrono::seconds(10), 10);
  REQUIRE(fetched.size() == 1);
  const log::RecordView& letter = fetched[0].records.at(0);
  CHECK(letter.value == large);
  CHECK(letter.timestamp == 1000);
  const auto place = ErrorRecord::place_of(letter);
  REQUIRE(place.has_value());
  CHECK(place->query == "CSAS_T_0");
  CHECK(place->topic == "s");
  CHECK(place->partition == 1);
  CHECK(place->offset == 0);
  CHECK(place->has_record);
  CHECK_FALSE(place->kept);
  CHECK(ErrorRecord::own_headers(letter).empty());
}

TEST_CASE("REPLAY feeds each dead letter in once, over restarts, and only into its query") {
  Folder folder;
  EngineUnderTest engine(folder.path());
  const std::string source =
      "CREATE OR REPLACE STREAM S (V VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);";
  engine.run(source);
  const std::string one =
      "CREATE OR REPLACE STREAM ONE WITH (ON_ERROR='DEAD_LETTER', DEAD_LETTER_TOPIC='bad') AS "
      "SELECT V FROM S WHERE CAST(";
  const std::string id = engine.run(one + "V AS INT) > 0 EMIT CHANGES;").query_id;
  engine.run(
      "CREATE STREAM TWO WITH (ON_ERROR='DEAD_LETTER', DEAD_LETTER_TOPIC='bad') AS "
      "SELECT V FROM S WHERE CAST(V AS INT) > 0 EMIT CHANGES;");
  append_raw(engine, "s", {"{\"V\":\"1\"}", "{\"V\":\"x2\"}", "{\"V\":\"x3\"}", "{\"V\":\"4\"}"});
  engine.wait_until_caught_up();
  CHECK(engine.records_in("bad") == 4);
  engine.run(one + "REPLACE(V, 'x', '') AS INT) > 0 EMIT CHANGES;");
  CHECK(engine.run("REPLAY DEAD LETTERS FOR " + id + ";").message == "2 dead letters of CSAS_ONE_0 come in again.");
  engine.close();  // whether it has got to them or not
  engine.open();
  engine.wait_until_caught_up();
  CHECK(engine.records_in("ONE") == 4);
  CHECK(engine.run("REPLAY DEAD LETTERS FOR " + id + ";").message == "0 dead letters of CSAS_ONE_0 come in again.");
  engine.close();
  engine.open();
  append_raw(engine, "s", {"{\"V\":\"x5\"}"});
  engine.wait_until_caught_up();
  std::vector<std::string> values = values_of(engine, "ONE");
  std::sort(values.begin(), values.end());
  CHECK(values == std::vector<std::string>{"{\"V\":\"1\"}", "{\"V\":\"4\"}", "{\"V\":\"x2\"}", "{\"V\":\"x3\"}",
                                           "{\"V\":\"x5\"}"});
  CHECK(engine.records_in("TWO") == 2);
  // A paused query takes them when it goes on.
  engine.run("PAUSE CSAS_TWO_1;");
  CHECK(engine.run("REPLAY DEAD LETTERS FOR CSAS_TWO_1;").message == "3 dead letters of CSAS_TWO_1 come in again.");
  CHECK(engine->query_status("CSAS_TWO_1")->state() == QueryStatus::State::kPaused);
  engine.run("RESUME CSAS_TWO_1;");
  engine.wait_until_caught_up();
  CHECK(engine.records_in("bad") == 2 + 3 + 3);  // they fail again
  const std::string replay_topic = "_weir-default_query_" + id + "-";
  const auto internal = [&] {
    size_t count = 0;
    for (const log::TopicInfo& topic : engine->log().list_topics()) count += topic.name.starts_with(replay_topic);
    return count;
  };
  CHECK(internal() > 0);
  engine.run("TERMINATE " + id + ";");
  CHECK(internal() == 0);
}

TEST_CASE("what REPLAY feeds into a join finds its partners, and the join's state is as if it had come at once") {
  Folder folder;
  EngineUnderTest engine(folder.path());
  engine.run("CREATE STREAM L (ID INT KEY, A VARCHAR) WITH (KAFKA_TOPIC='l', VALUE_FORMAT='JSON', PARTITIONS=2);");
  engine.run("CREATE STREAM R (ID INT KEY, B INT) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON', PARTITIONS=2);");
  const auto join = [&](const std::string& number) {
    return engine
        .run(
            "CREATE OR REPLACE STREAM J WITH (ON_ERROR='DEAD_LETTER') AS SELECT Q.ID AS ID, A, B FROM (SELECT ID, A "
            "FROM L "
            "WHERE CAST(" +
            number +
            " AS INT) >= 0) AS Q JOIN R WITHIN 1 HOUR GRACE PERIOD 1 HOUR ON Q.ID = R.ID "
            "EMIT CHANGES;")
        .query_id;
  };
  const std::string id = join("A");
  for (int k = 0; k < 20; ++k) {
    const std::string key = std::to_string(k);
    engine.run("INSERT INTO L (ROWTIME, ID, A) VALUES (1000, " + key + ", '" + (k % 4 == 0 ? "x" : "") + key + "');");
    engine.run("INSERT INTO R (ROWTIME, ID, B) VALUES (2000, " + key + ", 1);");
  }
  engine.wait_until_caught_up();
  const int64_t before = engine.records_in("J", 2);
  const int64_t letters = engine.records_in("J-dead-letters", 2);
  CHECK(letters == 5);
  CHECK(before == 15);
  join("REPLACE(A, 'x', '')");
  CHECK(engine.run("REPLAY DEAD LETTERS FOR " + id + ";").message == "5 dead letters of CSAS_J_0 come in again.");
  engine.wait_until_caught_up();
  CHECK(engine.records_in("J", 2) == 20);
  engine.close();
  engine.open();
  for (int k = 0; k < 20; ++k)
    engine.run("INSERT INTO R (ROWTIME, ID, B) VALUES (3000, " + std::to_string(k) + ", 2);");
  engine.wait_until_caught_up();
  CHECK(engine.records_in("J", 2) == 40);
}
