#include "engine/runtime/connector.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <stdexcept>

#include "engine/runtime/connector_secrets.h"
#include "engine/sql/error.h"

namespace weir {

struct ConnectorManager::Running {
  ConnectorDefinition definition;                   // as given: with references
  std::unique_ptr<const ConnectorSecrets> secrets;  // null when they can't be resolved
  std::string connector_class;
  std::unique_ptr<Connector> connector;  // null when it can't be made
  std::atomic<bool> stopping{false};
  std::atomic<bool> failed{false}, fenced{false};
  bool held = false;
  std::string failure;  // written before `failed`
  std::thread thread;
};

ConnectorManager::ConnectorManager(std::vector<std::shared_ptr<const ConnectorPlugin>> plugins,
                                   ConnectorServices services)
    : plugins_(std::move(plugins)), services_(std::move(services)) {}

ConnectorManager::~ConnectorManager() { stop_all(); }

const char* connector_state_name(ConnectorStatus::State state) {
  switch (state) {
    case ConnectorStatus::State::kRunning:
      return "RUNNING";
    case ConnectorStatus::State::kPaused:
      return "PAUSED";
    case ConnectorStatus::State::kRetrying:
      return "RETRYING";
    case ConnectorStatus::State::kCompleted:
      return "COMPLETED";
    case ConnectorStatus::State::kFailed:
      return "FAILED";
    case ConnectorStatus::State::kUnassigned:
      return "UNASSIGNED";
  }
  return "UNKNOWN";
}

const ConnectorPlugin& ConnectorManager::plugin_of(const ConnectorDefinition& definition) const {
  const auto given = definition.properties.find("connector.class");
  if (given == definition.properties.end()) {
    throw std::invalid_argument("Connector " + definition.name +
                                " has no 'connector.class'. SHOW CONNECTOR PLUGINS lists the classes.");
  }
  std::vector<std::string> known;
  for (const auto& plugin : plugins_) {
    for (const std::string& name : plugin->classes()) {
      if (name == given->second) {
        if (plugin->is_source() != definition.is_source) {
          throw std::invalid_argument("'" + name + "' is a " + (plugin->is_source() ? "source" : "sink") +
                                      ": write CREATE " + (plugin->is_source() ? "SOURCE" : "SINK") + " CONNECTOR.");
        }
        return *plugin;
      }
      known.push_back(name);
    }
  }
  throw std::invalid_argument("Unknown connector class '" + given->second + "'." +
                              suggestion(given->second, known, "'") + " SHOW CONNECTOR PLUGINS lists the classes.");
}

void ConnectorManager::validate(const ConnectorDefinition& definition) const {
  const ConnectorPlugin& plugin = plugin_of(definition);
  std::vector<std::string> names = {"connector.class", "name"};
  for (const ConnectorOption& option : plugin.options()) names.push_back(option.name);
  for (const auto& [name, value] : definition.properties) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      throw std::invalid_argument("Unknown option '" + name + "' of connector " + definition.name + "." +
                                  suggestion(name, names, "'"));
    }
  }
  const ConnectorSecrets secrets(definition, plugin);
  const ConnectorDefinition& resolved = secrets.resolved();
  for (const ConnectorOption& option : plugin.options()) {
    const auto given = resolved.properties.find(option.name);
    if (given == resolved.properties.end()) {
      if (option.required) {
        throw std::invalid_argument("Connector " + definition.name + " needs the option '" + option.name +
                                    "': " + option.description + ".");
      }
      continue;
    }
    if (!option.choices.empty() &&
        std::find(option.choices.begin(), option.choices.end(), given->second) == option.choices.end()) {
      std::string list;
      for (const std::string& choice : option.choices) list += (list.empty() ? "" : ", ") + choice;
      throw std::invalid_argument("Option '" + option.name + "' of connector " + definition.name + " can't be '" +
                                  (secrets.is_secret(option.name) ? "***" : secrets.redact(given->second)) +
                                  "': expected one of " + list + ".");
    }
  }
  secrets.guard([&] { plugin.validate(resolved, services_); });
}

std::vector<std::string> ConnectorManager::secret_options(const ConnectorDefinition& definition) const {
  const ConnectorSecrets secrets(definition, plugin_of(definition));
  std::vector<std::string> names;
  for (const auto& [name, value] : definition.properties) {
    if (secrets.is_secret(name)) names.push_back(name);
  }
  return names;
}

void ConnectorManager::start(const ConnectorDefinition& definition) {
  auto running = std::make_unique<Running>();
  running->definition = definition;
  Running* target = running.get();
  const auto fail = [target](const std::string& reason) {
    target->failure = target->secrets ? target->secrets->redact(reason) : reason;
    target->failed.store(true);
    spdlog::error("connector {} failed: {}", target->definition.name, target->failure);
  };
  try {
    const auto given = definition.properties.find("connector.class");
    if (given != definition.properties.end()) running->connector_class = given->second;
    const ConnectorPlugin& plugin = plugin_of(definition);
    running->connector_class = plugin.classes().front();
    running->secrets = std::make_unique<const ConnectorSecrets>(definition, plugin);
    running->connector = plugin.create(running->secrets->resolved(), services_);
    running->thread = std::thread([target, fail] {
      try {
        target->connector->run(target->stopping);
      } catch (const log::LogError& e) {
        target->fenced.store(e.kind() == log::LogError::Kind::kFenced);
        fail(e.what());
      } catch (const std::exception& e) {
        fail(e.what());
      }
    });
  } catch (const std::exception& e) {
    fail(e.what());
  }
  std::lock_guard lock(mutex_);
  running_[definition.name] = std::move(running);
}

void ConnectorManager::hold(const ConnectorDefinition& definition) {
  auto held = std::make_unique<Running>();
  held->definition = definition;
  held->held = true;
  try {
    held->connector_class = plugin_of(definition).classes().front();
  } catch (const std::invalid_argument&) {
    const auto given = definition.properties.find("connector.class");
    if (given != definition.properties.end()) held->connector_class = given->second;
  }
  std::lock_guard lock(mutex_);
  running_[definition.name] = std::move(held);
}

void ConnectorManager::stop(const std::string& name) {
  std::unique_ptr<Running> running;
  {
    std::lock_guard lock(mutex_);
    const auto found = running_.find(name);
    if (found == running_.end()) return;
    running = std::move(found->second);
    running_.erase(found);
  }
  running->stopping.store(true);
  if (running->thread.joinable()) running->thread.join();
}

bool ConnectorManager::is_fenced(const std::string& name) const {
  std::lock_guard lock(mutex_);
  const auto found = running_.find(name);
  return found != running_.end() && found->second->fenced.load();
}

void ConnectorManager::stop_all() {
  std::vector<std::string> names;
  {
    std::lock_guard lock(mutex_);
    for (auto& [name, running] : running_) {
      running->stopping.store(true);
      names.push_back(name);
    }
  }
  for (const std::string& name : names) stop(name);
}

ConnectorManager::Entry ConnectorManager::entry_of(const Running& running) const {
  Entry entry{running.definition, running.connector_class, {}};
  if (running.connector) {
    entry.status = running.connector->status();
    entry.status.error = running.secrets->redact(std::move(entry.status.error));
  }
  if (running.held) entry.status.state = ConnectorStatus::State::kUnassigned;
  if (running.failed.load()) {
    entry.status.state = ConnectorStatus::State::kFailed;
    entry.status.error = running.failure;
  }
  return entry;
}

std::vector<ConnectorManager::Entry> ConnectorManager::list() const {
  std::lock_guard lock(mutex_);
  std::vector<Entry> out;
  for (const auto& [name, running] : running_) out.push_back(entry_of(*running));
  return out;
}

std::optional<ConnectorManager::Entry> ConnectorManager::find(const std::string& name) const {
  std::lock_guard lock(mutex_);
  const auto found = running_.find(name);
  if (found == running_.end()) return std::nullopt;
  return entry_of(*found->second);
}

}  // namespace weir
