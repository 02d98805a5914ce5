#include "engine/runtime/error_routing.h"

#include <set>
#include <stdexcept>

namespace weir {

namespace {

// The query's own word counts; what can't be read is the source's business where the query says nothing.
const ErrorPolicy& policy_for(const QueryDefinition& query, const ProcessingError& error) {
  if (query.plan.errors.on_error || !error.reading) return query.plan.errors;
  for (const PlanNodePtr& source : query.sources) {
    if (source->id == error.input) return source->source->errors;
  }
  return query.plan.errors;
}

[[noreturn]] void end_query(const QueryDefinition& query, const ProcessingError& error, const std::string& why) {
  // The message goes on with what becomes of the record elsewhere: "…; the record is skipped".
  const std::string reason = error.message.substr(0, error.message.find(';'));
  const std::string operation = error.operation.empty() ? "" : " (" + error.operation + ")";
  throw std::runtime_error("The record at offset " + std::to_string(error.offset) + " of " + error.topic +
                           ", partition " + std::to_string(error.partition) + ", can't be processed" + operation +
                           ": " + reason + ". " + why + " RESUME " + query.id +
                           " goes on from the last commit, which is before it.");
}

}  // namespace

ErrorRoute route_error(const QueryDefinition& query, const ProcessingError& error) {
  if (error.stage == RowError::Stage::kTimestamp && query.ends_on_invalid_timestamp) {
    end_query(query, error, "timestamp.throw.on.invalid is true, so the query ends here.");
  }
  ErrorRoute route;
  if (error.stage == RowError::Stage::kLate) {
    route.topic = query.plan.errors.late_topic;
    route.report = route.topic.empty();
    return route;
  }
  const ErrorPolicy& policy = policy_for(query, error);
  if (policy.on_error == OnError::kFail) end_query(query, error, "ON_ERROR is 'FAIL', so the query ends here.");
  if (policy.on_error == OnError::kDeadLetter && error.dropped) route.topic = policy.dead_letter_topic;
  return route;
}

std::vector<std::string> dead_letter_topics_of(const PhysicalPlan& plan) {
  std::set<std::string> topics;
  if (plan.errors.on_error) {
    topics.insert(plan.errors.dead_letter_topic);
  } else {
    for (const PlanNodePtr& source : plan.sources()) topics.insert(source->source->errors.dead_letter_topic);
  }
  topics.erase("");
  return {topics.begin(), topics.end()};
}

std::vector<std::string> error_topics_of(const PhysicalPlan& plan) {
  std::vector<std::string> topics = dead_letter_topics_of(plan);
  if (!plan.errors.late_topic.empty()) topics.push_back(plan.errors.late_topic);
  return topics;
}

}  // namespace weir
