// Connectors: how their options are resolved, and that no secret is ever shown.
#include "engine/runtime/connector.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "engine/runtime/engine.h"
#include "engine/runtime/value_reference.h"
#include "tests/unit/temporary_directory.h"

using namespace weir;

namespace {

// What the plugin below was given, and the text that its connector fails with.
struct Probe {
  std::map<std::string, std::string> validated, created;
  std::string refusal, failure;
};

class ProbeConnector final : public Connector {
 public:
  explicit ProbeConnector(std::string failure) : failure_(std::move(failure)) {}
  void run(const std::atomic<bool>&) override {
    if (!failure_.empty()) throw std::runtime_error(failure_);
  }
  ConnectorStatus status() const override {
    ConnectorStatus status;
    status.state = ConnectorStatus::State::kRetrying;
    status.error = "login with hunter2 refused";
    return status;
  }

 private:
  std::string failure_;
};

class ProbePlugin final : public ConnectorPlugin {
 public:
  explicit ProbePlugin(std::shared_ptr<Probe> probe) : probe_(std::move(probe)) {}
  std::vector<std::string> classes() const override { return {"Probe"}; }
  bool is_source() const override { return true; }
  const std::vector<ConnectorOption>& options() const override {
    static const std::vector<ConnectorOption> options = {{"user", "", "Who"},
                                                         {"password", "", "The password"},
                                                         {"pin", "", "Secret by the table", false, true},
                                                         {"mode", "", "How", false, false, {"fast", "slow"}}};
    return options;
  }
  void validate(const ConnectorDefinition& definition, const ConnectorServices&) const override {
    probe_->validated = definition.properties;
    if (!probe_->refusal.empty()) throw std::invalid_argument(probe_->refusal);
  }
  std::unique_ptr<Connector> create(const ConnectorDefinition& definition, const ConnectorServices&) const override {
    probe_->created = definition.properties;
    return std::make_unique<ProbeConnector>(probe_->failure);
  }

 private:
  std::shared_ptr<Probe> probe_;
};

class ConnectorEngine {
 public:
  explicit ConnectorEngine(std::shared_ptr<Probe> probe, std::string folder = "")
      : probe_(std::move(probe)), folder_(std::move(folder)) {
    open();
  }
  void open() {
    EngineOptions options;
    if (!folder_.empty()) options.config.set("data.dir", folder_);
    options.config.set("num.threads", "1");
    options.connectors = {std::make_shared<ProbePlugin>(probe_)};
    engine_ = Engine::open(std::move(options));
  }
  void close() { engine_.reset(); }
  StatementResult run(const std::string& text) { return engine_->execute(*sql::parse_statement(text), session_); }
  std::string refusal(const std::string& text) {
    try {
      run(text);
    } catch (const StatementError& e) {
      return e.what();
    }
    FAIL("expected a StatementError");
    return {};
  }
  std::string description() { return run("DESCRIBE CONNECTOR C;").message; }
  // DESCRIBE CONNECTOR as soon as it says `part`.
  std::string description_with(const std::string& part) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    std::string text = description();
    while (text.find(part) == std::string::npos) {
      REQUIRE_MESSAGE(std::chrono::steady_clock::now() < deadline, text);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      text = description();
    }
    return text;
  }
  std::string command_log() {
    std::string all;
    const log::TopicPartition place{"_weir-default_-commands", 0};
    const auto reader = engine_->log().open_reader();
    reader->assign(place, log::kEarliest);
    while (!reader->at_end(place)) {
      for (const log::FetchedRecords& fetched : reader->poll(std::chrono::milliseconds(100), 100)) {
        for (const log::RecordView& record : fetched.records) all += std::string(record.value.value_or("")) + "\n";
      }
    }
    return all;
  }

 private:
  std::shared_ptr<Probe> probe_;
  std::string folder_;
  std::unique_ptr<Engine> engine_;
  Session session_;
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// An environment variable for the time of a test.
class EnvironmentVariable {
 public:
  EnvironmentVariable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~EnvironmentVariable() { unsetenv(name_); }

 private:
  const char* name_;
};

}  // namespace

TEST_CASE("references in values") {
  const EnvironmentVariable variable("WEIR_TEST_REFERENCE", "sesame");
  const test::TemporaryDirectory directory;
  const std::string path = directory / "with:colon.properties";
  std::ofstream(path) << "# secrets\n\npw = hunter2 \nurl=a=b\n";
  std::vector<std::string> found;
  CHECK(resolve_references("x${env:WEIR_TEST_REFERENCE}y${file:" + path + ":pw}${other}", &found) ==
        "xsesameyhunter2${other}");
  CHECK(found == std::vector<std::string>{"sesame", "hunter2"});
  CHECK(resolve_references("${file:" + path + ":url}") == "a=b");
  CHECK(has_references("a${env:B}"));
  CHECK_FALSE(has_references("a${b}"));
  const auto complaint = [](const std::string& value) {
    try {
      resolve_references(value);
    } catch (const std::invalid_argument& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  CHECK(has(complaint("${env:WEIR_TEST_MISSING}"), "WEIR_TEST_MISSING is not set"));
  CHECK(has(complaint("${file:" + path + ":nothing}"), "has no entry nothing"));
  CHECK(has(complaint("${file:/nowhere/x:pw}"), "/nowhere/x"));
  CHECK(has(complaint("${file:x}"), "${file:PATH:KEY}"));
  CHECK(has(complaint("${env:X"), "no closing"));
}

TEST_CASE("a connector works with what its references stand for; nothing else sees it") {
  const EnvironmentVariable variable("WEIR_TEST_PASSWORD", "hunter2");
  const auto probe = std::make_shared<Probe>();
  ConnectorEngine engine(probe);
  const StatementResult made = engine.run(
      "CREATE SOURCE CONNECTOR C WITH ('connector.class'='Probe', 'user'='me', "
      "'password'='${env:WEIR_TEST_PASSWORD}');");
  CHECK(made.warnings.empty());
  CHECK(probe->validated.at("password") == "hunter2");
  CHECK(probe->created.at("password") == "hunter2");
  CHECK(probe->created.at("user") == "me");
  const std::string commands = engine.command_log();
  CHECK(has(commands, "${env:WEIR_TEST_PASSWORD}"));
  CHECK_FALSE(has(commands, "hunter2"));
  const std::string described = engine.description();
  CHECK(has(described, "'password'='***'"));
  CHECK(has(described, "login with *** refused"));
  CHECK_FALSE(has(described, "hunter2"));
}

TEST_CASE("a literal secret is taken, with a warning, and shown nowhere") {
  const auto probe = std::make_shared<Probe>();
  probe->failure = "hunter2 and 4711 are wrong";
  ConnectorEngine engine(probe);
  const StatementResult made =
      engine.run("CREATE SOURCE CONNECTOR C WITH ('connector.class'='Probe', 'password'='hunter2', 'pin'='4711');");
  REQUIRE(made.warnings.size() == 2);
  CHECK(has(made.warnings[0], "'password'"));
  CHECK(has(made.warnings[1], "'pin'"));
  for (const std::string& warning : made.warnings) CHECK_FALSE(has(warning, "hunter2"));
  CHECK(probe->created.at("pin") == "4711");
  const std::string described = engine.description_with("FAILED");
  CHECK(has(described, "*** and *** are wrong"));
  CHECK(has(described, "'pin'='***'"));
  CHECK_FALSE(has(described, "hunter2"));
  CHECK_FALSE(has(described, "4711"));
}

TEST_CASE("refusals of a connector's options don't tell secrets") {
  const EnvironmentVariable variable("WEIR_TEST_PASSWORD", "hunter2");
  const auto probe = std::make_shared<Probe>();
  ConnectorEngine engine(probe);
  const std::string missing = engine.refusal(
      "CREATE SOURCE CONNECTOR C WITH ('connector.class'='Probe', 'password'='${env:WEIR_TEST_MISSING}');");
  CHECK(has(missing, "'password'"));
  CHECK(has(missing, "WEIR_TEST_MISSING is not set"));
  const std::string mode =
      engine.refusal("CREATE SOURCE CONNECTOR C WITH ('connector.class'='Probe', 'mode'='${env:WEIR_TEST_PASSWORD}');");
  CHECK(has(mode, "'mode'"));
  CHECK(has(mode, "fast, slow"));
  CHECK_FALSE(has(mode, "hunter2"));
  probe->refusal = "hunter2 is refused";
  CHECK(engine.refusal("CREATE SOURCE CONNECTOR C WITH ('connector.class'='Probe', 'password'='hunter2');") ==
        "*** is refused");
  CHECK(engine.run("SHOW CONNECTORS;").tables.at(0).rows.empty());
}

TEST_CASE("a reference that leads nowhere at the start makes its connector FAILED, not the process") {
  const test::TemporaryDirectory directory;
  const auto probe = std::make_shared<Probe>();
  {
    const EnvironmentVariable variable("WEIR_TEST_PASSWORD", "hunter2");
    ConnectorEngine engine(probe, directory / "data");
    engine.run("CREATE SOURCE CONNECTOR C WITH ('connector.class'='Probe', 'password'='${env:WEIR_TEST_PASSWORD}');");
  }
  probe->created.clear();
  ConnectorEngine engine(probe, directory / "data");
  CHECK(probe->created.empty());
  const std::string described = engine.description();
  CHECK(has(described, "FAILED"));
  CHECK(has(described, "WEIR_TEST_PASSWORD is not set"));
  engine.close();
  const EnvironmentVariable variable("WEIR_TEST_PASSWORD", "changed");
  engine.open();
  CHECK(probe->created.at("password") == "changed");
  engine.run("DROP CONNECTOR C;");
  CHECK(engine.run("SHOW CONNECTORS;").tables.at(0).rows.empty());
}
