// ON_ERROR, DEAD_LETTER_TOPIC and LATE_TOPIC of a WITH clause, checked. No state; any thread.
#pragma once

#include <string>
#include <vector>

#include "engine/catalog/error_policy.h"
#include "engine/plan/physical_plan.h"
#include "engine/plan/with_clause.h"

namespace weir {

// CREATE STREAM|TABLE over `topic`: what becomes of its records that can't be read.
ErrorPolicy bind_source_errors(const WithClause& with, const std::string& topic);

// CREATE … AS and INSERT INTO … SELECT: what becomes of all that the query can't process. `plan` has its sink.
ErrorPolicy bind_query_errors(const WithClause& with, const PhysicalPlan& plan);

}  // namespace weir
