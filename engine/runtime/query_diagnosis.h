// How far a query has come, and in words why nothing comes out of it: what EXPLAIN, DESCRIBE and SHOW QUERIES tell.
// Asks the log for the ends of the query's inputs. No state; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/runtime/query_definition.h"

namespace weir {

// A partition of a topic that the query reads.
struct InputProgress {
  log::TopicPartition partition;
  int64_t begin = 0, end = 0;  // of the partition
  int64_t first = 0;           // where this process began to read
  int64_t position = 0;        // the next offset, as of the last commit
  int64_t stream_time = INT64_MIN;
  int64_t lag() const { return end > position ? end - position : 0; }
};

// Empty as long as no worker has begun. Throws log::LogError.
std::vector<InputProgress> input_progress(const QueryDefinition& query, log::Log& log);
// The records of the query's sources that wait to be read; nullopt: not known.
std::optional<int64_t> input_lag(const QueryDefinition& query, log::Log& log);

// One sentence or two for each thing worth knowing, the most important first.
std::vector<std::string> diagnose(const QueryDefinition& query, log::Log& log);

}  // namespace weir
