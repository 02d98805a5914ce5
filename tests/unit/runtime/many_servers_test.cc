// Engines that share one log are servers of one service: what one is told takes effect on all.
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/unit/runtime/engine_fixture.h"

namespace weir {

namespace {

std::shared_ptr<log::Log> shared_memory_log() {
  log::EmbeddedLogOptions options;
  options.in_memory = true;
  return log::open_embedded_log(options);
}

class ServerUnderTest {
 public:
  explicit ServerUnderTest(std::shared_ptr<log::Log> log, const std::string& state_dir = "") {
    EngineOptions options;
    options.log = std::move(log);
    options.manual_queries = true;
    if (!state_dir.empty()) options.config.set("state.dir", state_dir);
    engine_ = Engine::open(std::move(options));
  }
  StatementResult run(const std::string& text) { return engine_->execute(*sql::parse_statement(text), session_); }
  std::string refusal(const std::string& text) {
    try {
      run(text);
    } catch (const StatementError& e) {
      return e.what();
    }
    return "";
  }
  Engine* operator->() { return engine_.get(); }
  std::vector<std::string> queries() {
    std::vector<std::string> ids;
    for (const auto& query : engine_->catalog().queries()) {
      ids.push_back(query->id + "#" + std::to_string(query->incarnation) + (query->paused ? " paused" : ""));
    }
    return ids;
  }

 private:
  std::unique_ptr<Engine> engine_;
  Session session_;
};

template <typename Condition>
void wait_until(const Condition& condition) {
  const auto deadline = test::Clock::now() + test::kDeadline;
  while (!condition()) {
    REQUIRE(test::Clock::now() < deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

constexpr const char* kStream =
    "CREATE STREAM S (K STRING KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);";

}  // namespace

TEST_CASE("many servers: each follows what the others are told") {
  const auto log = shared_memory_log();
  ServerUnderTest a(log), b(log);
  a.run(kStream);
  wait_until([&] { return b->catalog().find_source("S") != nullptr; });
  a.run("CREATE STREAM T AS SELECT K, A + 1 AS A1 FROM S EMIT CHANGES;");
  wait_until([&] { return b->query_definitions().size() == 1; });
  CHECK(a.queries() == b.queries());
  CHECK(a.queries() == std::vector<std::string>{"CSAS_T_0#1"});
  CHECK(b->query_definitions()[0]->incarnation == 1);

  // Replaced, paused, resumed: the query stays the same.
  b.run("CREATE OR REPLACE STREAM T AS SELECT K, A + 1 AS A1, A FROM S EMIT CHANGES;");
  b.run("PAUSE CSAS_T_0;");
  wait_until([&] { return a.queries() == std::vector<std::string>{"CSAS_T_0#1 paused"}; });
  wait_until([&] {
    const auto status = a->query_status("CSAS_T_0");  // null while it is started anew
    return status && status->state() == QueryStatus::State::kPaused;
  });
  CHECK(a->catalog().find_source("T")->columns.size() == 3);
  a.run("RESUME CSAS_T_0;");
  wait_until([&] { return b.queries() == std::vector<std::string>{"CSAS_T_0#1"}; });

  // A statement sees what the others have been told before it, without a wait.
  a.run("CREATE TYPE ADDRESS AS STRUCT<CITY STRING>;");
  b.run("CREATE STREAM U (K STRING KEY, HOME ADDRESS) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON', PARTITIONS=1);");
  a.run("ALTER SYSTEM 'auto.offset.reset' = 'earliest';");
  wait_until([&] { return b->query_definitions().size() == 1; });

  b.run("TERMINATE CSAS_T_0;");
  CHECK(a.refusal("PAUSE CSAS_T_0;").find("no query with the id CSAS_T_0") != std::string::npos);
  b.run("DROP STREAM T;");
  b.run("DROP STREAM S DELETE TOPIC;");
  CHECK(a.refusal("DROP STREAM S;").find("There is no stream or table named S") != std::string::npos);
  CHECK(!log->describe_topic("s"));

  // The same name again is another query.
  a.run(kStream);
  a.run("CREATE STREAM T AS SELECT K, A FROM S EMIT CHANGES;");
  wait_until([&] { return b->query_definitions().size() == 1; });
  CHECK(b->query_definitions()[0]->incarnation > 1);
  CHECK(a.queries() == b.queries());

  ServerUnderTest late(log);
  CHECK(late.queries() == a.queries());
  CHECK(late->quarantined().empty());
}

TEST_CASE("many servers: of concurrent statements for one name one wins") {
  const auto log = shared_memory_log();
  ServerUnderTest a(log), b(log), c(log);
  a.run(kStream);
  std::atomic<int> created{0};
  std::atomic<int> refused{0};
  const auto create_all = [&](ServerUnderTest& server) {
    for (int i = 0; i < 20; ++i) {
      try {
        server.run("CREATE STREAM N" + std::to_string(i) + " AS SELECT * FROM S EMIT CHANGES;");
        created.fetch_add(1);
      } catch (const StatementError& e) {
        if (std::string(e.what()).find("N" + std::to_string(i)) != std::string::npos) refused.fetch_add(1);
      }
      server.run("INSERT INTO N0 SELECT * FROM S EMIT CHANGES;");
    }
  };
  std::thread first([&] { create_all(a); }), second([&] { create_all(b); }), third([&] { create_all(c); });
  first.join();
  second.join();
  third.join();
  CHECK(created.load() == 20);
  CHECK(refused.load() == 40);
  wait_until([&] { return a.queries().size() == 80 && b.queries().size() == 80 && c.queries().size() == 80; });
  CHECK(a.queries() == b.queries());
  CHECK(a.queries() == c.queries());
  std::set<std::string> ids;
  for (const auto& query : a->catalog().queries()) ids.insert(query->id);
  CHECK(ids.size() == 80);
  CHECK(a->quarantined().empty());
  CHECK(ServerUnderTest(log).queries() == a.queries());
}

TEST_CASE("many servers: one statement for several queries isn't overtaken by its own commands") {
  const auto log = shared_memory_log();
  ServerUnderTest a(log), b(log);
  a.run(kStream);
  for (int i = 0; i < 5; ++i) a.run("CREATE STREAM Q" + std::to_string(i) + " AS SELECT * FROM S EMIT CHANGES;");
  const int64_t before = log->end_offset({"_weir-default_-commands", 0});
  b.run("PAUSE ALL;");
  CHECK(log->end_offset({"_weir-default_-commands", 0}) == before + 5);
  for (const auto& query : b->catalog().queries()) CHECK(query->paused);
  a.run("TERMINATE ALL;");
  CHECK(log->end_offset({"_weir-default_-commands", 0}) == before + 10);
  wait_until([&] { return b.queries().empty(); });
}

TEST_CASE("many servers: internal topics go with the statement that ends their query, by its server") {
  const auto log = shared_memory_log();
  const test::Folder folder;
  ServerUnderTest a(log, folder.path() + "/a"), b(log, folder.path() + "/b");
  a.run(kStream);
  a.run("CREATE TABLE COUNTS AS SELECT A, COUNT(*) AS N FROM S GROUP BY A EMIT CHANGES;");
  wait_until([&] { return b->query_definitions().size() == 1; });
  const auto internal = [&] {
    size_t count = 0;
    for (const auto& topic : log->list_topics()) count += topic.name.starts_with("_weir-default_query_CTAS_COUNTS_0-");
    return count;
  };
  CHECK(internal() == 2);
  CHECK(std::filesystem::exists(folder.path() + "/b/CTAS_COUNTS_0"));
  b.run("DROP TABLE COUNTS;");
  CHECK(internal() == 0);
  CHECK(!std::filesystem::exists(folder.path() + "/b/CTAS_COUNTS_0"));
  wait_until([&] { return !std::filesystem::exists(folder.path() + "/a/CTAS_COUNTS_0"); });
  CHECK(internal() == 0);
}

TEST_CASE("many servers: the state of an earlier query of the same id is wiped") {
  const auto log = shared_memory_log();
  const test::Folder folder;
  ServerUnderTest a(log);
  a.run(kStream);
  a.run("CREATE STREAM T AS SELECT * FROM S EMIT CHANGES;");
  const std::string insert = "INSERT INTO T WITH (QUERY_ID='MINE') SELECT * FROM S EMIT CHANGES;";
  a.run(insert);
  const std::string kept = folder.path() + "/MINE/store";
  {
    ServerUnderTest b(log, folder.path());
    std::filesystem::create_directories(kept);
  }
  { ServerUnderTest b(log, folder.path()); }
  CHECK(std::filesystem::exists(kept));
  // While b was away:
  a.run("TERMINATE MINE;");
  a.run(insert);
  { ServerUnderTest b(log, folder.path()); }
  CHECK(!std::filesystem::exists(kept));
}

TEST_CASE("many servers: SHOW SERVERS on any lists all, with their queries") {
  const auto log = shared_memory_log();
  ServerUnderTest a(log), b(log);
  a.run(kStream);
  a.run("CREATE STREAM T AS SELECT * FROM S EMIT CHANGES;");
  const auto listed = [](ServerUnderTest& server) {
    std::set<std::string> rows;
    const StatementResult shown = server.run("SHOW SERVERS;");
    for (const auto& row : shown.tables[0].rows) rows.insert(row[0] + " " + row[3]);
    return rows;
  };
  const std::set<std::string> both = {a->services().server_id + " ALIVE", b->services().server_id + " ALIVE"};
  wait_until([&] { return listed(a) == both && listed(b) == both; });
  wait_until([&] {
    for (const ServerInfo& server : a->servers()) {
      if (!server.queries.contains("CSAS_T_0")) return false;
    }
    return true;
  });
  {
    ServerUnderTest c(log);
    wait_until([&] { return listed(a).size() == 3; });
  }
  wait_until([&] { return listed(a) == both; });
}

TEST_CASE("many servers: a bad statement in the command log is left out, and the server runs") {
  const auto log = shared_memory_log();
  ServerUnderTest a(log);
  a.run(kStream);
  const auto transaction = log->open_transaction("");
  const std::string text = R"({"version":1,"action":"pause","statement":"PAUSE GHOST;","name":"GHOST"})";
  log::RecordView record;
  record.value = text;
  transaction->append("_weir-default_-commands", 0, record);
  transaction->commit();
  wait_until([&] { return a->quarantined().size() == 1; });
  CHECK(a->quarantined()[0].statement == "PAUSE GHOST;");
  a.run("CREATE STREAM T AS SELECT * FROM S EMIT CHANGES;");
  ServerUnderTest b(log);
  CHECK(b->quarantined().size() == 1);
  CHECK(b.queries() == a.queries());
}

}  // namespace weir
