#include "engine/sql/query_builder.h"

namespace weir::sql {

QueryPtr QueryBuilder::query(SqlParser::QueryContext* ctx) {
  auto result = located<Query>(ctx);
  for (auto* table : ctx->commonTable()) {
    Identifier name = identifier(table->sourceName());
    for (const CommonTable& other : result->with) {
      if (other.name.name == name.name) refuse(name.pos, "WITH names " + name.name + " twice");
    }
    result->with.push_back({std::move(name), query(table->query())});
  }
  for (auto* item : ctx->selectItem()) result->items.push_back(select_item(item));
  result->from = relation(ctx->relation());
  for (auto* joined : ctx->joinedRelation()) result->joins.push_back(join(joined));
  if (ctx->windowClause()) result->window = window(ctx->windowClause());
  if (ctx->WHERE()) result->where = expression(ctx->expression());
  if (auto* clause = ctx->groupBy()) {
    result->group_by = value_expressions(clause->groupingList()->valueExpression());
    result->group_by_pos = position(clause);
  }
  if (auto* clause = ctx->partitionBy()) {
    result->partition_by = value_expressions(clause->groupingList()->valueExpression());
    result->partition_by_pos = position(clause);
  }
  if (ctx->having()) result->having = expression(ctx->having()->expression());
  if (auto* clause = ctx->emitClause()) {
    result->emit = clause->FINAL() ? EmitMode::kFinal : EmitMode::kChanges;
    result->emit_pos = position(clause);
  }
  if (auto* clause = ctx->limitClause()) {
    result->limit = whole_number(clause->wholeNumber());
    result->limit_pos = position(clause);
  }
  return result;
}

SelectItem QueryBuilder::select_item(SqlParser::SelectItemContext* ctx) {
  SelectItem item;
  item.pos = position(ctx);
  if (dynamic_cast<SqlParser::SelectAllContext*>(ctx)) {
    item.kind = SelectItem::Kind::kAllColumns;
    return item;
  }
  if (auto* source = dynamic_cast<SqlParser::SelectSourceContext*>(ctx)) {
    item.kind = SelectItem::Kind::kSourceColumns;
    item.source = identifier(source->identifier());
    return item;
  }
  auto* single = dynamic_cast<SqlParser::SelectExpressionContext*>(ctx);
  antlr4::ParserRuleContext* alias = single->alias();
  if (!alias) alias = single->bareAlias();
  item.expression = all_fields_of(single->expression());
  if (item.expression) {
    item.kind = SelectItem::Kind::kStructFields;
    if (alias) refuse(position(alias), "->* gives many columns, so it cannot have an alias");
    return item;
  }
  item.expression = expression(single->expression());
  if (alias) item.alias = identifier(alias);
  return item;
}

TableRef QueryBuilder::relation(SqlParser::RelationContext* ctx) {
  TableRef table;
  table.pos = position(ctx);
  if (ctx->query()) {
    table.subquery = query(ctx->query());
  } else {
    table.name = identifier(ctx->sourceName());
  }
  if (ctx->startPosition()) table.start = start_position(ctx->startPosition());
  if (ctx->alias()) table.alias = identifier(ctx->alias());
  if (ctx->relationAlias()) table.alias = identifier(ctx->relationAlias());
  return table;
}

StartPosition QueryBuilder::start_position(SqlParser::StartPositionContext* ctx) const {
  StartPosition start;
  start.pos = position(ctx);
  if (ctx->EARLIEST()) {
    start.kind = StartPosition::Kind::kEarliest;
  } else if (ctx->LATEST()) {
    start.kind = StartPosition::Kind::kLatest;
  } else if (ctx->TIMESTAMP()) {
    start.kind = StartPosition::Kind::kTimestamp;
    start.timestamp = string_value(ctx->STRING_VALUE());
  } else {
    start.kind = StartPosition::Kind::kOffset;
    start.offset = whole_number(ctx->wholeNumber());
  }
  return start;
}

Join QueryBuilder::join(SqlParser::JoinedRelationContext* ctx) {
  Join result;
  result.pos = position(ctx);
  result.type = ctx->LEFT()    ? JoinType::kLeft
                : ctx->RIGHT() ? JoinType::kRight
                : ctx->FULL()  ? JoinType::kFull
                               : JoinType::kInner;
  result.right = relation(ctx->relation());
  if (ctx->within()) result.within = within(ctx->within());
  result.criteria = expression(ctx->expression());
  return result;
}

WithinClause QueryBuilder::within(SqlParser::WithinContext* ctx) const {
  WithinClause result;
  result.pos = position(ctx);
  const auto durations = ctx->duration();
  result.asymmetric = ctx->LEFT_PAREN() != nullptr;
  result.before = duration(durations[0]);
  result.after = result.asymmetric ? duration(durations[1]) : result.before;
  if (ctx->GRACE()) result.grace = duration(durations.back());
  return result;
}

WindowClause QueryBuilder::window(SqlParser::WindowClauseContext* ctx) const {
  WindowClause result;
  result.pos = position(ctx);
  if (ctx->windowName()) result.name = identifier(ctx->windowName());
  result.kind = ctx->TUMBLING()  ? WindowClause::Kind::kTumbling
                : ctx->HOPPING() ? WindowClause::Kind::kHopping
                                 : WindowClause::Kind::kSession;
  result.size = duration(ctx->duration(0));
  if (ctx->HOPPING()) result.advance = duration(ctx->duration(1));
  for (auto* option : ctx->windowOption()) {
    std::optional<Duration>& place = option->RETENTION() ? result.retention : result.grace;
    if (place)
      refuse(position(option), std::string(option->RETENTION() ? "RETENTION" : "GRACE PERIOD") + " is given twice");
    place = duration(option->duration());
  }
  return result;
}

}  // namespace weir::sql
