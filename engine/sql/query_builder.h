// ANTLR's tree of a query → Query. Used for one statement, one thread.
#pragma once

#include "engine/sql/expression_builder.h"

namespace weir::sql {

class QueryBuilder : public ExpressionBuilder {
 public:
  using ExpressionBuilder::ExpressionBuilder;

  QueryPtr query(SqlParser::QueryContext* ctx);

 private:
  SelectItem select_item(SqlParser::SelectItemContext* ctx);
  TableRef relation(SqlParser::RelationContext* ctx);
  StartPosition start_position(SqlParser::StartPositionContext* ctx) const;
  Join join(SqlParser::JoinedRelationContext* ctx);
  WithinClause within(SqlParser::WithinContext* ctx) const;
  WindowClause window(SqlParser::WindowClauseContext* ctx) const;
};

}  // namespace weir::sql
