// The command log: every change of the catalog as a record of a topic, appended before it takes effect and replayed at
// the start. What is recorded is the outcome of binding (the source's columns, the query's plan), so a replay doesn't
// guess anew. Owned by the engine; used under its statement lock.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/catalog/catalog.h"
#include "storage/log/log.h"

namespace weir {

struct ConnectorDefinition {
  std::string name;
  bool is_source = true;
  std::map<std::string, std::string>
      properties;   // as the statement gave them: references such as ${env:NAME} unresolved
  std::string sql;  // canonical, secrets masked
};

struct Command {
  enum class Action {
    kCreate,
    kDropSource,
    kTerminate,
    kPause,
    kResume,
    kCreateType,
    kDropType,
    kCreateConnector,
    kDropConnector,
    kAlterSystem
  };
  Action action = Action::kCreate;
  std::string statement;                 // canonical text, for people
  std::optional<Source> source;          // kCreate
  std::optional<PersistentQuery> query;  // kCreate: CREATE … AS, INSERT INTO
  std::string name;                      // of what is dropped, ended, paused, resumed; of the type, the property
  std::string type;                      // kCreateType: its SQL text
  std::string value;                     // kAlterSystem: the property's
  std::optional<ConnectorDefinition> connector;
};

std::string command_to_json(const Command& command);
Command command_from_json(const std::string& text);  // throws std::invalid_argument

struct QuarantinedCommand {
  int64_t offset = 0;
  std::string statement;
  std::string reason;
};

class CommandLog {
 public:
  CommandLog(std::shared_ptr<log::Log> log, std::string topic) : log_(std::move(log)), topic_(std::move(topic)) {}

  // Makes sure that the topic exists.
  void create();
  void append(const Command& command);
  // Calls `apply` for every command from the beginning; what it throws is put into quarantine.
  std::vector<QuarantinedCommand> replay(const std::function<void(const Command&)>& apply);

 private:
  std::shared_ptr<log::Log> log_;
  std::string topic_;
};

}  // namespace weir
