// What must hold for every plan, whatever the query.
#pragma once

#include "engine/functions/registry.h"
#include "engine/plan/physical_plan.h"

namespace weir {

// Checks (doctest) that the plan comes back from JSON, that names are unique and key columns first, that every
// expression binds over its input to the type of its column, and that repartitions and joins have the columns they
// need.
void check_plan(const PhysicalPlan& plan, const FunctionRegistry& functions);

}  // namespace weir
