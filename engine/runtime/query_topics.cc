#include "engine/runtime/query_topics.h"

#include <algorithm>

#include "engine/sql/error.h"

namespace weir {

namespace {

bool is_read_by(const std::vector<PlanNodePtr>& inputs, const PlanNode& source) {
  return std::any_of(inputs.begin(), inputs.end(), [&](const PlanNodePtr& input) { return input->id == source.id; });
}

}  // namespace

std::vector<std::string> internal_topics(const QueryDefinition& query) {
  std::vector<std::string> topics;
  for (const Stage& stage : query.stages) {
    for (const PlanNodePtr& input : stage.inputs) {
      if (input->kind == PlanKind::kRepartition) topics.push_back(query.repartition_topic(*input));
    }
    if (query.transient) continue;
    for (const StoreDescription& store : stores_of(stage)) topics.push_back(query.changelog_topic(store.name));
  }
  return topics;
}

bool is_internal_topic(const QueryDefinition& query, const std::string& topic) {
  const std::vector<std::string> topics = internal_topics(query);
  return std::find(topics.begin(), topics.end(), topic) != topics.end();
}

std::map<std::string, int32_t> source_partitions(const QueryDefinition& query) {
  std::map<std::string, int32_t> partitions;
  for (const Stage& stage : query.stages) {
    for (const PlanNodePtr& input : stage.inputs) {
      if (input->kind == PlanKind::kSource) partitions[input->source->topic] = query.stage_partitions[stage.index];
    }
  }
  return partitions;
}

void check_source_partitions(const QueryDefinition& query, const PlanNode& source, int32_t partitions) {
  const std::string& topic = source.source->topic;
  const auto first = query.first_source_partitions.find(topic);
  if (first == query.first_source_partitions.end() || first->second == partitions) return;
  const bool has_state = std::any_of(query.stages.begin(), query.stages.end(), [&](const Stage& stage) {
    return is_read_by(stage.inputs, source) && !stores_of(stage).empty();
  });
  if (!has_state) return;
  throw StatementError(StatementError::Kind::kInvalid, "The topic " + topic + " had " + std::to_string(first->second) +
                                                           " partitions when query " + query.id +
                                                           " was made, and has " + std::to_string(partitions) +
                                                           " now. Keys lie in other partitions than the query's " +
                                                           "state does, so it can't go on. TERMINATE " + query.id +
                                                           ", and make it anew from the beginning of its sources" +
                                                           " (with 'auto.offset.reset'='earliest'); or write the "
                                                           "records to a new topic whose number of partitions stays.");
}

std::string topic_gone_message(const QueryDefinition& query, const std::string& topic) {
  const std::string gone = "The topic " + topic + " doesn't exist";
  if (is_internal_topic(query, topic)) {
    return gone + " any more: somebody has deleted what query " + query.id + " keeps in it. TERMINATE " + query.id +
           " and make it anew.";
  }
  const auto is_topic = [&](const PlanNodePtr& source) { return source->source->topic == topic; };
  const bool read = std::any_of(query.sources.begin(), query.sources.end(), is_topic);
  return gone + ", and query " + query.id + (read ? " reads it" : " writes to it") + ". Make it again and RESUME " +
         query.id + ", or TERMINATE the query.";
}

TopicsCheck check_query_topics(const QueryDefinition& query, const std::map<std::string, int32_t>& counts) {
  TopicsCheck check;
  const auto compare = [&](const std::string& topic, int32_t expected) {
    const auto found = counts.find(topic);
    if (found == counts.end()) {
      check.missing.push_back(topic);
    } else if (expected > 0 && found->second != expected && check.changed.empty()) {
      check.changed = "The topic " + topic + " has " + std::to_string(found->second) + " partitions instead of " +
                      std::to_string(expected) + ".";
    }
  };
  for (const auto& [topic, partitions] : source_partitions(query)) compare(topic, partitions);
  if (query.plan.sink) compare(query.plan.sink->topic, query.sink_partitions);
  for (const std::string& topic : internal_topics(query)) compare(topic, 0);
  for (const auto& [topic, partitions] : query.error_topics) compare(topic, partitions);
  return check;
}

bool writes_topic(const QueryDefinition& query, const std::string& topic) {
  return (query.plan.sink && query.plan.sink->topic == topic) || query.error_topics.contains(topic) ||
         is_internal_topic(query, topic);
}

}  // namespace weir
