// What becomes of a row that a query can't process: where its report and its record go, by the policies of the query
// and of the source that it was read from. Called by collectors, on their task's thread; no state.
#pragma once

#include <memory>
#include <string>

#include "engine/runtime/query_definition.h"

namespace weir {

struct ErrorRoute {
  std::string topic;   // of the record itself: the dead-letter or late topic; empty: neither
  bool report = true;  // it goes to the processing log
};

// Throws std::runtime_error, with the record's place, when the error ends the query: ON_ERROR = 'FAIL', or
// timestamp.throw.on.invalid.
ErrorRoute route_error(const QueryDefinition& query, const ProcessingError& error);

// All topics that route_error may name, in no order.
std::vector<std::string> error_topics_of(const PhysicalPlan& plan);
// Those of dead letters.
std::vector<std::string> dead_letter_topics_of(const PhysicalPlan& plan);

}  // namespace weir
