// Where in a plan the rows end whose tables have a TTL. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/plan/physical_plan.h"

namespace weir {

// The plan's kTable nodes have the TTL of the tables whose topics they read. A join that keeps their rows anyway takes
// it over, and sees by its own stream time which of them have ended. `result_ms`: the TTL of the query's result, which
// becomes that of the operator that keeps the result's rows. `for_client`: of a push query, which tells of no
// deletions.
void place_ttl(PhysicalPlan& plan, std::optional<int64_t> result_ms, bool for_client = false);

// A kTable node that reads a table's topic; others stand above changes of a table.
bool is_table_of_topic(const PlanNode& node);

// Rows end somewhere in the plan.
bool has_ttl(const PlanNode& node);

}  // namespace weir
