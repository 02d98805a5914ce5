// DESCRIBE of several sources, EXPLAIN's overridden properties.
#include <doctest/doctest.h>

#include "engine/runtime/engine.h"

using namespace weir;

namespace {

class DescribeEngine {
 public:
  explicit DescribeEngine(const std::string& reset = "") {
    EngineOptions options;
    options.config.set("num.threads", "1");
    if (!reset.empty()) options.config.set("auto.offset.reset", reset);
    engine_ = Engine::open(std::move(options));
    run("CREATE STREAM A (K INT KEY, X INT) WITH (kafka_topic='a', value_format='JSON', partitions=1);");
    run("CREATE STREAM B (Y STRING) WITH (kafka_topic='b', value_format='JSON', partitions=1);");
  }
  StatementResult run(const std::string& text) { return engine_->execute(*sql::parse_statement(text), session_); }

 private:
  std::unique_ptr<Engine> engine_;
  Session session_;
};

const StatementResult& part_of(const StatementResult& result, const std::string& name) {
  for (const StatementResult& part : result.parts) {
    if (part.message.starts_with("Name                 : " + name + "\n")) return part;
  }
  FAIL("no part for " << name);
  return result;
}

}  // namespace

TEST_CASE("DESCRIBE of several gives each name with its own table") {
  DescribeEngine engine;
  for (const char* statement : {"DESCRIBE STREAMS;", "SHOW STREAMS EXTENDED;", "DESCRIBE STREAMS EXTENDED;"}) {
    CAPTURE(statement);
    const StatementResult result = engine.run(statement);
    CHECK(result.message.empty());
    CHECK(result.tables.empty());
    CHECK(part_of(result, "A").tables.at(0).rows ==
          std::vector<std::vector<std::string>>{{"K", "INTEGER (key)"}, {"X", "INTEGER"}});
    CHECK(part_of(result, "B").tables.at(0).rows == std::vector<std::vector<std::string>>{{"Y", "VARCHAR(STRING)"}});
  }
  const StatementResult plain = engine.run("DESCRIBE STREAMS;");
  CHECK(plain.text.find("DESCRIBE <Stream,Table> EXTENDED") != std::string::npos);
  CHECK(part_of(plain, "A").text.empty());
}

TEST_CASE("EXPLAIN lists as overridden only what is") {
  const auto overridden = [](DescribeEngine& engine) {
    engine.run("CREATE STREAM O AS SELECT * FROM A;");
    return engine.run("EXPLAIN O;").text.find("Overridden Properties") != std::string::npos;
  };
  DescribeEngine plain, same("earliest"), other;
  CHECK_FALSE(overridden(plain));
  CHECK_FALSE(overridden(same));
  other.run("SET 'auto.offset.reset'='earliest';");
  CHECK(overridden(other));
  CHECK(other.run("EXPLAIN O;").text.find("auto.offset.reset=earliest") != std::string::npos);
}
