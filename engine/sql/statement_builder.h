// ANTLR's tree of a statement → StatementBody. Used for one statement, one thread.
#pragma once

#include "engine/sql/query_builder.h"

namespace weir::sql {

class StatementBuilder : public QueryBuilder {
 public:
  using QueryBuilder::QueryBuilder;

  StatementBody statement(SqlParser::StatementContext* ctx);
  StatementBody test_statement(SqlParser::TestStatementContext* ctx);

 private:
  StatementBody create_source(SqlParser::CreateSourceContext* ctx);
  CreateConnector create_connector(SqlParser::CreateConnectorContext* ctx) const;
  InsertValues insert_values(SqlParser::InsertValuesContext* ctx);
  AlterSource alter_source(SqlParser::AlterSourceContext* ctx) const;
  Show show(SqlParser::ShowTargetContext* ctx) const;
  Describe describe(SqlParser::DescribeTargetContext* ctx) const;
  Explain explain(SqlParser::ExplainContext* ctx);
  Print print(SqlParser::PrintContext* ctx) const;
  ControlQuery control_query(SqlParser::ControlQueryContext* ctx) const;
  AssertTopic assert_topic(SqlParser::AssertTopicContext* ctx) const;
  AssertSchema assert_schema(SqlParser::AssertSchemaContext* ctx) const;
  AssertValues assert_values(SqlParser::SourceNameContext* source, SqlParser::ColumnNamesContext* columns,
                             SqlParser::ValueListContext* values, bool tombstone);
  AssertSource assert_source(SqlParser::AssertSourceContext* ctx) const;
  // The small statements that hold a few names or strings.
  StatementBody setting(SqlParser::StatementContext* ctx);
  StatementBody drop(SqlParser::StatementContext* ctx) const;

  static SourceKind source_kind(SqlParser::SourceKindContext* ctx) {
    return ctx->TABLE() ? SourceKind::kTable : SourceKind::kStream;
  }
  Properties properties(SqlParser::PropertiesContext* ctx) const;
  std::vector<ColumnDefinition> elements(SqlParser::TableElementsContext* ctx, SourceKind kind) const;
  std::vector<Identifier> column_names(SqlParser::ColumnNamesContext* ctx) const;
  std::string string_of(SqlParser::PropertyStringContext* ctx) const { return string_value(ctx->STRING_VALUE()); }
  void check_value_count(const std::vector<Identifier>& columns, SqlParser::ValueListContext* values) const;
};

}  // namespace weir::sql
