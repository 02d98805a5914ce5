#include "engine/runtime/connector_secrets.h"

#include <stdexcept>
#include <string_view>
#include <vector>

#include "engine/runtime/value_reference.h"
#include "engine/sql/error.h"
#include "engine/sql/formatter.h"

namespace weir {

ConnectorSecrets::ConnectorSecrets(const ConnectorDefinition& definition, const ConnectorPlugin& plugin)
    : resolved_(definition) {
  for (const ConnectorOption& option : plugin.options()) {
    if (option.secret) secret_options_.insert(option.name);
  }
  for (auto& [name, value] : resolved_.properties) {
    if (sql::is_secret_property(name)) secret_options_.insert(name);
    std::vector<std::string> found;
    try {
      value = resolve_references(value, &found);
    } catch (const std::invalid_argument& e) {
      throw std::invalid_argument("Option '" + name + "' of connector " + definition.name + ": " + e.what() +
                                  (std::string_view(e.what()).ends_with('.') ? "" : "."));
    }
    // A reference may stand for a port number: blotting out such short texts would make every message unreadable.
    constexpr size_t kShortestReference = 3;
    for (const std::string& part : found) {
      if (part.size() >= kShortestReference || secret_options_.contains(name)) values_.insert(part);
    }
    if (secret_options_.contains(name)) values_.insert(value);
  }
  values_.erase("");
}

std::string ConnectorSecrets::redact(std::string text) const {
  for (const std::string& secret : values_) {
    constexpr std::string_view kHidden = "***";
    for (size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + kHidden.size())) {
      text.replace(at, secret.size(), kHidden);
    }
  }
  return text;
}

void ConnectorSecrets::guard(const std::function<void()>& work) const {
  try {
    work();
  } catch (const StatementError& e) {
    throw StatementError(e.kind(), redact(e.what()), e.position());
  } catch (const log::LogError& e) {
    throw log::LogError(e.kind(), redact(e.what()));
  } catch (const SchemaRegistryError&) {
    throw;  // of the service's registry: it knows nothing of the connector's options
  } catch (const std::invalid_argument& e) {
    throw std::invalid_argument(redact(e.what()));
  } catch (const std::exception& e) {
    throw std::runtime_error(redact(e.what()));
  }
}

}  // namespace weir
