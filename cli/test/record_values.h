// Records of test cases ↔ bytes, in the formats of the sources that own the topics. Stateless.
#pragma once

#include <string>

#include "cli/test/json_node.h"
#include "cli/test/test_engine.h"

namespace weir::cli {

OwnedRecord input_record(TestEngine& engine, const std::string& topic, const JsonNode& node);
// The empty string when the record is what is expected. `any_time`: an expected time of 0 accepts any.
std::string compare_record(TestEngine& engine, const std::string& topic, const JsonNode& expected, const OwnedRecord& actual,
                           bool any_time, bool exact);
std::string describe_record(const OwnedRecord& record);

}  // namespace weir::cli
