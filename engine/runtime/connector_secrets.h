// The options of a connector with their references resolved, and the values among them that nobody may see. Made when a
// connector is checked or started; the definition that is kept and shown has the references. Immutable; any thread.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "engine/runtime/connector.h"

namespace weir {

class ConnectorSecrets {
 public:
  // Throws std::invalid_argument that names the option whose reference leads nowhere.
  ConnectorSecrets(const ConnectorDefinition& definition, const ConnectorPlugin& plugin);

  // What the connector works with.
  const ConnectorDefinition& resolved() const { return resolved_; }
  bool is_secret(const std::string& option) const { return secret_options_.contains(option); }
  // `text` with every secret value blotted out; for all that a connector or its peer says.
  std::string redact(std::string text) const;
  // Runs `work`; the message of what it throws is redacted.
  void guard(const std::function<void()>& work) const;

 private:
  ConnectorDefinition resolved_;
  std::set<std::string> secret_options_;
  std::set<std::string, std::greater<>> values_;  // longest prefixes first: a secret may begin another
};

}  // namespace weir
