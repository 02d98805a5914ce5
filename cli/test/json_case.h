// ksqlDB's JSON cases: statements, input records, expected output records or an expected refusal, and what must hold of the catalog
// afterwards. A case runs with no server, its queries one after the other, each to its end, record by record.
#pragma once

#include <string>
#include <vector>

#include "cli/test/json_node.h"
#include "cli/test/test_options.h"
#include "cli/test/test_result.h"

namespace weir::cli {

struct JsonCase {
  std::string file, name;
  std::vector<std::string> statements;
  JsonNode node;           // the case as read
  std::string skip;        // why it can't be run at all; empty: it can
  std::vector<std::pair<std::string, std::string>> properties;
};

// The cases of a file, expanded by format and configuration. Throws std::invalid_argument for a file that is none.
std::vector<JsonCase> read_json_cases(const std::string& path);
TestResult run_json_case(const JsonCase& test, const TestOptions& options);

}  // namespace weir::cli
