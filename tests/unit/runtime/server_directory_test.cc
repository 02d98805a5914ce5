#include "engine/runtime/server_directory.h"

#include <atomic>
#include <thread>

#include "tests/unit/runtime/engine_fixture.h"

namespace weir {

namespace {

constexpr int64_t kHour = 60 * 60 * 1000;

// The servers of a service on one log, with a clock of their own.
struct Service {
  std::shared_ptr<log::Log> log;
  std::atomic<int64_t> now_ms{kHour};

  Service() {
    log::EmbeddedLogOptions options;
    options.in_memory = true;
    log = log::open_embedded_log(options);
  }
  std::unique_ptr<ServerDirectory> join(const std::string& id, std::atomic<int64_t>* commands = nullptr) {
    ServerDirectory::Options options;
    options.topic = "servers";
    options.server_id = id;
    options.heartbeat_interval = std::chrono::milliseconds(1000);
    options.clock_ms = [this] { return now_ms.load(); };
    options.describe = [id, commands] {
      ServerInfo info;
      info.listener = "http://" + id;
      info.queries["Q"] = {"ERROR", "because"};
      info.slots = {1, 5};
      if (commands) info.commands = commands->load();
      return info;
    };
    return std::make_unique<ServerDirectory>(log, std::move(options));
  }
};

std::string seen_by(const ServerDirectory& directory) {
  std::string out;
  for (const ServerInfo& server : directory.servers())
    out += (out.empty() ? "" : " ") + server.id + (server.alive ? "" : "?");
  return out;
}

template <typename Condition>
void wait_for_server(const Condition& condition) {
  const auto deadline = test::Clock::now() + test::kDeadline;
  while (!condition()) {
    REQUIRE(test::Clock::now() < deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

}  // namespace

TEST_CASE("servers: who comes, tells and goes is known to the others") {
  Service service;
  auto a = service.join("a");
  CHECK(seen_by(*a) == "a");
  auto b = service.join("b");
  CHECK(seen_by(*b) == "a b");
  wait_for_server([&] { return seen_by(*a) == "a b"; });
  const ServerInfo other = a->servers()[1];
  CHECK(other.listener == "http://b");
  CHECK(other.queries.at("Q").state == "ERROR");
  CHECK(other.queries.at("Q").error == "because");
  CHECK(other.slots == std::vector<int32_t>{1, 5});
  CHECK(other.heartbeat_ms == kHour);
  b.reset();
  wait_for_server([&] { return seen_by(*a) == "a"; });
}

TEST_CASE("servers: who tells nothing any more is expired, and forgotten a day later") {
  Service service;
  {
    const auto transaction = service.log->open_transaction("");
    service.log->create_topic("servers", {});
    const std::string text = R"({"server":"dead","heartbeat":3590000,"heartbeat_interval":1000})";
    log::RecordView record;
    record.key = "dead";
    record.value = text;
    transaction->append("servers", 0, record);
    record.key = "odd";
    record.value = "no JSON";
    transaction->append("servers", 0, record);
    transaction->commit();
  }
  auto a = service.join("a");
  CHECK(seen_by(*a) == "a dead?");
  auto b = service.join("b");
  // Both go on with their heartbeats; the dead one doesn't.
  service.now_ms.fetch_add(2000);
  wait_for_server([&] { return seen_by(*a) == "a b dead?" && a->servers()[1].heartbeat_ms == kHour + 2000; });
  service.now_ms.fetch_add(24 * kHour);
  wait_for_server([&] { return seen_by(*a) == "a b" && seen_by(*b) == "a b"; });
  auto c = service.join("c");
  CHECK(seen_by(*c) == "a b c");
}

TEST_CASE("servers: the others are waited for until they have applied a command") {
  Service service;
  std::atomic<int64_t> applied{3};
  auto a = service.join("a"), b = service.join("b", &applied);
  wait_for_server([&] { return seen_by(*a) == "a b"; });
  CHECK(a->await_commands(3, test::kDeadline));
  CHECK(!a->await_commands(4, std::chrono::milliseconds(20)));
  applied.store(4);
  b->changed();
  CHECK(a->await_commands(4, test::kDeadline));
  b.reset();
  CHECK(a->await_commands(9, test::kDeadline));
}

TEST_CASE("servers: SHOW SERVERS on the embedded log shows the one") {
  test::EngineUnderTest engine("", {{"ksql.advertised.listener", "http://here:8088"}});
  const StatementResult result = engine.run("SHOW SERVERS;");
  REQUIRE(result.tables.size() == 1);
  REQUIRE(result.tables[0].rows.size() == 1);
  const std::vector<std::string>& row = result.tables[0].rows[0];
  CHECK(row[0] == engine->services().server_id);
  CHECK(row[1] == "http://here:8088");
  CHECK(row[3] == "ALIVE");
  CHECK(row[5] != "0");  // all slots are its own
  CHECK(row[6] + row[7] == "00");
}

}  // namespace weir
