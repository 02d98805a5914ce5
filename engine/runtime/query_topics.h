// What a query needs of its topics: that they are there, and have as many partitions as its state was made for. Values;
// any thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/runtime/query_definition.h"

namespace weir {

// How many partitions the topics of the query's sources have, as it was resolved.
std::map<std::string, int32_t> source_partitions(const QueryDefinition& query);

// The topics that the query makes for itself alone: repartition topics, changelogs.
std::vector<std::string> internal_topics(const QueryDefinition& query);
bool is_internal_topic(const QueryDefinition& query, const std::string& topic);

// Throws StatementError when `source`, one of the query's sources, has now another number of partitions than its tasks'
// state was made for: keys lie in other partitions now, and their state doesn't.
void check_source_partitions(const QueryDefinition& query, const PlanNode& source, int32_t partitions);

// Why the query can't run without a topic, and what to do.
std::string topic_gone_message(const QueryDefinition& query, const std::string& topic);

struct TopicsCheck {
  std::vector<std::string> missing;  // they seem to be gone
  std::string changed;               // in words, what another number of partitions has; empty: nothing has
};
// Compares what the query was resolved with and the log's topics.
TopicsCheck check_query_topics(const QueryDefinition& query, const std::map<std::string, int32_t>& counts);

// Whether the query appends to the topic: its sink, its internal topics, those of its errors.
bool writes_topic(const QueryDefinition& query, const std::string& topic);

}  // namespace weir
