// Canonical text of queries and statements, appended to a string. Any thread.
#pragma once

#include <string>

#include "engine/sql/ast.h"
#include "engine/sql/expression_printer.h"

namespace weir::sql {

class StatementPrinter {
 public:
  explicit StatementPrinter(std::string& out) : out_(out), expressions_(out) {}

  void print(const Query& query);
  void print(const Statement& statement);

 private:
  void print(const SelectItem& item);
  void print(const TableRef& table);
  void print(const Join& join);
  void print(const WindowClause& window);
  void print(const Duration& duration);

  void print(const SelectStatement& statement) { print(*statement.query); }
  void print(const CreateSource& statement);
  void print(const CreateSourceAs& statement);
  void print(const InsertInto& statement);
  void print(const InsertValues& statement);
  void print(const DropSource& statement);
  void print(const AlterSource& statement);
  void print(const CreateType& statement);
  void print(const DropType& statement);
  void print(const ImportTopics& statement);
  void print(const Show& statement);
  void print(const Describe& statement);
  void print(const Explain& statement);
  void print(const Print& statement);
  void print(const ControlQuery& statement);
  void print(const ReplayDeadLetters& statement);
  void print(const SetProperty& statement);
  void print(const UnsetProperty& statement);
  void print(const AlterSystem& statement);
  void print(const DefineVariable& statement);
  void print(const UndefineVariable& statement);
  void print(const RunScript& statement);
  void print(const CreateConnector& statement);
  void print(const DropConnector& statement);
  void print(const AssertTopic& statement);
  void print(const AssertSchema& statement);
  void print(const AssertValues& statement);
  void print(const AssertSource& statement);

  void print_create(bool or_replace, bool read_only, SourceKind kind, bool if_not_exists, const Identifier& name);
  void print_setting(const std::string& name, const std::string& value);
  void print_properties(const Properties& properties);                 // " WITH (…)" or nothing
  void print_elements(const std::vector<ColumnDefinition>& elements);  // " (…)" or nothing
  void print_column_names(const std::vector<Identifier>& columns);     // " (…)" or nothing
  void print_groupings(const char* clause, const std::vector<ExprPtr>& groupings);
  void print_timeout(const std::optional<Duration>& timeout);
  void print_name(const Identifier& name) { expressions_.print_name(name); }
  void print_string(const std::string& text) { expressions_.print_string(text); }

  std::string& out_;
  ExpressionPrinter expressions_;
};

}  // namespace weir::sql
