// Every statement of ksqlDB's public JSON cases, where a copy of them lies beside the project: those that a case
// expects to run must parse.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "engine/sql/parser.h"

namespace weir::sql {
namespace {

const std::filesystem::path kCaseFolders = std::filesystem::path(__FILE__).parent_path() / "../../../../shared/qtt";

std::string with_json_format(std::string text) {
  const std::string macro = "{FORMAT}";
  for (size_t at = text.find(macro); at != std::string::npos; at = text.find(macro, at))
    text.replace(at, macro.size(), "JSON");
  return text;
}

TEST_CASE("the statements of the public cases parse") {
  if (!std::filesystem::exists(kCaseFolders)) {
    MESSAGE("skipped: no cases at " << kCaseFolders.string());
    return;
  }
  size_t statements = 0, refused = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kCaseFolders)) {
    if (entry.path().extension() != ".json") continue;
    const auto file = nlohmann::json::parse(std::ifstream(entry.path()));
    for (const auto& test : file.at("tests")) {
      std::string text;
      for (const auto& statement : test.at("statements")) text += with_json_format(statement.get<std::string>()) + "\n";
      const bool fails = test.contains("expectedException") || test.contains("expectedError");
      CAPTURE(entry.path().filename().string());
      CAPTURE(test.at("name").get<std::string>());
      try {
        statements += parse_script(text).size();
      } catch (const StatementError& error) {
        ++refused;
        if (fails) {
          const auto& expected =
              test.contains("expectedException") ? test.at("expectedException") : test.at("expectedError");
          std::cout << entry.path().filename() << " " << test.at("name") << "\n"
                    << expected << "\n"
                    << error.render(text) << "\n\n";
        } else {
          FAIL_CHECK(error.render(text));
        }
      }
    }
  }
  CHECK(statements > 3000);
  std::cout << statements << " statements, " << refused << " refused\n";
}

}  // namespace
}  // namespace weir::sql
