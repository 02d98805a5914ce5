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
// For people: a record as a case writes it, and one of a topic in the same form.
std::string describe_record(const JsonNode& record);
std::string describe_record(TestEngine& engine, const std::string& topic, const OwnedRecord& record);

}  // namespace weir::cli
