// Which joins are possible, by what their two sides are: streams or tables. A wrong one is refused with the names of
// both. No state; any thread.
#pragma once

#include "engine/plan/logical_plan.h"

namespace weir {

// The left side of `join` is what the joins before have made: a table where the first source is one.
void check_join_order(const QueryScope& scope, const LogicalJoin& join);
// Needs the join's bound criterion.
LogicalJoin::Kind join_kind(const QueryScope& scope, const LogicalJoin& join);
// The type of the join, its criterion and its WITHIN fit its kind.
void check_join_kind(const sql::Join& statement, const QueryScope& scope, const LogicalJoin& join);

}  // namespace weir
