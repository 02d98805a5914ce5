// The error policy of a source or a query as JSON, for plans and the command log. No state; any thread.
#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "engine/catalog/error_policy.h"

namespace weir {

// Puts the policy into `json` under "errors", unless it says nothing.
inline void put_error_policy(const ErrorPolicy& policy, nlohmann::json& json) {
  if (policy.is_default()) return;
  nlohmann::json& errors = json["errors"];
  errors = nlohmann::json::object();
  if (policy.on_error) errors["on_error"] = on_error_name(*policy.on_error);
  if (!policy.dead_letter_topic.empty()) errors["dead_letter_topic"] = policy.dead_letter_topic;
  if (!policy.late_topic.empty()) errors["late_topic"] = policy.late_topic;
}

inline ErrorPolicy error_policy_of(const nlohmann::json& json) {
  ErrorPolicy policy;
  if (!json.contains("errors")) return policy;
  const nlohmann::json& errors = json.at("errors");
  if (errors.contains("on_error")) {
    const std::string name = errors.at("on_error");
    policy.on_error = on_error_from_name(name);
    if (!policy.on_error) throw std::invalid_argument("unknown ON_ERROR: " + name);
  }
  policy.dead_letter_topic = errors.value("dead_letter_topic", "");
  policy.late_topic = errors.value("late_topic", "");
  return policy;
}

}  // namespace weir
