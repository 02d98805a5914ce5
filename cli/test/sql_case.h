// SQL test files: statements, INSERT VALUES, ASSERT VALUES / NULL VALUES / STREAM / TABLE. `--@test: name` begins a case (a file without one is
// a case itself); `--@expected.error: kind` and `--@expected.message: text` say how its last statement is refused. Records go through
// all queries as they are inserted.
#pragma once

#include <string>
#include <vector>

#include "cli/test/test_options.h"
#include "cli/test/test_result.h"

namespace weir::cli {

struct SqlCase {
  std::string file, folder, name, text;
  std::string expected_error;    // "syntax", "invalid", "not_supported", "any", or a class name of ksqlDB's
  std::string expected_message;  // part of the message
};

std::vector<SqlCase> read_sql_cases(const std::string& path);
TestResult run_sql_case(const SqlCase& test, const TestOptions& options);

}  // namespace weir::cli
