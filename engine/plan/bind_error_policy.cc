#include "engine/plan/bind_error_policy.h"

#include <algorithm>

#include "engine/plan/messages.h"

namespace weir {

namespace {

bool drops_late_rows(const PlanNode& node) {
  if (node.kind == PlanKind::kStreamJoin || (node.aggregate && (node.aggregate->window || node.ttl_ms))) {
    return true;
  }
  return std::any_of(node.inputs.begin(), node.inputs.end(),
                     [](const PlanNodePtr& input) { return drops_late_rows(*input); });
}

// The topics that take what went wrong must not be those that it came from or that others read as results.
void check_error_topic(const WithClause& with, const std::string& property, const std::string& topic,
                       const std::vector<std::string>& taken) {
  if (topic.empty()) refuse(property + " can't be empty.", with.position(property));
  if (std::find(taken.begin(), taken.end(), topic) == taken.end()) return;
  refuse(property + " '" + topic + "' is a topic that the query itself reads or writes. Take another one.",
         with.position(property));
}

ErrorPolicy bind_on_error(const WithClause& with, const std::string& default_topic,
                          const std::vector<std::string>& taken) {
  ErrorPolicy policy;
  if (const auto name = with.text("ON_ERROR")) {
    policy.on_error = on_error_from_name(*name);
    if (!policy.on_error) {
      refuse("ON_ERROR is 'SKIP', 'FAIL' or 'DEAD_LETTER', not '" + *name + "'.", with.position("ON_ERROR"));
    }
  }
  const auto topic = with.text("DEAD_LETTER_TOPIC");
  if (policy.on_error == OnError::kDeadLetter) {
    policy.dead_letter_topic = topic.value_or(default_topic);
    if (topic) check_error_topic(with, "DEAD_LETTER_TOPIC", *topic, taken);
  } else if (topic) {
    refuse("DEAD_LETTER_TOPIC means nothing without ON_ERROR = 'DEAD_LETTER'. Add that, or leave the topic out.",
           with.position("DEAD_LETTER_TOPIC"));
  }
  return policy;
}

}  // namespace

ErrorPolicy bind_source_errors(const WithClause& with, const std::string& topic) {
  if (with.has("LATE_TOPIC")) {
    refuse(
        "LATE_TOPIC belongs to a query with windows or a join of streams: CREATE … WITH (LATE_TOPIC = …) AS SELECT …",
        with.position("LATE_TOPIC"));
  }
  return bind_on_error(with, topic + "-dead-letters", {topic});
}

ErrorPolicy bind_query_errors(const WithClause& with, const PhysicalPlan& plan) {
  std::vector<std::string> taken = {plan.sink->topic};
  for (const PlanNodePtr& source : plan.sources()) taken.push_back(source->source->topic);
  ErrorPolicy policy = bind_on_error(with, plan.sink->topic + "-dead-letters", taken);
  if (const auto late = with.text("LATE_TOPIC")) {
    if (!drops_late_rows(*plan.root)) {
      refuse(
          "LATE_TOPIC needs a query with windows or a join of streams, or an aggregation with a TTL: no record is late "
          "in this one.",
          with.position("LATE_TOPIC"));
    }
    taken.push_back(policy.dead_letter_topic);
    check_error_topic(with, "LATE_TOPIC", *late, taken);
    policy.late_topic = *late;
  }
  return policy;
}

}  // namespace weir
