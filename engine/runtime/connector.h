// Connectors declared in SQL: the interface that a connector's folder implements, and the manager that runs those of a
// process. A connector runs on a thread of its own and appends through the log's transactions, its own position with
// them, so that it goes on after a kill without a gap or a repeat.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/formats/schema_registry.h"
#include "engine/runtime/command.h"
#include "storage/log/log.h"

namespace weir {

struct ConnectorOption {
  std::string name;
  std::string default_value;
  std::string description;
  bool required = false;
  bool secret =
      false;  // masked wherever it could be seen; so is every option whose name says so (sql::is_secret_property)
  std::vector<std::string> choices;  // empty: anything
};

// What a connector works with. Outlives it.
struct ConnectorServices {
  std::shared_ptr<log::Log> log;
  std::shared_ptr<SchemaRegistry> registry;
  std::string service_id;
};

struct ConnectorStatus {
  // kUnassigned: another server of the service runs it.
  enum class State { kRunning, kPaused, kRetrying, kCompleted, kFailed, kUnassigned } state = State::kRunning;
  std::string error;
  uint64_t records = 0;
  std::vector<std::string> topics;
};

// One running connector. run() is called once on a thread of the manager and returns when `stopping` becomes true, or
// when there is nothing left to do. It retries by itself what a retry can mend; what it throws makes it FAILED with
// that reason.
class Connector {
 public:
  virtual ~Connector() = default;
  virtual void run(const std::atomic<bool>& stopping) = 0;
  virtual ConnectorStatus status() const = 0;  // any thread
};

class ConnectorPlugin {
 public:
  virtual ~ConnectorPlugin() = default;
  virtual std::vector<std::string> classes()
      const = 0;  // accepted for 'connector.class'; the first is the canonical one
  virtual bool is_source() const = 0;
  virtual const std::vector<ConnectorOption>& options() const = 0;
  // Both get definitions whose references are resolved.
  // Checks beyond the options table; throws std::invalid_argument with what to change. May reach for the peer.
  virtual void validate(const ConnectorDefinition& definition, const ConnectorServices& services) const = 0;
  virtual std::unique_ptr<Connector> create(const ConnectorDefinition& definition,
                                            const ConnectorServices& services) const = 0;
};

class ConnectorManager {
 public:
  ConnectorManager(std::vector<std::shared_ptr<const ConnectorPlugin>> plugins, ConnectorServices services);
  ~ConnectorManager();

  // Options known, references resolved, required ones given, choices kept, then the plugin's own checks. Throws
  // std::invalid_argument that names the option, and the nearest one for a typo. No message holds a secret.
  void validate(const ConnectorDefinition& definition) const;
  // Names of the given options that nobody may see: those that the plugin or their name says hold a secret.
  std::vector<std::string> secret_options(const ConnectorDefinition& definition) const;
  // Resolves the references. A connector that can't be made is there all the same, FAILED with the reason: at the start
  // of a process a missing environment variable must not keep everything else from running.
  void start(const ConnectorDefinition& definition);
  // Lists the connector without running it: UNASSIGNED.
  void hold(const ConnectorDefinition& definition);
  void stop(const std::string& name);  // and forget
  // It failed because another process runs it.
  bool is_fenced(const std::string& name) const;
  void stop_all();

  struct Entry {
    ConnectorDefinition definition;
    std::string connector_class;
    ConnectorStatus status;
  };
  std::vector<Entry> list() const;
  std::optional<Entry> find(const std::string& name) const;
  const std::vector<std::shared_ptr<const ConnectorPlugin>>& plugins() const { return plugins_; }

 private:
  struct Running;
  const ConnectorPlugin& plugin_of(const ConnectorDefinition& definition) const;
  Entry entry_of(const Running& running) const;

  std::vector<std::shared_ptr<const ConnectorPlugin>> plugins_;
  ConnectorServices services_;
  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Running>> running_;
};

const char* connector_state_name(ConnectorStatus::State state);

}  // namespace weir
