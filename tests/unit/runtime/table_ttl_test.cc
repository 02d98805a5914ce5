// Tables with a TTL, run by real workers: whole batches, restarts, idle time, what is told of them.
#include <algorithm>
#include <random>
#include <set>

#include "tests/unit/runtime/engine_fixture.h"

using namespace weir;
using namespace weir::test;

namespace {

struct TtlRecord {
  std::string topic, key;
  int64_t time;
  int n = 0;
};

std::string ttl_key(int number) { return "k" + std::to_string(10000 + number); }

void append_records(EngineUnderTest& engine, const std::vector<TtlRecord>& records, size_t from, size_t to) {
  auto transaction = engine->log().open_transaction("records");
  for (size_t i = from; i < std::min(to, records.size()); ++i) {
    const std::string value = "{\"N\":" + std::to_string(records[i].n) + "}";
    log::RecordView record;
    record.key = records[i].key;
    record.value = value;
    record.timestamp = records[i].time;
    transaction->append(records[i].topic, 0, record);
  }
  transaction->commit();
}

// "key@time value", one for each record.
std::vector<std::string> topic_lines(EngineUnderTest& engine, const std::string& topic) {
  std::vector<std::string> out;
  auto reader = engine->log().open_reader();
  reader->assign({topic, 0}, 0);
  const auto count = static_cast<size_t>(engine->log().end_offset({topic, 0}));
  const auto deadline = Clock::now() + kDeadline;
  while (out.size() < count) {
    REQUIRE(Clock::now() < deadline);
    for (const log::FetchedRecords& fetched : reader->poll(std::chrono::milliseconds(100), 1000)) {
      for (const log::RecordView& record : fetched.records) {
        out.push_back(std::string(record.key.value_or("")) + "@" + std::to_string(record.timestamp) + " " +
                      std::string(record.value.value_or("NULL")));
      }
    }
  }
  return out;
}

void check_same_lines(const std::vector<std::string>& found, const std::vector<std::string>& expected) {
  CHECK(found.size() == expected.size());
  const size_t count = std::min(found.size(), expected.size());
  for (size_t i = 0; i < count; ++i) {
    if (found[i] == expected[i]) continue;
    CAPTURE(i);
    REQUIRE(found[i] == expected[i]);
  }
}

// What a count with a TTL must give, in the plainest way.
std::vector<std::string> model_of_counts(const std::vector<TtlRecord>& records, int64_t ttl) {
  struct Group {
    int count;
    int64_t time;
  };
  std::map<std::string, Group> groups;
  std::vector<std::string> out;
  int64_t stream_time = INT64_MIN;
  for (const TtlRecord& record : records) {
    stream_time = std::max(stream_time, record.time);
    std::set<std::pair<int64_t, std::string>> ended;
    for (const auto& [key, group] : groups) {
      if (group.time < stream_time - ttl) ended.emplace(group.time, key);
    }
    for (const auto& [time, key] : ended) {
      out.push_back(key + "@" + std::to_string(time + ttl + 1) + " NULL");
      groups.erase(key);
    }
    if (!groups.contains(record.key) && record.time < stream_time - ttl) continue;
    Group& group = groups.try_emplace(record.key, Group{0, record.time}).first->second;
    ++group.count;
    group.time = std::max(group.time, record.time);
    out.push_back(record.key + "@" + std::to_string(group.time) + " {\"C\":" + std::to_string(group.count) + "}");
  }
  return out;
}

const char* kTtlStream =
    "CREATE STREAM S (K STRING KEY, N INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);";
const char* kTtlCounts =
    "CREATE TABLE T WITH (TTL='5 SECONDS') AS SELECT K, COUNT(*) AS C FROM S GROUP BY K EMIT CHANGES;";

}  // namespace

TEST_CASE("groups end where they should, in whatever batches the records come, and over restarts") {
  std::mt19937 random(7);
  std::vector<TtlRecord> records;
  int64_t time = 1'000'000;
  for (int i = 0; i < 12000; ++i) {
    // More groups at a time than the queue reads ahead; now and then a jump that ends them all; some records are late.
    time += i % 4000 == 3999 ? 20'000 : static_cast<int64_t>(random() % 3);
    const int64_t behind = random() % 20 == 0 ? static_cast<int64_t>(random() % 8000) : 0;
    records.push_back({"s", ttl_key(static_cast<int>(random() % 3000)), time - behind, i});
  }
  const std::vector<std::string> expected = model_of_counts(records, 5000);
  REQUIRE(std::count_if(expected.begin(), expected.end(),
                        [](const std::string& line) { return line.ends_with("NULL"); }) > 3000);
  SUBCASE("all at once") {
    EngineUnderTest engine;
    engine.run(kTtlStream);
    append_records(engine, records, 0, records.size());
    engine.run(kTtlCounts);
    engine.wait_until_caught_up();
    check_same_lines(topic_lines(engine, "T"), expected);
  }
  SUBCASE("little by little, with restarts") {
    Folder folder;
    EngineUnderTest engine(folder.path(), {{"commit.interval.ms", "20"}, {"checkpoint.interval.ms", "50"}});
    engine.run(kTtlStream);
    engine.run(kTtlCounts);
    for (size_t at = 0; at < records.size(); at += 700) {
      append_records(engine, records, at, at + 700);
      engine.wait_until_caught_up();
      if (at % 2800 != 0) continue;
      engine.close();
      engine.open();
    }
    engine.wait_until_caught_up();
    check_same_lines(topic_lines(engine, "T"), expected);
  }
}

TEST_CASE("what joins and copies of tables give doesn't depend on batches and restarts") {
  std::mt19937 random(11);
  std::vector<TtlRecord> records;
  for (int i = 0; i < 6000; ++i) {
    records.push_back({random() % 2 == 0 ? "a" : "b", ttl_key(static_cast<int>(random() % 400)),
                       1'000'000 + 3 * i + static_cast<int64_t>(i > 4000 ? 50'000 : 0),
                       static_cast<int>(random() % 5)});
  }
  const std::vector<std::string> statements = {
      "CREATE TABLE A (K STRING PRIMARY KEY, N INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);",
      "CREATE TABLE B (K STRING PRIMARY KEY, N INT) WITH (KAFKA_TOPIC='b', VALUE_FORMAT='JSON', PARTITIONS=1, "
      "TTL='1 SECONDS');",
      "CREATE STREAM E (K STRING KEY, N INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON');",
      "CREATE TABLE J WITH (TTL='2 SECONDS') AS SELECT ROWKEY AS K, A.N AS X, B.N AS Y FROM A FULL OUTER JOIN B ON A.K "
      "= "
      "B.K WHERE A.N > 0 OR B.N > 0;",
      "CREATE TABLE I WITH (TTL='700 MILLISECONDS') AS SELECT A.K AS K, A.N AS X, B.N AS Y FROM A INNER JOIN B ON A.K "
      "= B.K AND A.N < B.N;",
      "CREATE TABLE F WITH (TTL='1 SECONDS') AS SELECT K, N FROM A WHERE N > 2;",
      "CREATE TABLE P AS SELECT K, N FROM B;",
      "CREATE TABLE G AS SELECT N, COUNT(*) AS C FROM B GROUP BY N;",
      "CREATE STREAM L AS SELECT E.K AS K, E.N AS X, B.N AS Y FROM E LEFT JOIN B ON E.K = B.K;"};
  const std::vector<std::string> sinks = {"J", "I", "F", "P", "G", "L"};
  std::map<std::string, std::vector<std::string>> expected;
  {
    EngineUnderTest engine;
    for (size_t i = 0; i < 3; ++i) engine.run(statements[i]);
    append_records(engine, records, 0, records.size());
    for (size_t i = 3; i < statements.size(); ++i) engine.run(statements[i]);
    engine.wait_until_caught_up();
    for (const std::string& sink : sinks) expected[sink] = topic_lines(engine, sink);
  }
  for (const std::string& sink : sinks) {
    CAPTURE(sink);
    const auto ends_row = [](const std::string& line) { return line.find("NULL") != std::string::npos; };
    if (sink != "G" && sink != "L") CHECK(std::any_of(expected[sink].begin(), expected[sink].end(), ends_row));
  }
  Folder folder;
  EngineUnderTest engine(folder.path(), {{"commit.interval.ms", "20"}, {"checkpoint.interval.ms", "50"}});
  for (const std::string& statement : statements) engine.run(statement);
  for (size_t at = 0; at < records.size(); at += 500) {
    append_records(engine, records, at, at + 500);
    engine.wait_until_caught_up();
    if (at % 1500 != 0) continue;
    engine.close();
    engine.open();
  }
  engine.wait_until_caught_up();
  for (const std::string& sink : sinks) {
    CAPTURE(sink);
    check_same_lines(topic_lines(engine, sink), expected[sink]);
  }
}

TEST_CASE("a TTL is told of, counted and kept over a restart") {
  Folder folder;
  EngineUnderTest engine(folder.path());
  engine.run(kTtlStream);
  const std::string id = engine.run(kTtlCounts).query_id;
  engine.run(
      "CREATE TABLE D (K STRING PRIMARY KEY) WITH (KAFKA_TOPIC='d', VALUE_FORMAT='JSON', PARTITIONS=1, TTL='36 "
      "hours');");
  engine.run("INSERT INTO S (ROWTIME, K, N) VALUES (1000, 'x', 1);");
  engine.run("INSERT INTO S (ROWTIME, K, N) VALUES (20000, 'y', 1);");
  engine.wait_for_records("T", 3);
  engine.wait_until_caught_up();
  CHECK(engine->query_status(id)->expired.load() == 1);
  const auto has = [](const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  };
  const StatementResult described = engine.run("DESCRIBE T EXTENDED;");
  CHECK_MESSAGE(has(described.message, "5 SECONDS"), described.message);
  CHECK_MESSAGE(has(described.text, "1 rows ended by TTL"), described.text);
  CHECK(has(engine.run("EXPLAIN " + id + ";").text, "AGGREGATE by K, TTL 5 SECONDS"));
  CHECK(has(engine.run("EXPLAIN " + id + ";").text, "1 row has ended by a TTL."));
  engine.close();
  engine.open();
  CHECK(has(engine.run("DESCRIBE D EXTENDED;").message, "36 HOURS"));
  CHECK(has(engine.run("DESCRIBE T EXTENDED;").message, "5 SECONDS"));
  engine.run("INSERT INTO S (ROWTIME, K, N) VALUES (40000, 'z', 1);");
  engine.wait_for_records("T", 5);
  const std::vector<std::string> expected = {"x@1000 {\"C\":1}", "x@6001 NULL", "y@20000 {\"C\":1}", "y@25001 NULL",
                                             "z@40000 {\"C\":1}"};
  check_same_lines(topic_lines(engine, "T"), expected);
}

TEST_CASE("with idle.timeout rows end by the wall clock where no record comes") {
  EngineUnderTest engine;
  engine.run(kTtlStream);
  engine.run("SET 'idle.timeout' = '20';");
  engine.run("CREATE TABLE T WITH (TTL='100 MILLISECONDS') AS SELECT K, COUNT(*) AS C FROM S GROUP BY K EMIT CHANGES;");
  engine.run("INSERT INTO S (ROWTIME, K, N) VALUES (1000, 'x', 1);");
  engine.wait_for_records("T", 2);
  const std::vector<std::string> expected = {"x@1000 {\"C\":1}", "x@1101 NULL"};
  check_same_lines(topic_lines(engine, "T"), expected);
}
