#include "engine/runtime/query_definition.h"

#include <stdexcept>

namespace weir {

void end_on_invalid_timestamp(const QueryDefinition& query, const ProcessingError& error) {
  if (!query.ends_on_invalid_timestamp || error.stage != RowError::Stage::kTimestamp) return;
  throw std::runtime_error("The record at offset " + std::to_string(error.offset) + " of " + error.topic +
                           ", partition " + std::to_string(error.partition) + ", has no valid time: " + error.message +
                           ". timestamp.throw.on.invalid is true, so the query ends here.");
}

}  // namespace weir
