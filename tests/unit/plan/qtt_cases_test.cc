// ksqlDB's public cases, where a copy of them lies beside the project: what they expect to run is bound
// and its plan is sound, what they expect to be refused is refused at its last statement. Nothing is executed.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/sql/formatter.h"
#include "tests/unit/plan/plan_checks.h"
#include "tests/unit/plan/plan_test_env.h"

namespace weir {

namespace {

using CaseJson = nlohmann::json;

const std::filesystem::path kPlanCases =
    std::filesystem::path(WEIR_SOURCE_DIR).parent_path() / "shared/qtt/query-validation-tests";

std::string with_format(std::string text, const std::string& format) {
  const std::string macro = "{FORMAT}";
  for (size_t at = text.find(macro); at != std::string::npos; at = text.find(macro, at))
    text.replace(at, macro.size(), format);
  return text;
}

struct CaseResult {
  enum class Outcome { kBound, kRefused, kNotSupported, kOther } outcome = Outcome::kBound;
  std::string message;
  bool at_last = false;
};

void put_schema(PlanTestEnv& env, const CaseJson& topic, const char* side, const std::string& subject) {
  const std::string schema = std::string(side) + "Schema";
  if (!topic.contains(schema)) return;
  const auto type_of = [](const std::string& format) { return format == "JSON_SR" ? std::string("JSON") : format; };
  const auto text_of = [](const std::string& type, const CaseJson& text) {
    return text.is_string() && type == "PROTOBUF" ? text.get<std::string>() : text.dump();
  };
  std::vector<SchemaReference> references;
  for (const CaseJson& reference : topic.value(schema + "References", CaseJson::array())) {
    const std::string name = reference.at("name"), type = type_of(reference.value("format", "AVRO"));
    env.registry.put(env.registry.free_id(), name, type, text_of(type, reference.at("schema")));
    references.push_back({name, name, 1});
  }
  const std::string type = type_of(topic.value(std::string(side) + "Format", "AVRO"));
  const int id = topic.value(schema + "Id", env.registry.free_id());
  env.registry.put(id, subject, type, text_of(type, topic[schema]), references);
}

void put_schemas(PlanTestEnv& env, const CaseJson& test, const std::set<std::string>& declared, bool of_declared) {
  if (!test.contains("topics")) return;
  for (const CaseJson& topic : test["topics"]) {
    if (!topic.is_object()) continue;
    const std::string name = topic.at("name");
    if (declared.contains(name) != of_declared) continue;
    put_schema(env, topic, "key", name + "-key");
    put_schema(env, topic, "value", name + "-value");
  }
}

// The topics of a case are there before its statements, with the partitions that it or they ask for. Returns those that
// a CREATE statement declares.
std::set<std::string> prepare_topics(PlanTestEnv& env, const CaseJson& test,
                                     const std::vector<sql::StatementPtr>& statements) {
  if (test.contains("topics")) {
    for (const CaseJson& topic : test["topics"]) {
      if (topic.is_object()) env.topics[topic.at("name")] = topic.value("partitions", 1);
    }
  }
  std::set<std::string> declared;
  for (const sql::StatementPtr& statement : statements) {
    const auto* create = std::get_if<sql::CreateSource>(&statement->body);
    if (!create) continue;
    std::string topic;
    int partitions = 0;
    for (const sql::Property& property : create->properties) {
      const sql::Expr& value = *property.value;
      if (property.name == "KAFKA_TOPIC" && value.kind == sql::ExprKind::kString)
        topic = static_cast<const sql::StringLiteral&>(value).value;
      if (property.name == "PARTITIONS" && value.kind == sql::ExprKind::kInteger)
        partitions = static_cast<int>(static_cast<const sql::IntegerLiteral&>(value).value);
    }
    declared.insert(topic);
    if (partitions > 0) env.topics[topic] = partitions;
  }
  return declared;
}

CaseResult run_case(PlanTestEnv& env, const CaseJson& test, const std::string& format) {
  if (test.contains("properties")) {
    for (const auto& [name, value] : test["properties"].items()) {
      std::string text = value.is_string() ? value.get<std::string>() : value.dump();
      if (text == "{CONFIG}") text = test["config"][0].get<std::string>();
      env.properties[name] = text;
    }
  }
  std::string script;
  for (const auto& statement : test.at("statements"))
    script += with_format(statement.get<std::string>(), format) + "\n";
  CaseResult result;
  size_t done = 0, all = 1;
  try {
    const auto statements = sql::parse_script(script);
    all = statements.size();
    const std::set<std::string> declared = prepare_topics(env, test, statements);
    // As with `weir test`: cases that give no ids count on the schemas of sinks coming with the first query.
    put_schemas(env, test, declared, true);
    bool sinks_are_there = false;
    for (const auto& statement : statements) {
      const bool query = std::holds_alternative<sql::CreateSourceAs>(statement->body) ||
                         std::holds_alternative<sql::InsertInto>(statement->body);
      if (query && !sinks_are_there) put_schemas(env, test, declared, false);
      sinks_are_there = sinks_are_there || query;
      env.execute(*statement);
      ++done;
      if (query) {
        check_plan(env.last().plan, *env.functions);
      }
    }
  } catch (const StatementError& error) {
    result.message = error.what();
    result.at_last = done + 1 == all || error.kind() == StatementError::Kind::kSyntax;
    const bool unsupported = error.kind() == StatementError::Kind::kNotSupported;
    const bool unknown_function = result.message.find("no function with the name") != std::string::npos;
    result.outcome = unsupported        ? CaseResult::Outcome::kNotSupported
                     : unknown_function ? CaseResult::Outcome::kOther
                                        : CaseResult::Outcome::kRefused;
  }
  return result;
}

void check_expected_sources(const PlanTestEnv& env, const CaseJson& test) {
  if (!test.contains("post") || !test["post"].contains("sources")) return;
  for (const CaseJson& expected : test["post"]["sources"]) {
    const SourcePtr source = env.catalog.find_source(expected.at("name"));
    CAPTURE(expected.dump());
    REQUIRE(source);
    if (expected.contains("schema")) {
      // "KEY" and "PRIMARY KEY" stand for the same here: which of them a column has, the kind of source tells.
      const std::string text = expected["schema"];
      const std::string kind = text.find("PRIMARY KEY") == std::string::npos ? "STREAM" : "TABLE";
      const auto statement = sql::parse_statement("CREATE " + kind + " X (" + text + ");");
      PlanSchema schema;
      for (const auto& element : std::get<sql::CreateSource>(statement->body).elements) {
        schema.push_back({element.name.name, resolve_type(*element.type, &env.catalog),
                          element.role != sql::ColumnDefinition::Role::kValue});
      }
      CHECK(schema_text_of(*source) == schema_text_of(schema));
    }
    if (expected.contains("keyFormat"))
      CHECK(format_name(source->key_format.kind) == expected["keyFormat"].at("format").get<std::string>());
    if (expected.contains("valueFormat"))
      CHECK(format_name(source->value_format.kind) == expected["valueFormat"].get<std::string>());
  }
}

// What stands in quotes in the message: names, types and functions, which our message must tell too.
std::set<std::string> quoted_words(const std::string& message) {
  std::set<std::string> out;
  for (size_t i = 0; i < message.size(); ++i) {
    if (message[i] != '\'' && message[i] != '`' && message[i] != '"') continue;
    const size_t end = message.find(message[i], i + 1);
    if (end == std::string::npos) break;
    if (end > i + 1) out.insert(message.substr(i + 1, end - i - 1));
    i = end;
  }
  return out;
}

}  // namespace

TEST_CASE("ksqlDB's cases are bound or refused as they expect, and their plans are sound") {
  if (!std::filesystem::exists(kPlanCases)) {
    MESSAGE("skipped: no cases at " << kPlanCases.string());
    return;
  }
  std::map<std::string, int> counts;
  std::string report = "\n";
  for (const auto& entry : std::filesystem::directory_iterator(kPlanCases)) {
    if (entry.path().extension() != ".json") continue;
    const CaseJson file = CaseJson::parse(std::ifstream(entry.path()), nullptr, true, true);
    for (const CaseJson& test : file.at("tests")) {
      if (!test.value("enabled", true)) continue;
      const auto formats =
          test.contains("format") ? test["format"].get<std::vector<std::string>>() : std::vector<std::string>{""};
      for (const std::string& format : formats) {
        const std::string name = entry.path().stem().string() + " - " + test.at("name").get<std::string>() +
                                 (format.empty() ? "" : " - " + format);
        CAPTURE(name);
        PlanTestEnv env;
        const CaseResult result = run_case(env, test, format);
        const bool negative = test.contains("expectedException");
        const std::string last_statement = test.at("statements").back();
        if (negative && (last_statement.starts_with("DROP") || last_statement.starts_with("ALTER")))
          continue;  // nothing is bound
        if (result.outcome == CaseResult::Outcome::kOther) {
          ++counts["unknown function"];
          report += "FUNCTION " + name + ": " + result.message + "\n";
        } else if (result.outcome == CaseResult::Outcome::kNotSupported && !(negative && result.at_last)) {
          ++counts["not supported yet"];
        } else if (!negative) {
          ++counts[result.outcome == CaseResult::Outcome::kBound ? "bound" : "REFUSED"];
          if (result.outcome == CaseResult::Outcome::kBound) {
            check_expected_sources(env, test);
          } else {
            report += "REFUSED " + name + ": " + result.message + "\n";
          }
          CHECK(result.message == "");
        } else {
          const CaseJson& expected = test["expectedException"];
          const bool streams_exception = expected.value("type", "").find("StreamsException") != std::string::npos;
          if (streams_exception) continue;  // fails while running
          const bool refused = result.outcome != CaseResult::Outcome::kBound && result.at_last;
          // What ksqlDB lacks, Weir may have.
          if (!refused && expected.value("message", "").find("not yet supported") != std::string::npos) continue;
          ++counts[refused ? "refused" : "ACCEPTED"];
          if (!refused) report += "ACCEPTED " + name + ": " + result.message + "\n";
          for (const std::string& word : quoted_words(expected.value("message", ""))) {
            if (refused && result.message.find(word) == std::string::npos) {
              ++counts["message lacks a quoted word"];
              report += "WORD " + word + " | " + name + ": " + result.message + "\n";
            }
          }
        }
      }
    }
  }
  for (const auto& [what, count] : counts) report += what + ": " + std::to_string(count) + "\n";
  MESSAGE(report);
  CHECK(counts["ACCEPTED"] == 0);
  CHECK(counts["REFUSED"] == 0);
  CHECK(counts["bound"] > 100);
}

}  // namespace weir
