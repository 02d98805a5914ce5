// What became of one test case.
#pragma once

#include <string>

namespace weir::cli {

struct TestResult {
  enum class Outcome { kPassed, kFailed, kSkipped };
  std::string file, name;
  Outcome outcome = Outcome::kPassed;
  std::string reason;   // of a failure or a skip
  std::string details;  // lines that show a failure at length
};

}  // namespace weir::cli
