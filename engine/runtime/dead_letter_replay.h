// REPLAY DEAD LETTERS: what a query couldn't process comes in again. Two steps, each exactly once. The statement copies
// the query's dead letters, from where the last one ended, to internal topics of the query's own, one for each of its
// inputs, so that no other query sees them. A query's tasks read these beside the inputs themselves. No state; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/runtime/query_definition.h"

namespace weir {

struct ReplayCounts {
  uint64_t fed = 0;     // come in again
  uint64_t kept = 0;    // not: an aggregation or join has their rows already
  uint64_t lost = 0;    // not: the query has no such input (any more), or the letter has no record
  uint64_t others = 0;  // of other queries
};

// The statement's step. Throws log::LogError.
ReplayCounts copy_dead_letters(log::Log& log, const QueryDefinition& query);

// The topics that exist of those that copy_dead_letters fills.
std::vector<std::string> replay_topics_of(log::Log& log, const QueryDefinition& query);
// Consumer group of how far the query's dead letters have been copied.
std::string dead_letter_group(const QueryDefinition& query);

// A dead letter as it was before: its place, time and headers. nullopt: it says too little of that.
std::optional<log::FetchedRecords> as_it_was(const log::RecordView& letter,
                                             const std::vector<std::shared_ptr<const void>>& memory);

}  // namespace weir
