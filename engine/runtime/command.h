// A command: one change of the catalog as it is recorded. It holds the outcome of binding (the source's columns, the
// query's plan), so that whoever applies it doesn't guess anew. A value; its JSON is described in docs/formats.md.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "engine/catalog/catalog.h"

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
  std::string id;               // by which whoever appended it knows it again; empty: of an earlier version
  std::optional<int64_t> base;  // where the log ended when the statement was bound: see CommandLog
  int64_t offset = -1;          // in the command topic; not written
};

std::string command_to_json(const Command& command);
Command command_from_json(const std::string& text);  // throws std::invalid_argument

// What every version of the program can tell of a command, also of one that it doesn't understand. Everything is empty
// where the text is no JSON object.
struct CommandEnvelope {
  std::string id, statement;
  std::optional<int64_t> base;
};
CommandEnvelope command_envelope(const std::string& text);

}  // namespace weir
