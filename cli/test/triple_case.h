// Cases as ksqlDB's test runner takes them: a file of statements, one of input records and one of the records that must come out.
#pragma once

#include <optional>
#include <string>

#include "cli/test/json_case.h"

namespace weir::cli {

// `inputs` may be empty: the statements insert their own rows. Throws std::invalid_argument for files that can't be read.
JsonCase read_triple_case(const std::string& statements, const std::string& inputs, const std::string& outputs);

// A folder with statements.sql and output.json (and input.json) is a case.
bool is_triple_folder(const std::string& folder);
JsonCase read_triple_folder(const std::string& folder);

}  // namespace weir::cli
