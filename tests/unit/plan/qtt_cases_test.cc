// ksqlDB's public cases over streams, where a copy of them lies beside the project: what they expect to run is bound
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
    std::filesystem::path(__FILE__).parent_path() / "../../../../shared/qtt/query-validation-tests";

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
  const std::string format = topic.value(std::string(side) + "Format", "AVRO");
  const std::string type = format == "JSON_SR" ? "JSON" : format;
  const std::string text =
      topic[schema].is_string() && type == "PROTOBUF" ? topic[schema].get<std::string>() : topic[schema].dump();
  static int next_id = 5000;
  env.registry.put(topic.value(schema + "Id", next_id++), subject, type, text);
}

void prepare_topics(PlanTestEnv& env, const CaseJson& test) {
  if (!test.contains("topics")) return;
  for (const CaseJson& topic : test["topics"]) {
    if (!topic.is_object()) continue;
    const std::string name = topic.at("name");
    env.topics[name] = topic.value("partitions", 1);
    put_schema(env, topic, "key", name + "-key");
    put_schema(env, topic, "value", name + "-value");
  }
}

// The topics of a case are there before its statements, with the partitions that they ask for.
void note_partitions(PlanTestEnv& env, const sql::Statement& statement) {
  const auto* create = std::get_if<sql::CreateSource>(&statement.body);
  if (!create) return;
  std::string topic;
  int partitions = 0;
  for (const sql::Property& property : create->properties) {
    const sql::Expr& value = *property.value;
    if (property.name == "KAFKA_TOPIC" && value.kind == sql::ExprKind::kString)
      topic = static_cast<const sql::StringLiteral&>(value).value;
    if (property.name == "PARTITIONS" && value.kind == sql::ExprKind::kInteger) {
      partitions = static_cast<int>(static_cast<const sql::IntegerLiteral&>(value).value);
    }
  }
  if (partitions > 0) env.topics[topic] = partitions;
}

CaseResult run_case(PlanTestEnv& env, const CaseJson& test, const std::string& format) {
  prepare_topics(env, test);
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
    for (const auto& statement : statements) note_partitions(env, *statement);
    for (const auto& statement : statements) {
      env.execute(*statement);
      ++done;
      if (std::holds_alternative<sql::CreateSourceAs>(statement->body) ||
          std::holds_alternative<sql::InsertInto>(statement->body)) {
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
      const auto statement = sql::parse_statement("CREATE STREAM X (" + expected["schema"].get<std::string>() + ");");
      PlanSchema schema;
      for (const auto& element : std::get<sql::CreateSource>(statement->body).elements) {
        schema.push_back({element.name.name, resolve_type(*element.type, &env.catalog),
                          element.role == sql::ColumnDefinition::Role::kKey});
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

TEST_CASE("ksqlDB's cases over streams") {
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
