#include "engine/runtime/statement_executor.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <random>
#include <thread>

#include "engine/sql/formatter.h"

namespace weir {

namespace {

constexpr int kBindAttempts = 20;

}  // namespace

StatementResult Engine::execute(const sql::Statement& statement, Session& session) {
  require_log(statement);
  return StatementExecutor(*this, session, statement).run();
}

// Whatever goes wrong below becomes a StatementError: nothing that a client sends may end the process.
StatementResult StatementExecutor::run() {
  try {
    for (int attempt = 1; attempt <= kBindAttempts; ++attempt) {
      try {
        return std::visit([this](const auto& body) { return execute(body); }, statement_.body);
      } catch (const StatementOvertaken&) {
        // Several servers that try again at the same moment would get into each other's way again.
        if (attempt > 2) std::this_thread::sleep_for(std::chrono::milliseconds(std::random_device{}() % (10 * attempt)));
      }
    }
    throw StatementError(StatementError::Kind::kUnavailable,
                         "The statement took no effect: statements of other servers of the service kept coming before it, " +
                             std::to_string(kBindAttempts) + " times. Try again.");
  } catch (const StatementError&) {
    throw;
  } catch (const log::LogError& e) {
    using Kind = log::LogError::Kind;
    const bool away = e.kind() == Kind::kUnavailable || e.kind() == Kind::kTimeout;
    const bool ours = e.kind() == Kind::kInternal || e.kind() == Kind::kCorrupt;
    throw StatementError(away   ? StatementError::Kind::kUnavailable
                         : ours ? StatementError::Kind::kInternal
                                : StatementError::Kind::kInvalid,
                         e.what());
  } catch (const SchemaRegistryError& e) {
    throw StatementError(e.kind() == SchemaRegistryError::Kind::kUnavailable ? StatementError::Kind::kUnavailable
                                                                             : StatementError::Kind::kInvalid,
                         e.what());
  } catch (const std::invalid_argument& e) {
    throw StatementError(StatementError::Kind::kInvalid, e.what());
  } catch (const std::exception& e) {
    throw StatementError(StatementError::Kind::kInternal, std::string("INTERNAL: ") + e.what());
  }
}

void StatementExecutor::refuse(const std::string& message, std::optional<sql::Position> position) const {
  throw StatementError(StatementError::Kind::kInvalid, message, position);
}

void StatementExecutor::not_supported(const std::string& what) const {
  throw StatementError(StatementError::Kind::kNotSupported, what + " is not supported yet.");
}

StatementResult StatementExecutor::nothing_to_do(const std::string& message) {
  StatementResult result;
  result.message = message;
  result.warnings.push_back(message);
  return result;
}

StatementResult StatementExecutor::source_exists(sql::SourceKind wanted, const Source& existing) {
  return nothing_to_do(std::string("Cannot add ") + (wanted == sql::SourceKind::kStream ? "stream" : "table") + " " +
                       existing.name + ": a " + sql::source_kind_name(existing.kind) + " of that name already exists.");
}

std::string StatementExecutor::canonical() const { return sql::to_sql(statement_); }

SourcePtr StatementExecutor::require_source(const sql::Identifier& name, std::optional<sql::SourceKind> kind) {
  const SourcePtr source = engine_.catalog_->find_source(name.name);
  if (!source) {
    const std::string hint = suggestion(name.name, engine_.catalog_->source_names());
    refuse("There is no stream or table named " + name.name + "." +
               (hint.empty() ? " SHOW STREAMS and SHOW TABLES list what exists." : hint),
           name.pos);
  }
  if (kind && source->kind != *kind) {
    refuse(name.name + " is a " + sql::source_kind_name(source->kind) + ", not a " + sql::source_kind_name(*kind) + ".",
           name.pos);
  }
  return source;
}

PersistentQueryPtr StatementExecutor::require_query(const sql::Identifier& id) {
  PersistentQueryPtr query = engine_.catalog_->find_query(id.name);
  if (query) return query;
  std::vector<std::string> ids;
  for (const PersistentQueryPtr& known : engine_.catalog_->queries()) ids.push_back(known->id);
  refuse("There is no query with the id " + id.name + "." + suggestion(id.name, ids) +
             " SHOW QUERIES lists the running ones.",
         id.pos);
}

StatementResult StatementExecutor::execute(const sql::SelectStatement& s) {
  const BoundPushQuery bound = bind_push_query(*s.query, engine_.bind_context(session_));
  StatementResult result;
  result.rows = engine_.start_push_query(bound, session_);
  return result;
}

StatementResult StatementExecutor::execute(const sql::SetProperty& s) {
  Config::check_session_property(s.name, s.value);
  const std::string name = Config::find(s.name)->name;
  std::string& slot = session_.properties[name];
  StatementResult result;
  result.message = "Successfully changed local property '" + s.name + "'" +
                   (slot.empty() ? "" : " from '" + slot + "'") + " to '" + s.value + "'.";
  slot = s.value;
  return result;
}

StatementResult StatementExecutor::execute(const sql::UnsetProperty& s) {
  const PropertyDefinition* definition = Config::find(s.name);
  if (definition == nullptr || session_.properties.erase(definition->name) == 0) {
    refuse("The property '" + s.name + "' was not SET in this session, so it can't be UNSET.");
  }
  StatementResult result;
  result.message = "Successfully unset local property '" + s.name + "'.";
  return result;
}

// Variables' names don't depend on case.
static std::string variable_key(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
  return name;
}

StatementResult StatementExecutor::execute(const sql::DefineVariable& s) {
  session_.variables[variable_key(s.name)] = s.value;
  return {};
}

StatementResult StatementExecutor::execute(const sql::UndefineVariable& s) {
  StatementResult result;
  if (session_.variables.erase(variable_key(s.name)) == 0) {
    result.warnings.push_back("Cannot undefine variable '" + s.name + "': it was never defined.");
  }
  return result;
}

StatementResult StatementExecutor::execute(const sql::RunScript&) {
  refuse("RUN SCRIPT reads a file of the client: it works in the shell and in scripts.");
}
StatementResult StatementExecutor::execute(const sql::AssertValues&) {
  refuse("ASSERT VALUES is for test files: run them with `weir test`.");
}
StatementResult StatementExecutor::execute(const sql::AssertSource&) {
  refuse("ASSERT STREAM and ASSERT TABLE are for test files: run them with `weir test`.");
}

}  // namespace weir
