// Executes one bound statement against the engine: one method for each kind of statement. Made for each call of
// Engine::execute, on the caller's thread.
#pragma once

#include "engine/runtime/engine.h"

namespace weir {

class StatementExecutor {
 public:
  StatementExecutor(Engine& engine, Session& session, const sql::Statement& statement)
      : engine_(engine), session_(session), statement_(statement) {}

  StatementResult run();

 private:
  // statement_executor.cc
  StatementResult execute(const sql::SelectStatement& s);
  StatementResult execute(const sql::SetProperty& s);
  StatementResult execute(const sql::UnsetProperty& s);
  StatementResult execute(const sql::AlterSystem& s);
  StatementResult execute(const sql::DefineVariable& s);
  StatementResult execute(const sql::UndefineVariable& s);
  StatementResult execute(const sql::RunScript& s);
  StatementResult execute(const sql::AssertValues& s);
  StatementResult execute(const sql::AssertSource& s);

  // execute_sources.cc
  StatementResult execute(const sql::CreateSource& s);
  StatementResult execute(const sql::CreateSourceAs& s);
  StatementResult execute(const sql::InsertInto& s);
  StatementResult execute(const sql::DropSource& s);
  StatementResult execute(const sql::CreateType& s);
  StatementResult execute(const sql::DropType& s);
  StatementResult execute(const sql::ImportTopics& s);
  StatementResult execute(const sql::ControlQuery& s);

  // execute_replay.cc
  StatementResult execute(const sql::ReplayDeadLetters& s);

  // execute_connectors.cc
  StatementResult execute(const sql::CreateConnector& s);
  StatementResult execute(const sql::DropConnector& s);
  StatementResult describe_connector(const sql::Identifier& name);
  TableResult show_connectors(sql::Show::ConnectorScope scope);
  [[noreturn]] void refuse_unknown_connector(const std::string& message, const sql::Identifier& name) const;

  // execute_alter.cc
  StatementResult execute(const sql::AlterSource& s);

  // execute_assert.cc
  StatementResult execute(const sql::AssertTopic& s);
  StatementResult execute(const sql::AssertSchema& s);

  // execute_insert_values.cc
  StatementResult execute(const sql::InsertValues& s);

  // execute_show.cc
  StatementResult execute(const sql::Show& s);
  TableResult show_topics(bool all, bool extended);
  TableResult show_queries(bool extended);
  std::string shown_lag(const QueryDefinition& query);
  TableResult show_servers();
  TableResult show_properties();

  // execute_describe.cc
  StatementResult execute(const sql::Describe& s);
  StatementResult execute(const sql::Explain& s);
  StatementResult describe_source(const Source& source, bool extended);
  StatementResult describe_function(const sql::Identifier& name);
  void tell_progress(const QueryDefinition& query, StatementResult& result);
  StatementResult explain_query(const std::string& id);

  // print_stream.cc
  StatementResult execute(const sql::Print& s);

  // `exists`, or an error that names the nearest.
  SourcePtr require_source(const sql::Identifier& name, std::optional<sql::SourceKind> kind = std::nullopt);
  PersistentQueryPtr require_query(const sql::Identifier& id);
  bool ensure_topic(const TopicNeed& need, const sql::Identifier& source);
  void create_sink_and_query(const BoundPersistentQuery& bound, const sql::Identifier& name, Command& command);
  // What IF EXISTS or IF NOT EXISTS leaves undone: the message is the result and a warning.
  static StatementResult nothing_to_do(const std::string& message);
  static StatementResult source_exists(sql::SourceKind wanted, const Source& existing);
  void check_replaced_query(const BoundPersistentQuery& bound, const sql::Identifier& name);
  std::string canonical() const;
  [[noreturn]] void refuse(const std::string& message, std::optional<sql::Position> position = std::nullopt) const;
  [[noreturn]] void not_supported(const std::string& what) const;

  Engine& engine_;
  Session& session_;
  const sql::Statement& statement_;
};

}  // namespace weir
