#include "engine/sql/statement_printer.h"

#include <algorithm>

#include "engine/sql/formatter.h"
#include "engine/sql/keyword_table.h"
#include "engine/sql/parser.h"
#include "engine/sql/secrets.h"

namespace weir::sql {

namespace {

const char* query_action_word(QueryAction action) {
  return action == QueryAction::kTerminate ? "TERMINATE " : action == QueryAction::kPause ? "PAUSE " : "RESUME ";
}

const char* show_kind_words(ShowKind kind) {
  switch (kind) {
    case ShowKind::kProperties:
      return "PROPERTIES";
    case ShowKind::kTopics:
      return "TOPICS";
    case ShowKind::kStreams:
      return "STREAMS";
    case ShowKind::kTables:
      return "TABLES";
    case ShowKind::kFunctions:
      return "FUNCTIONS";
    case ShowKind::kConnectors:
      return "CONNECTORS";
    case ShowKind::kConnectorPlugins:
      return "CONNECTOR PLUGINS";
    case ShowKind::kTypes:
      return "TYPES";
    case ShowKind::kVariables:
      return "VARIABLES";
    case ShowKind::kQueries:
      return "QUERIES";
    case ShowKind::kServers:
      return "SERVERS";
  }
  return "";
}

// A name where some word of the language could stand as well.
std::string name_or_quoted_keyword(const std::string& name) {
  const std::vector<std::string>& words = KeywordTable::instance().words();
  return std::binary_search(words.begin(), words.end(), name) ? "`" + name + "`" : quote_identifier(name);
}

}  // namespace

void StatementPrinter::print(const Statement& statement) {
  std::visit([this](const auto& body) { print(body); }, statement.body);
}

void StatementPrinter::print_create(bool or_replace, bool read_only, SourceKind kind, bool if_not_exists,
                                    const Identifier& name) {
  out_ += "CREATE ";
  if (or_replace) out_ += "OR REPLACE ";
  if (read_only) out_ += "SOURCE ";
  out_ += source_kind_name(kind);
  out_ += if_not_exists ? " IF NOT EXISTS " : " ";
  print_name(name);
}

void StatementPrinter::print(const CreateSource& statement) {
  print_create(statement.or_replace, statement.read_only, statement.kind, statement.if_not_exists, statement.name);
  print_elements(statement.elements);
  print_properties(statement.properties);
}

void StatementPrinter::print(const CreateSourceAs& statement) {
  print_create(statement.or_replace, false, statement.kind, statement.if_not_exists, statement.name);
  print_properties(statement.properties);
  out_ += " AS ";
  print(*statement.query);
}

void StatementPrinter::print(const InsertInto& statement) {
  out_ += "INSERT INTO ";
  print_name(statement.target);
  print_properties(statement.properties);
  out_ += ' ';
  print(*statement.query);
}

void StatementPrinter::print(const InsertValues& statement) {
  out_ += "INSERT INTO ";
  print_name(statement.target);
  print_column_names(statement.columns);
  out_ += " VALUES (";
  expressions_.print_list(statement.values);
  out_ += ')';
}

void StatementPrinter::print(const DropSource& statement) {
  out_ += std::string("DROP ") + source_kind_name(statement.kind) + (statement.if_exists ? " IF EXISTS " : " ");
  print_name(statement.name);
  if (statement.delete_topic) out_ += " DELETE TOPIC";
}

void StatementPrinter::print(const AlterSource& statement) {
  out_ += std::string("ALTER ") + source_kind_name(statement.kind) + " ";
  print_name(statement.name);
  const char* separator = " ";
  for (const ColumnDefinition& column : statement.columns) {
    out_ += separator;
    out_ += "ADD COLUMN ";
    print_name(column.name);
    out_ += ' ';
    expressions_.print(*column.type);
    separator = ", ";
  }
}

void StatementPrinter::print(const CreateType& statement) {
  out_ += statement.if_not_exists ? "CREATE TYPE IF NOT EXISTS " : "CREATE TYPE ";
  print_name(statement.name);
  out_ += " AS ";
  expressions_.print(*statement.type);
}

void StatementPrinter::print(const DropType& statement) {
  out_ += statement.if_exists ? "DROP TYPE IF EXISTS " : "DROP TYPE ";
  print_name(statement.name);
}

void StatementPrinter::print(const ImportTopics& statement) {
  out_ += "IMPORT TOPICS LIKE ";
  print_string(statement.like);
  out_ += " AS STREAMS";
}

void StatementPrinter::print(const Show& statement) {
  out_ += statement.all ? "SHOW ALL " : "SHOW ";
  if (statement.scope == Show::ConnectorScope::kSource) out_ += "SOURCE ";
  if (statement.scope == Show::ConnectorScope::kSink) out_ += "SINK ";
  out_ += show_kind_words(statement.kind);
  if (statement.extended) out_ += " EXTENDED";
}

void StatementPrinter::print(const Describe& statement) {
  out_ += "DESCRIBE ";
  switch (statement.kind) {
    case Describe::Kind::kSource:
      out_ += name_or_quoted_keyword(statement.name.name);
      break;
    case Describe::Kind::kStreams:
      out_ += "STREAMS";
      break;
    case Describe::Kind::kTables:
      out_ += "TABLES";
      break;
    case Describe::Kind::kFunction:
      out_ += "FUNCTION " + quote_identifier(statement.name.name);
      break;
    case Describe::Kind::kConnector:
      out_ += "CONNECTOR " + quote_identifier(statement.name.name);
      break;
  }
  if (statement.extended) out_ += " EXTENDED";
}

void StatementPrinter::print(const Explain& statement) {
  out_ += "EXPLAIN ";
  if (statement.query_id) {
    out_ += name_or_quoted_keyword(statement.query_id->name);
  } else {
    print(*statement.statement);
  }
}

void StatementPrinter::print(const Print& statement) {
  out_ += "PRINT ";
  print_string(statement.topic);
  if (statement.from_beginning) out_ += " FROM BEGINNING";
  if (statement.interval) out_ += " INTERVAL " + std::to_string(*statement.interval);
  if (statement.limit) out_ += " LIMIT " + std::to_string(*statement.limit);
}

void StatementPrinter::print(const ControlQuery& statement) {
  out_ += query_action_word(statement.action);
  out_ += statement.query_id ? quote_identifier(statement.query_id->name) : "ALL";
}

void StatementPrinter::print(const ReplayDeadLetters& statement) {
  out_ += "REPLAY DEAD LETTERS FOR " + quote_identifier(statement.query_id.name);
}

void StatementPrinter::print_setting(const std::string& name, const std::string& value) {
  print_string(name);
  out_ += " = ";
  print_string(shown_value(name, value));
}

void StatementPrinter::print(const SetProperty& statement) {
  out_ += "SET ";
  print_setting(statement.name, statement.value);
}

void StatementPrinter::print(const UnsetProperty& statement) {
  out_ += "UNSET ";
  print_string(statement.name);
}

void StatementPrinter::print(const AlterSystem& statement) {
  out_ += "ALTER SYSTEM ";
  print_setting(statement.name, statement.value);
}

void StatementPrinter::print(const DefineVariable& statement) {
  out_ += "DEFINE " + quote_identifier(statement.name) + " = ";
  print_string(shown_value(statement.name, statement.value));
}

void StatementPrinter::print(const UndefineVariable& statement) {
  out_ += "UNDEFINE " + quote_identifier(statement.name);
}

void StatementPrinter::print(const RunScript& statement) {
  out_ += "RUN SCRIPT ";
  print_string(statement.path);
}

void StatementPrinter::print(const CreateConnector& statement) {
  out_ += statement.is_source ? "CREATE SOURCE CONNECTOR " : "CREATE SINK CONNECTOR ";
  if (statement.if_not_exists) out_ += "IF NOT EXISTS ";
  print_name(statement.name);
  print_properties(statement.properties);
}

void StatementPrinter::print(const DropConnector& statement) {
  out_ += statement.if_exists ? "DROP CONNECTOR IF EXISTS " : "DROP CONNECTOR ";
  print_name(statement.name);
}

void StatementPrinter::print(const AssertTopic& statement) {
  out_ += statement.exists ? "ASSERT TOPIC " : "ASSERT NOT EXISTS TOPIC ";
  print_string(statement.topic);
  print_properties(statement.properties);
  print_timeout(statement.timeout);
}

void StatementPrinter::print(const AssertSchema& statement) {
  out_ += statement.exists ? "ASSERT SCHEMA" : "ASSERT NOT EXISTS SCHEMA";
  if (statement.subject) {
    out_ += " SUBJECT ";
    print_string(*statement.subject);
  }
  if (statement.id) out_ += " ID " + std::to_string(*statement.id);
  print_timeout(statement.timeout);
}

void StatementPrinter::print(const AssertValues& statement) {
  out_ += statement.tombstone ? "ASSERT NULL VALUES " : "ASSERT VALUES ";
  print_name(statement.source);
  print_column_names(statement.columns);
  out_ += statement.tombstone ? " KEY (" : " VALUES (";
  expressions_.print_list(statement.values);
  out_ += ')';
}

void StatementPrinter::print(const AssertSource& statement) {
  out_ += std::string("ASSERT ") + source_kind_name(statement.kind) + " ";
  print_name(statement.name);
  print_elements(statement.elements);
  print_properties(statement.properties);
}

void StatementPrinter::print_properties(const Properties& properties) {
  if (properties.empty()) return;
  out_ += " WITH (";
  const char* separator = "";
  for (const Property& property : properties) {
    out_ += separator;
    separator = ", ";
    if (needs_quotes(property.name)) {
      print_string(property.name);
    } else {
      out_ += property.name;
    }
    out_ += '=';
    if (property.value->kind == ExprKind::kString) {
      print_string(shown_value(property.name, static_cast<const StringLiteral&>(*property.value).value));
    } else if (is_secret_property(property.name)) {
      print_string(kMaskedValue);
    } else {
      expressions_.print(*property.value);
    }
  }
  out_ += ')';
}

void StatementPrinter::print_elements(const std::vector<ColumnDefinition>& elements) {
  if (elements.empty()) return;
  out_ += " (";
  const char* separator = "";
  for (const ColumnDefinition& column : elements) {
    out_ += separator;
    separator = ", ";
    print_name(column.name);
    out_ += ' ';
    expressions_.print(*column.type);
    switch (column.role) {
      case ColumnDefinition::Role::kValue:
        break;
      case ColumnDefinition::Role::kKey:
        out_ += " KEY";
        break;
      case ColumnDefinition::Role::kPrimaryKey:
        out_ += " PRIMARY KEY";
        break;
      case ColumnDefinition::Role::kHeaders:
        out_ += " HEADERS";
        break;
      case ColumnDefinition::Role::kHeader:
        out_ += " HEADER(";
        print_string(column.header_key);
        out_ += ')';
        break;
    }
  }
  out_ += ')';
}

void StatementPrinter::print_column_names(const std::vector<Identifier>& columns) {
  if (columns.empty()) return;
  out_ += " (";
  expressions_.print_list(columns);
  out_ += ')';
}

void StatementPrinter::print_timeout(const std::optional<Duration>& timeout) {
  if (!timeout) return;
  out_ += " TIMEOUT ";
  print(*timeout);
}

}  // namespace weir::sql
