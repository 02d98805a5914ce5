// How a case's expectations are held against what came: values, names in messages, sources of the catalog. Stateless.
#pragma once

#include <string>
#include <vector>

#include "cli/test/json_node.h"
#include "engine/catalog/catalog.h"

namespace weir::cli {

// The empty string when `actual` is what is expected, else the difference. Numbers of JSON are compared by their text as exact decimals,
// or within 1e-6 where `exact` is false.
std::string compare_values(const JsonNode& expected, const JsonNode& actual, bool exact);

// The names that `expected` puts in quotes and `message` doesn't hold, ignoring case: a refusal says it in its own words, but
// names what is at fault.
std::vector<std::string> missing_names(std::string expected, const std::string& message);

// A case's description of a source (only what it gives is compared).
std::string compare_source(const JsonNode& expected, const Source& source);

}  // namespace weir::cli
