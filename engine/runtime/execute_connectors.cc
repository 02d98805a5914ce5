// CREATE, DROP, DESCRIBE and SHOW of connectors. No value that is secret gets into a result or into the canonical text.
#include <algorithm>

#include "engine/runtime/described_line.h"
#include "engine/runtime/statement_executor.h"
#include "engine/runtime/value_reference.h"
#include "engine/sql/formatter.h"

namespace weir {

namespace {

std::string property_text(const sql::Expr& value) {
  if (value.kind == sql::ExprKind::kString) return static_cast<const sql::StringLiteral&>(value).value;
  return sql::to_sql(value);
}

// The canonical text. Beside what the printer masks by its name, this masks what the connector's class says is secret.
std::string masked_text(const sql::CreateConnector& statement, const std::vector<std::string>& secret) {
  sql::CreateConnector masked = statement;
  for (sql::Property& property : masked.properties) {
    if (std::find(secret.begin(), secret.end(), property.name) == secret.end()) continue;
    auto hidden = std::make_shared<sql::StringLiteral>();
    hidden->value = "***";
    property.value = std::move(hidden);
  }
  return sql::to_sql(sql::Statement{std::move(masked), "", {}});
}

}  // namespace

void StatementExecutor::refuse_unknown_connector(const std::string& message, const sql::Identifier& name) const {
  std::vector<std::string> names;
  for (const auto& entry : engine_.connectors_->list()) names.push_back(entry.definition.name);
  refuse(message + suggestion(name.name, names), name.pos);
}

StatementResult StatementExecutor::execute(const sql::CreateConnector& s) {
  const auto lock = engine_.lock_statements();
  if (engine_.connectors_->find(s.name.name)) {
    const std::string message = "Connector " + s.name.name + " already exists.";
    if (!s.if_not_exists) refuse(message + " DROP CONNECTOR it first.", s.name.pos);
    return nothing_to_do(message);
  }
  ConnectorDefinition definition;
  definition.name = s.name.name;
  definition.is_source = s.is_source;
  for (const sql::Property& property : s.properties)
    definition.properties[property.name] = property_text(*property.value);
  engine_.connectors_->validate(definition);
  StatementResult result;
  const std::vector<std::string> secret = engine_.connectors_->secret_options(definition);
  for (const std::string& option : secret) {
    if (has_references(definition.properties[option])) continue;
    result.warnings.push_back(
        "The option '" + option + "' of connector " + s.name.name +
        " is kept in the command log as it was written. With ${env:NAME} or ${file:PATH:KEY} only the reference is.");
  }
  definition.sql = masked_text(s, secret);
  Command command;
  command.action = Command::Action::kCreateConnector;
  command.statement = definition.sql;
  command.connector = std::move(definition);
  engine_.append_and_apply(command);
  result.message = "Created connector " + s.name.name;
  return result;
}

StatementResult StatementExecutor::execute(const sql::DropConnector& s) {
  const auto lock = engine_.lock_statements();
  if (!engine_.connectors_->find(s.name.name)) {
    const std::string message = "Connector " + s.name.name + " does not exist.";
    if (s.if_exists) return nothing_to_do(message);
    refuse_unknown_connector(message, s.name);
  }
  Command command;
  command.action = Command::Action::kDropConnector;
  command.statement = canonical();
  command.name = s.name.name;
  engine_.append_and_apply(command);
  StatementResult result;
  result.message = "Dropped connector " + s.name.name;
  return result;
}

StatementResult StatementExecutor::describe_connector(const sql::Identifier& name) {
  const auto entry = engine_.connectors_->find(name.name);
  if (!entry) refuse_unknown_connector("There is no connector named " + name.name + ".", name);
  std::string runs_on;
  if (entry->status.state == ConnectorStatus::State::kUnassigned) {
    if (const std::string owner = engine_.connector_owner(name.name); !owner.empty()) runs_on = described_line("Runs on", owner);
  }
  StatementResult result;
  result.message = described_line("Name", entry->definition.name) + described_line("Class", entry->connector_class) +
                   described_line("Type", entry->definition.is_source ? "source" : "sink") +
                   described_line("State", connector_state_name(entry->status.state)) +
                   runs_on +
                   described_line("Records", std::to_string(entry->status.records)) +
                   described_line("Topics", join_names(entry->status.topics));
  if (!entry->status.error.empty()) result.message += described_line("Last error", entry->status.error);
  result.message += described_line("Statement", entry->definition.sql);
  return result;
}

TableResult StatementExecutor::show_connectors(sql::Show::ConnectorScope scope) {
  TableResult table;
  table.columns = {"Connector Name", "Type", "Class", "Status"};
  for (const ConnectorManager::Entry& entry : engine_.connectors_->list()) {
    const bool source = entry.definition.is_source;
    if (scope == sql::Show::ConnectorScope::kSource && !source) continue;
    if (scope == sql::Show::ConnectorScope::kSink && source) continue;
    table.rows.push_back({entry.definition.name, source ? "SOURCE" : "SINK", entry.connector_class,
                          connector_state_name(entry.status.state)});
  }
  return table;
}

}  // namespace weir
