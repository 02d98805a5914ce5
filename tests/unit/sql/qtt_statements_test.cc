// Every statement of ksqlDB's public cases, where a copy of them lies beside the project: those that a case expects to
// run must parse and read back from their canonical text, those that it expects to fail in parsing must not parse.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "engine/sql/formatter.h"
#include "engine/sql/parser.h"

namespace weir::sql {
namespace {

const std::filesystem::path kCaseFolders = std::filesystem::path(WEIR_SOURCE_DIR).parent_path() / "shared/qtt";

bool cases_are_there() {
  if (std::filesystem::exists(kCaseFolders)) return true;
  MESSAGE("skipped: no cases at " << kCaseFolders.string());
  return false;
}

std::string with_json_format(std::string text) {
  const std::string macro = "{FORMAT}";
  for (size_t at = text.find(macro); at != std::string::npos; at = text.find(macro, at)) {
    text.replace(at, macro.size(), "JSON");
  }
  return text;
}

void check_read_back(const Statement& statement) {
  CAPTURE(statement.text);
  const std::string printed = to_sql(statement);
  CAPTURE(printed);
  const StatementPtr again = parse_statement(printed, {}, Language::kTestScripts);
  CHECK(equal(statement, *again));
}

// Whether the case says that the parser is to refuse it, for what the grammar and not a property's value says.
bool expects_syntax_error(const nlohmann::json& test) {
  const auto expected = test.contains("expectedException") ? test.at("expectedException") : test.at("expectedError");
  const std::string text = expected.dump();
  return (text.find("ParseFailedException") != std::string::npos || text.find("Syntax Error") != std::string::npos) &&
         text.find("Configuration") == std::string::npos;
}

TEST_CASE("the statements of the JSON cases") {
  if (!cases_are_there()) return;
  size_t statements = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kCaseFolders)) {
    if (entry.path().extension() != ".json") continue;
    const auto file = nlohmann::json::parse(std::ifstream(entry.path()));
    for (const auto& test : file.at("tests")) {
      std::string text;
      for (const auto& statement : test.at("statements")) text += with_json_format(statement.get<std::string>()) + "\n";
      const bool fails = test.contains("expectedException") || test.contains("expectedError");
      CAPTURE(entry.path().filename().string());
      CAPTURE(test.at("name").get<std::string>());
      if (fails && expects_syntax_error(test)) {
        CHECK_THROWS_AS(parse_script(text), StatementError);
        continue;
      }
      try {
        for (const StatementPtr& statement : parse_script(text)) {
          ++statements;
          check_read_back(*statement);
        }
      } catch (const StatementError& error) {
        if (!fails) FAIL_CHECK(error.render(text));
      }
    }
  }
  CHECK(statements > 3000);
}

TEST_CASE("the statements of the SQL cases") {
  if (!cases_are_there()) return;
  size_t statements = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kCaseFolders)) {
    if (entry.path().extension() != ".sql") continue;
    CAPTURE(entry.path().filename().string());
    std::stringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    try {
      for (const StatementPtr& statement : parse_script(text.str(), {}, Language::kTestScripts)) {
        ++statements;
        check_read_back(*statement);
      }
    } catch (const StatementError& error) {
      FAIL_CHECK(error.render(text.str()));
    }
  }
  CHECK(statements > 200);
}

}  // namespace
}  // namespace weir::sql
