#include "engine/runtime/query_definition.h"

#include <stdexcept>

namespace weir {

void end_on_invalid_timestamp(const QueryDefinition& query, const ProcessingError& error) {
  if (!query.ends_on_invalid_timestamp || error.stage != RowError::Stage::kTimestamp) return;
  // The message goes on with what becomes of the record elsewhere: "…; the record is skipped".
  const std::string reason = error.message.substr(0, error.message.find(';'));
  throw std::runtime_error("The record at offset " + std::to_string(error.offset) + " of " + error.topic +
                           ", partition " + std::to_string(error.partition) + ", has no valid time: " + reason +
                           ". timestamp.throw.on.invalid is true, so the query ends here.");
}

}  // namespace weir
