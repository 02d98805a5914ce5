// Functions that ksqlDB's cases call and that are no part of the language: ksqlDB has them for its tests only. No state; any thread.
#pragma once

#include <memory>
#include <vector>

#include "engine/functions/registry.h"

namespace weir::cli {

// The language's functions and these.
std::shared_ptr<const FunctionRegistry> case_functions();
// Of these the aggregates.
std::vector<AggregateFunction> case_aggregates();
// … and the table functions.
std::vector<ScalarFunction> case_table_functions();

}  // namespace weir::cli
