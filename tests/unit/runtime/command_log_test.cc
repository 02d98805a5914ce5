#include "engine/runtime/command_log.h"

#include <atomic>

#include "tests/unit/runtime/engine_fixture.h"

namespace weir {

namespace {

std::shared_ptr<log::Log> memory_log() {
  log::EmbeddedLogOptions options;
  options.in_memory = true;
  return log::open_embedded_log(options);
}

Command drop_type(const std::string& name, std::optional<int64_t> base, const std::string& id) {
  Command command;
  command.action = Command::Action::kDropType;
  command.statement = "DROP TYPE " + name + ";";
  command.name = name;
  command.base = base;
  command.id = id;
  return command;
}

void append_text(log::Log& log, const std::string& topic, const std::string& text) {
  const auto transaction = log.open_transaction("");
  log::RecordView record;
  record.value = text;
  transaction->append(topic, 0, record);
  transaction->commit();
}

// A server of a service: its command log, and what it has applied.
struct Server {
  CommandLog commands;
  std::vector<std::string> applied;
  Server(const std::shared_ptr<log::Log>& log, const std::string& topic) : commands(log, topic) { commands.create(); }
  CommandLog::Apply apply() {
    return [this](const Command& command) {
      if (command.name == "BAD") throw std::runtime_error("BAD doesn't apply");
      applied.push_back(command.name + "@" + std::to_string(command.offset));
    };
  }
};

using Kind = CommandOutcome::Kind;

}  // namespace

TEST_CASE("command log: of two commands on one base the first counts, on all servers") {
  const auto log = memory_log();
  Server a(log, "commands"), b(log, "commands");
  a.commands.append(drop_type("A", a.commands.position(), "a1"));
  b.commands.append(drop_type("B", b.commands.position(), "b1"));
  CHECK(b.commands.read_own("b1", b.apply()).kind == Kind::kVoid);
  CHECK(b.applied == std::vector<std::string>{"A@0"});
  // What lies behind the own command is applied when it was read with it, so the next base is behind all of it.
  CHECK(a.commands.read_own("a1", a.apply()).kind == Kind::kApplied);
  a.commands.read_to_end(a.apply());
  CHECK(a.applied == b.applied);
  CHECK(a.commands.position() == 2);
  CHECK(a.commands.last_effective() == 0);

  // Bound anew it counts: a void command lies between, which changed nothing.
  b.commands.append(drop_type("B", b.commands.position(), "b2"));
  const CommandOutcome again = b.commands.read_own("b2", b.apply());
  CHECK(again.kind == Kind::kApplied);
  CHECK(again.offset == 2);
  // A base from before the void one would do as well.
  a.commands.append(drop_type("C", 1, "a2"));
  CHECK(a.commands.read_own("a2", a.apply()).kind == Kind::kVoid);  // B at 2 counts
  a.commands.append(drop_type("C", 3, "a3"));
  CHECK(a.commands.read_own("a3", a.apply()).kind == Kind::kApplied);

  // Who comes later decides alike.
  Server late(log, "commands");
  late.commands.read_to_end(late.apply());
  CHECK(late.applied == a.applied);
  CHECK(late.applied == std::vector<std::string>{"A@0", "B@2", "C@4"});
  CHECK(late.commands.quarantined().empty());
}

TEST_CASE("command log: commands of earlier versions have no base and always count") {
  const auto log = memory_log();
  Server a(log, "commands"), b(log, "commands");
  const int64_t base = a.commands.position();
  b.commands.append(drop_type("OLD", std::nullopt, ""));
  b.commands.append(drop_type("OLDER", std::nullopt, ""));
  a.commands.append(drop_type("NEW", base, "a1"));
  CHECK(a.commands.read_own("a1", a.apply()).kind == Kind::kVoid);
  CHECK(a.applied == std::vector<std::string>{"OLD@0", "OLDER@1"});
}

TEST_CASE("command log: what doesn't apply is in quarantine on all servers, and counts") {
  const auto log = memory_log();
  Server a(log, "commands"), b(log, "commands");
  append_text(*log, "commands", "no JSON at all");
  append_text(*log, "commands", R"({"version": 2, "action": "levitate", "statement": "LEVITATE;", "base": 1})");
  append_text(*log, "commands",
              R"({"version": 2, "action": "levitate", "statement": "LEVITATE;", "base": 1})");  // void
  a.commands.append(drop_type("T", 0, "a1"));  // void: bound before those
  CHECK(a.commands.read_own("a1", a.apply()).kind == Kind::kVoid);
  a.commands.append(drop_type("BAD", a.commands.position(), "a2"));
  const CommandOutcome bad = a.commands.read_own("a2", a.apply());
  CHECK(bad.kind == Kind::kQuarantined);
  CHECK_THROWS_WITH(std::rethrow_exception(bad.failure), "BAD doesn't apply");
  a.commands.append(drop_type("T", a.commands.position(), "a3"));
  CHECK(a.commands.read_own("a3", a.apply()).kind == Kind::kApplied);

  b.commands.read_to_end(b.apply());
  CHECK(b.applied == std::vector<std::string>{"T@5"});
  CHECK(a.applied == b.applied);
  const auto quarantined = b.commands.quarantined();
  REQUIRE(quarantined.size() == 3);
  CHECK(quarantined[0].statement == "no JSON at all");
  CHECK(quarantined[1].statement == "LEVITATE;");
  CHECK(quarantined[1].offset == 1);
  CHECK(quarantined[2].offset == 4);
  CHECK(quarantined[2].reason == "BAD doesn't apply");
  CHECK(a.commands.quarantined().size() == 3);
}

TEST_CASE("command log: reading goes on where it was") {
  const auto log = memory_log();
  Server a(log, "commands"), b(log, "commands");
  std::atomic<int> woken{0};
  b.commands.on_ready([&] { woken.fetch_add(1); });
  b.commands.read_new(b.apply());
  CHECK(b.applied.empty());
  const int before = woken.load();
  for (int i = 0; i < 3; ++i) {
    const std::string id = "a" + std::to_string(i);
    a.commands.append(drop_type("T" + std::to_string(i), a.commands.position(), id));
    CHECK(a.commands.read_own(id, a.apply()).kind == Kind::kApplied);
  }
  CHECK(woken.load() > before);
  b.commands.read_new(b.apply());
  CHECK(b.applied == std::vector<std::string>{"T0@0", "T1@1", "T2@2"});
  b.commands.read_new(b.apply());
  CHECK(b.applied.size() == 3);
}

}  // namespace weir
