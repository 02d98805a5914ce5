#include "engine/sql/statement_builder.h"

#include "engine/sql/parser.h"

namespace weir::sql {

StatementBody StatementBuilder::statement(SqlParser::StatementContext* ctx) {
  if (auto* select = dynamic_cast<SqlParser::SelectStatementContext*>(ctx))
    return SelectStatement{query(select->query())};
  if (auto* create = dynamic_cast<SqlParser::CreateSourceContext*>(ctx)) return create_source(create);
  if (auto* insert = dynamic_cast<SqlParser::InsertValuesContext*>(ctx)) return insert_values(insert);
  if (auto* insert = dynamic_cast<SqlParser::InsertQueryContext*>(ctx)) {
    return InsertInto{identifier(insert->sourceName()), properties(insert->properties()), query(insert->query())};
  }
  if (auto* connector = dynamic_cast<SqlParser::CreateConnectorContext*>(ctx)) return create_connector(connector);
  if (auto* type = dynamic_cast<SqlParser::CreateTypeContext*>(ctx)) {
    return CreateType{type->ifNotExists() != nullptr, identifier(type->objectName()), type_name(type->typeName())};
  }
  if (auto* alter = dynamic_cast<SqlParser::AlterSourceContext*>(ctx)) return alter_source(alter);
  if (auto* target = dynamic_cast<SqlParser::ShowContext*>(ctx)) return show(target->showTarget());
  if (auto* target = dynamic_cast<SqlParser::DescribeContext*>(ctx)) return describe(target->describeTarget());
  if (auto* target = dynamic_cast<SqlParser::ExplainContext*>(ctx)) return explain(target);
  if (auto* topic = dynamic_cast<SqlParser::PrintContext*>(ctx)) return print(topic);
  if (auto* control = dynamic_cast<SqlParser::ControlQueryContext*>(ctx)) return control_query(control);
  if (auto* replay = dynamic_cast<SqlParser::ReplayDeadLettersContext*>(ctx)) return ReplayDeadLetters{identifier(replay->queryId())};
  if (auto* topic = dynamic_cast<SqlParser::AssertTopicContext*>(ctx)) return assert_topic(topic);
  if (auto* schema = dynamic_cast<SqlParser::AssertSchemaContext*>(ctx)) return assert_schema(schema);
  return setting(ctx);
}

StatementBody StatementBuilder::setting(SqlParser::StatementContext* ctx) {
  if (auto* set = dynamic_cast<SqlParser::SetPropertyContext*>(ctx)) {
    return SetProperty{string_of(set->propertyString(0)), string_of(set->propertyString(1))};
  }
  if (auto* unset = dynamic_cast<SqlParser::UnsetPropertyContext*>(ctx))
    return UnsetProperty{string_of(unset->propertyString())};
  if (auto* system = dynamic_cast<SqlParser::AlterSystemContext*>(ctx)) {
    return AlterSystem{string_of(system->propertyString(0)), string_of(system->propertyString(1))};
  }
  if (auto* define = dynamic_cast<SqlParser::DefineVariableContext*>(ctx)) {
    return DefineVariable{identifier(define->variableName()).name, string_value(define->STRING_VALUE())};
  }
  if (auto* undefine = dynamic_cast<SqlParser::UndefineVariableContext*>(ctx)) {
    return UndefineVariable{identifier(undefine->variableName()).name};
  }
  if (auto* topics = dynamic_cast<SqlParser::ImportTopicsContext*>(ctx))
    return ImportTopics{string_value(topics->STRING_VALUE())};
  return drop(ctx);
}

StatementBody StatementBuilder::drop(SqlParser::StatementContext* ctx) const {
  if (auto* type = dynamic_cast<SqlParser::DropTypeContext*>(ctx)) {
    return DropType{type->ifExists() != nullptr, identifier(type->objectName())};
  }
  if (auto* connector = dynamic_cast<SqlParser::DropConnectorContext*>(ctx)) {
    return DropConnector{connector->ifExists() != nullptr, identifier(connector->objectName())};
  }
  auto* source = dynamic_cast<SqlParser::DropSourceContext*>(ctx);
  DropSource result;
  result.kind = source_kind(source->sourceKind());
  result.if_exists = source->ifExists() != nullptr;
  result.delete_topic = source->DELETE() != nullptr;
  result.name = identifier(source->sourceName());
  return result;
}

StatementBody StatementBuilder::test_statement(SqlParser::TestStatementContext* ctx) {
  if (auto* script = dynamic_cast<SqlParser::RunScriptContext*>(ctx))
    return RunScript{string_value(script->STRING_VALUE())};
  if (auto* values = dynamic_cast<SqlParser::AssertValuesContext*>(ctx)) {
    return assert_values(values->sourceName(), values->columnNames(), values->valueList(), false);
  }
  if (auto* tombstone = dynamic_cast<SqlParser::AssertTombstoneContext*>(ctx)) {
    return assert_values(tombstone->sourceName(), tombstone->columnNames(), tombstone->valueList(), true);
  }
  return assert_source(dynamic_cast<SqlParser::AssertSourceContext*>(ctx));
}

StatementBody StatementBuilder::create_source(SqlParser::CreateSourceContext* ctx) {
  const SourceKind kind = source_kind(ctx->sourceKind());
  if (!ctx->query()) {
    CreateSource result;
    result.kind = kind;
    result.or_replace = ctx->REPLACE() != nullptr;
    result.if_not_exists = ctx->ifNotExists() != nullptr;
    result.read_only = ctx->SOURCE() != nullptr;
    result.name = identifier(ctx->sourceName());
    result.elements = elements(ctx->tableElements(), kind);
    result.properties = properties(ctx->properties());
    return result;
  }
  if (ctx->SOURCE()) {
    refuse(position(ctx->SOURCE()), std::string("CREATE SOURCE ") + source_kind_name(kind) +
                                        " declares what others write; it takes no AS SELECT");
  }
  if (ctx->tableElements()) {
    refuse(position(ctx->tableElements()),
           "CREATE … AS SELECT takes no list of columns: the names and types are those of the SELECT's items");
  }
  CreateSourceAs result;
  result.kind = kind;
  result.or_replace = ctx->REPLACE() != nullptr;
  result.if_not_exists = ctx->ifNotExists() != nullptr;
  result.name = identifier(ctx->sourceName());
  result.properties = properties(ctx->properties());
  result.query = query(ctx->query());
  return result;
}

CreateConnector StatementBuilder::create_connector(SqlParser::CreateConnectorContext* ctx) const {
  CreateConnector result;
  result.is_source = ctx->SOURCE() != nullptr;
  result.if_not_exists = ctx->ifNotExists() != nullptr;
  result.name = identifier(ctx->objectName());
  result.properties = properties(ctx->properties());
  return result;
}

InsertValues StatementBuilder::insert_values(SqlParser::InsertValuesContext* ctx) {
  InsertValues result;
  result.target = identifier(ctx->sourceName());
  result.columns = column_names(ctx->columnNames());
  check_value_count(result.columns, ctx->valueList());
  result.values = value_expressions(ctx->valueList()->valueExpression());
  return result;
}

AlterSource StatementBuilder::alter_source(SqlParser::AlterSourceContext* ctx) const {
  AlterSource result;
  result.kind = source_kind(ctx->sourceKind());
  result.name = identifier(ctx->sourceName());
  for (auto* added : ctx->addedColumn()) {
    ColumnDefinition column;
    column.name = identifier(added->columnName());
    column.type = type_name(added->typeName());
    result.columns.push_back(std::move(column));
  }
  return result;
}

Show StatementBuilder::show(SqlParser::ShowTargetContext* ctx) const {
  Show result;
  result.all = ctx->ALL() != nullptr;
  result.extended = ctx->EXTENDED() != nullptr;
  if (ctx->PROPERTIES()) result.kind = ShowKind::kProperties;
  if (ctx->TOPICS()) result.kind = ShowKind::kTopics;
  if (ctx->STREAMS()) result.kind = ShowKind::kStreams;
  if (ctx->TABLES()) result.kind = ShowKind::kTables;
  if (ctx->QUERIES()) result.kind = ShowKind::kQueries;
  if (ctx->FUNCTIONS()) result.kind = ShowKind::kFunctions;
  if (ctx->CONNECTORS()) result.kind = ShowKind::kConnectors;
  if (ctx->PLUGINS()) result.kind = ShowKind::kConnectorPlugins;
  if (ctx->TYPES()) result.kind = ShowKind::kTypes;
  if (ctx->VARIABLES()) result.kind = ShowKind::kVariables;
  if (ctx->SERVERS()) result.kind = ShowKind::kServers;
  if (ctx->SOURCE()) result.scope = Show::ConnectorScope::kSource;
  if (ctx->SINK()) result.scope = Show::ConnectorScope::kSink;
  return result;
}

Describe StatementBuilder::describe(SqlParser::DescribeTargetContext* ctx) const {
  Describe result;
  result.extended = ctx->EXTENDED() != nullptr;
  if (ctx->sourceName()) {
    result.name = identifier(ctx->sourceName());
  } else if (ctx->STREAMS()) {
    result.kind = Describe::Kind::kStreams;
  } else if (ctx->TABLES()) {
    result.kind = Describe::Kind::kTables;
  } else {
    result.kind = ctx->FUNCTION() ? Describe::Kind::kFunction : Describe::Kind::kConnector;
    result.name = identifier(ctx->objectName());
  }
  return result;
}

Explain StatementBuilder::explain(SqlParser::ExplainContext* ctx) {
  Explain result;
  if (ctx->queryId()) {
    result.query_id = identifier(ctx->queryId());
    return result;
  }
  auto explained = located<Statement>(ctx->statement());
  explained->body = statement(ctx->statement());
  explained->text = std::string(written(ctx->statement()));
  result.statement = std::move(explained);
  return result;
}

Print StatementBuilder::print(SqlParser::PrintContext* ctx) const {
  Print result;
  result.topic = topic_name(ctx->topicName());
  result.from_beginning = ctx->BEGINNING() != nullptr;
  size_t next = 0;
  if (ctx->INTERVAL() || ctx->SAMPLE()) result.interval = whole_number(ctx->wholeNumber(next++));
  if (ctx->LIMIT()) result.limit = whole_number(ctx->wholeNumber(next));
  return result;
}

ControlQuery StatementBuilder::control_query(SqlParser::ControlQueryContext* ctx) const {
  ControlQuery result;
  result.action = ctx->TERMINATE() ? QueryAction::kTerminate
                  : ctx->PAUSE()   ? QueryAction::kPause
                                   : QueryAction::kResume;
  if (ctx->queryId()) result.query_id = identifier(ctx->queryId());
  return result;
}

AssertTopic StatementBuilder::assert_topic(SqlParser::AssertTopicContext* ctx) const {
  AssertTopic result;
  result.exists = ctx->EXISTS() == nullptr;
  result.topic = topic_name(ctx->topicName());
  result.properties = properties(ctx->properties());
  if (ctx->duration()) result.timeout = duration(ctx->duration());
  return result;
}

AssertSchema StatementBuilder::assert_schema(SqlParser::AssertSchemaContext* ctx) const {
  AssertSchema result;
  result.exists = ctx->EXISTS() == nullptr;
  if (ctx->topicName()) result.subject = topic_name(ctx->topicName());
  if (ctx->wholeNumber()) result.id = whole_number(ctx->wholeNumber());
  if (ctx->duration()) result.timeout = duration(ctx->duration());
  if (!result.subject && !result.id) refuse(position(ctx), "ASSERT SCHEMA needs SUBJECT, ID, or both");
  return result;
}

AssertValues StatementBuilder::assert_values(SqlParser::SourceNameContext* source,
                                             SqlParser::ColumnNamesContext* columns,
                                             SqlParser::ValueListContext* values, bool tombstone) {
  AssertValues result;
  result.tombstone = tombstone;
  result.source = identifier(source);
  result.columns = column_names(columns);
  check_value_count(result.columns, values);
  result.values = value_expressions(values->valueExpression());
  return result;
}

AssertSource StatementBuilder::assert_source(SqlParser::AssertSourceContext* ctx) const {
  AssertSource result;
  result.kind = source_kind(ctx->sourceKind());
  result.name = identifier(ctx->sourceName());
  result.elements = elements(ctx->tableElements(), result.kind);
  result.properties = properties(ctx->properties());
  return result;
}

Properties StatementBuilder::properties(SqlParser::PropertiesContext* ctx) const {
  Properties result;
  if (!ctx) return result;
  for (auto* entry : ctx->property()) {
    Property property;
    property.pos = position(entry);
    auto* name = entry->propertyName();
    property.name = name->STRING_VALUE() ? string_value(name->STRING_VALUE()) : identifier(name->identifier()).name;
    property.value = property_value(entry->literal());
    result.push_back(std::move(property));
  }
  return result;
}

std::vector<ColumnDefinition> StatementBuilder::elements(SqlParser::TableElementsContext* ctx, SourceKind kind) const {
  std::vector<ColumnDefinition> result;
  if (!ctx) return result;
  for (auto* element : ctx->tableElement()) {
    ColumnDefinition column;
    column.name = identifier(element->columnName());
    column.type = type_name(element->typeName());
    if (element->HEADER()) {
      column.role = ColumnDefinition::Role::kHeader;
      column.header_key = string_value(element->STRING_VALUE());
    } else if (element->HEADERS()) {
      column.role = ColumnDefinition::Role::kHeaders;
    } else if (element->PRIMARY()) {
      column.role = ColumnDefinition::Role::kPrimaryKey;
      if (kind == SourceKind::kStream) {
        refuse(position(element),
               "column `" + column.name.name +
                   "` is declared 'PRIMARY KEY', which only tables have; a stream's column takes 'KEY'");
      }
    } else if (element->KEY()) {
      column.role = ColumnDefinition::Role::kKey;
      if (kind == SourceKind::kTable) {
        refuse(position(element),
               "column `" + column.name.name +
                   "` is declared 'KEY', which only streams have; a table's column takes 'PRIMARY KEY'");
      }
    }
    result.push_back(std::move(column));
  }
  return result;
}

std::vector<Identifier> StatementBuilder::column_names(SqlParser::ColumnNamesContext* ctx) const {
  std::vector<Identifier> result;
  if (!ctx) return result;
  for (auto* name : ctx->columnName()) result.push_back(identifier(name));
  return result;
}

void StatementBuilder::check_value_count(const std::vector<Identifier>& columns,
                                         SqlParser::ValueListContext* values) const {
  const size_t count = values->valueExpression().size();
  if (columns.empty() || columns.size() == count) return;
  std::string names;
  for (const Identifier& column : columns) names += (names.empty() ? "" : ", ") + quote_identifier(column.name);
  refuse(position(values), "the number of values must be that of the columns: " + std::to_string(columns.size()) +
                               " columns (" + names + ") but " + std::to_string(count) + " values " +
                               std::string(written(values)));
}

}  // namespace weir::sql
