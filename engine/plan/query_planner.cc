#include "engine/plan/query_planner.h"

#include "engine/plan/expression_rewriter.h"
#include "engine/sql/formatter.h"
#include "engine/sql/parser.h"

namespace weir {

namespace {

std::vector<FormatColumn> format_columns(const std::vector<const SourceColumn*>& columns) {
  std::vector<FormatColumn> out;
  for (const SourceColumn* column : columns) out.push_back({column->name, column->type});
  return out;
}

// The projection gives the columns of its input as they are: SELECT * FROM s.
bool repeats_input(const PlanNode& projection) {
  const PlanSchema& input = projection.inputs[0]->schema;
  const PlanSchema& output = projection.schema;
  if (projection.changes_key || input.size() != output.size()) return false;
  for (size_t i = 0; i < input.size(); ++i) {
    if (input[i].name != output[i].name || input[i].key != output[i].key ||
        projection.expressions[i].property != RowProperty::kNone ||
        projection.expressions[i].sql != sql::to_sql(*make_column_ref(input[i].name, {}))) {
      return false;
    }
  }
  return true;
}

}  // namespace

PlanNodePtr QueryPlanner::plan() {
  std::vector<ResultColumn> all;
  for (size_t c = 0; c < query_.columns.size(); ++c) {
    const LogicalColumn& column = query_.columns[c];
    all.push_back({column.name, c, RowProperty::kNone, column.type, column.key});
  }
  return with_old_rows(plan_result(all), false);
}

PlanNodePtr QueryPlanner::plan_result(const std::vector<ResultColumn>& columns) {
  ColumnIds used = columns_in(query_.where);
  if (query_.aggregation) {
    for (const LogicalColumn& key : query_.aggregation->keys) used.merge(columns_in(key.expression));
    for (const LogicalAggregation::Call& call : query_.aggregation->calls) used.merge(columns_in(call.call));
  } else {
    for (const ResultColumn& column : columns) {
      if (column.property == RowProperty::kNone) used.merge(columns_in(query_.columns[column.index].expression));
    }
  }
  for (const TableFunctionColumn& column : query_.scope.table_function_columns()) used.merge(columns_in(column.call));
  PlannedRows rows = query_.scope.is_join() ? plan_joins(used) : plan_plain_source(0, used);
  if (!query_.scope.is_join()) partitioning_ = source_partitioning(0);
  rows = plan_filter(std::move(rows), query_.where ? to_text(query_.where, rows) : "", "Filter");
  rows = plan_flat_map(std::move(rows));
  if (query_.aggregation) rows = plan_aggregation(rows);
  return plan_project(rows, columns);
}

// The rows of a sub-query, with these of its columns under these names.
PlanNodePtr QueryPlanner::plan_subquery(int index, const std::vector<SourceOutput>& outputs) {
  const ScopeSource& source = query_.scope.sources()[index];
  const LogicalQuery& subquery = *source.subquery;
  const std::string prefix = prefix_ + "Sub" + std::to_string(index + 1) + "-";
  std::vector<ResultColumn> columns;
  bool any_time = false;
  for (const SourceOutput& output : outputs) {
    const ScopeColumn& column = query_.scope.column(output.id);
    ResultColumn result{output.name, static_cast<size_t>(output.id.column), RowProperty::kNone, column.type,
                        output.key};
    if (column.pseudo) {
      result.property = column.name == "ROWTIME"       ? RowProperty::kTime
                        : column.name == "WINDOWSTART" ? RowProperty::kWindowStart
                                                       : RowProperty::kWindowEnd;
      any_time = any_time || result.property == RowProperty::kTime;
    }
    columns.push_back(std::move(result));
  }
  QueryPlanner planner(subquery, context_, prefix);
  PlanNodePtr node = planner.plan_result(columns);
  subquery_partitioning_[index] = planner.partitioning_;
  // Changes of a table don't tell the time of the old row.
  return subquery.table && any_time ? plan_table(node, prefix + "Rows") : node;
}

PlanNodePtr QueryPlanner::plan_source(int index, const std::vector<SourceOutput>& columns) {
  const ScopeSource& scope_source = query_.scope.sources()[index];
  if (scope_source.subquery) return plan_subquery(index, columns);
  const Source& source = *scope_source.source;
  auto node = std::make_shared<PlanNode>();
  node->kind = PlanKind::kSource;
  node->id = prefix_ + (query_.scope.is_join() ? "Source-" + scope_source.alias : "Source");
  PlanNode::SourceSpec spec;
  spec.source = source.name;
  spec.topic = source.topic;
  spec.source_kind = source.kind;
  spec.key_format = source.key_format;
  spec.value_format = source.value_format;
  spec.key_columns = format_columns(source.key_columns());
  spec.value_columns = format_columns(source.value_columns());
  spec.timestamp_column = source.timestamp_column;
  spec.timestamp_format = source.timestamp_format;
  spec.window = source.window;
  spec.start = scope_source.start;
  spec.errors = source.errors;
  for (const SourceOutput& output : columns) {
    const ScopeColumn& column = query_.scope.column(output.id);
    node->schema.push_back({output.name, column.type, output.key});
    spec.columns.push_back(column.ref);
  }
  node->source = std::move(spec);
  if (source.kind != sql::SourceKind::kTable) return node;
  PlanNodePtr table = plan_table(node, prefix_ + (query_.scope.is_join() ? "Table-" + scope_source.alias : "Table"));
  // A query that writes a table with a TTL deletes the ended rows from its topic as well.
  if (!source.ttl_ms || source.query) return table;
  auto ending = std::make_shared<PlanNode>(*table);
  ending->ttl_ms = source.ttl_ms;
  return ending;
}

PlannedRows QueryPlanner::plan_plain_source(int source, ColumnIds columns) {
  PlannedRows rows;
  const ScopeSource& scope_source = query_.scope.sources()[source];
  const bool table = scope_source.source->kind == sql::SourceKind::kTable;
  for (size_t c = 0; table && c < scope_source.columns.size(); ++c) {
    if (scope_source.columns[c].key) columns.insert({source, static_cast<int>(c)});  // rows are replaced by key
  }
  std::vector<SourceOutput> outputs;
  for (const ColumnId id : columns) {
    const ScopeColumn& column = query_.scope.column(id);
    outputs.push_back({column.flat_name, id, column.key});
    rows.names[id] = column.flat_name;
  }
  rows.node = plan_source(source, outputs);
  return rows;
}

PlanNodePtr QueryPlanner::plan_table(const PlanNodePtr& source, const std::string& id) const {
  auto node = std::make_shared<PlanNode>();
  node->kind = PlanKind::kTable;
  node->id = id;
  node->schema = source->schema;
  node->inputs = {source};
  node->table = true;
  return node;
}

PlannedRows QueryPlanner::plan_filter(PlannedRows rows, const std::string& predicate, const std::string& id) const {
  if (predicate.empty()) return rows;
  auto node = std::make_shared<PlanNode>();
  node->kind = PlanKind::kFilter;
  node->id = prefix_ + id;
  node->schema = rows.node->schema;
  node->inputs = {rows.node};
  node->table = rows.node->table;
  node->predicate = predicate;
  rows.node = std::move(node);
  return rows;
}

// The rows with the grouping expressions as their key and the columns that the calls use beside them.
PlanNodePtr QueryPlanner::plan_group_columns(const PlannedRows& rows, PlannedRows& grouped) const {
  const LogicalAggregation& aggregation = *query_.aggregation;
  auto node = std::make_shared<PlanNode>();
  node->kind = PlanKind::kProject;
  node->id = prefix_ + "Project-Groups";
  node->inputs = {rows.node};
  node->table = rows.node->table;
  node->changes_key = aggregation.changes_key;
  for (const LogicalColumn& key : aggregation.keys) {
    node->schema.push_back({key.name, key.type, true});
    node->expressions.push_back({key.name, to_text(key.expression, rows), true});
    if (key.expression->kind != sql::ExprKind::kColumn) continue;
    if (const auto id = query_.scope.id_of(static_cast<const sql::ColumnRef&>(*key.expression)))
      grouped.names[*id] = key.name;
  }
  ColumnIds values;
  for (const LogicalAggregation::Call& call : aggregation.calls) values.merge(columns_in(call.call));
  for (const ColumnId id : values) {
    if (grouped.names.contains(id)) continue;
    const ScopeColumn& column = query_.scope.column(id);
    grouped.names[id] = column.flat_name;
    node->schema.push_back({column.flat_name, column.type, false});
    node->expressions.push_back({column.flat_name, to_text(query_.scope.reference(id, {}), rows), false});
  }
  return repeats_input(*node) ? rows.node : node;
}

PlannedRows QueryPlanner::plan_aggregation(const PlannedRows& rows) {
  const LogicalAggregation& aggregation = *query_.aggregation;
  PlannedRows grouped;
  grouped.node = plan_group_columns(rows, grouped);
  if (aggregation.changes_key) {
    auto node = std::make_shared<PlanNode>();
    node->kind = PlanKind::kRepartition;
    node->id = prefix_ + "Repartition-Aggregate";
    node->schema = grouped.node->schema;
    node->inputs = {grouped.node};
    node->table = grouped.node->table;
    node->repartition_topic = prefix_ + "Aggregate-GroupBy-repartition";
    node->repartition_partitions = partitioning_.count;
    partitioning_ = {partitioning_.count, std::nullopt, true, {}};
    node->drop_null_keys = true;
    grouped.node = std::move(node);
  }
  auto node = std::make_shared<PlanNode>();
  node->kind = PlanKind::kAggregate;
  node->id = prefix_ + "Aggregate";
  node->inputs = {grouped.node};
  node->table = true;
  PlanNode::AggregateSpec spec;
  spec.window = aggregation.window;
  spec.final = aggregation.final;
  for (const LogicalColumn& key : aggregation.keys) node->schema.push_back({key.name, key.type, true});
  if (spec.window) {
    node->schema.push_back({"WINDOWSTART", Type::bigint(), false});
    node->schema.push_back({"WINDOWEND", Type::bigint(), false});
  }
  for (const LogicalAggregation::Call& call : aggregation.calls) {
    node->schema.push_back({call.name, call.type, false});
    spec.calls.push_back({call.name, to_text(call.call, grouped), false});
  }
  node->aggregate = std::move(spec);
  PlannedRows out;
  out.node = std::move(node);
  return plan_filter(std::move(out), aggregation.having ? flat_text(aggregation.having) : "", "Filter-Having");
}

PlannedRows QueryPlanner::plan_flat_map(PlannedRows rows) const {
  if (query_.scope.table_function_columns().empty()) return rows;
  auto node = std::make_shared<PlanNode>();
  node->kind = PlanKind::kFlatMap;
  node->id = prefix_ + "FlatMap";
  node->schema = rows.node->schema;
  node->inputs = {rows.node};
  for (const TableFunctionColumn& column : query_.scope.table_function_columns()) {
    node->schema.push_back({column.name, column.type, false});
    node->expressions.push_back({column.name, to_text(column.call, rows), false});
  }
  rows.node = std::move(node);
  return rows;
}

PlanNodePtr QueryPlanner::plan_project(const PlannedRows& rows, const std::vector<ResultColumn>& columns) const {
  auto node = std::make_shared<PlanNode>();
  node->kind = PlanKind::kProject;
  node->id = prefix_ + "Project";
  node->inputs = {rows.node};
  node->table = rows.node->table;
  node->changes_key = query_.changes_key;
  for (const ResultColumn& column : columns) {
    PlanExpression expression{column.name, "", column.key, column.property};
    switch (column.property) {
      case RowProperty::kNone: {
        const sql::ExprPtr& e = query_.columns[column.index].expression;
        expression.sql = query_.aggregation ? flat_text(e) : to_text(e, rows);
        break;
      }
      case RowProperty::kTime:
        expression.sql = "ROWTIME";
        break;
      case RowProperty::kWindowStart:
        expression.sql = "WINDOWSTART";
        break;
      case RowProperty::kWindowEnd:
        expression.sql = "WINDOWEND";
        break;
    }
    node->expressions.push_back(std::move(expression));
    node->schema.push_back({column.name, column.type, column.key});
  }
  return repeats_input(*node) ? rows.node : node;
}

QueryPlanner::ColumnIds QueryPlanner::columns_in(const sql::ExprPtr& expression) const {
  ColumnIds out;
  if (!expression) return out;
  visit_columns(expression, [&](const sql::ColumnRef& ref) {
    if (const auto id = query_.scope.id_of(ref)) out.insert(*id);
  });
  return out;
}

std::optional<ColumnId> QueryPlanner::column_id(const sql::ExprPtr& expression) const {
  if (expression->kind != sql::ExprKind::kColumn) return std::nullopt;
  return query_.scope.id_of(static_cast<const sql::ColumnRef&>(*expression));
}

std::string QueryPlanner::to_text(const sql::ExprPtr& expression, const PlannedRows& rows) const {
  return sql::to_sql(*rename_columns(expression, rows));
}

// The plan outlives user types: what a type means today is written out.
sql::ExprPtr QueryPlanner::settle_types(const sql::ExprPtr& expression) const {
  return rewrite_expression(expression, [&](const sql::ExprPtr& node) -> sql::ExprPtr {
    if (node->kind != sql::ExprKind::kCast) return nullptr;
    auto cast = std::make_shared<sql::Cast>(static_cast<const sql::Cast&>(*node));
    cast->type = sql::parse_type_name(resolve_type(*cast->type, context_.catalog)->to_string());
    cast->operand = settle_types(cast->operand);
    return cast;
  });
}

std::string QueryPlanner::flat_text(const sql::ExprPtr& expression) const {
  return sql::to_sql(*settle_types(expression));
}

sql::ExprPtr QueryPlanner::rename_columns(const sql::ExprPtr& expression, const PlannedRows& rows) const {
  return rewrite_expression(settle_types(expression), [&](const sql::ExprPtr& node) -> sql::ExprPtr {
    if (node->kind != sql::ExprKind::kColumn) return nullptr;
    const auto id = query_.scope.id_of(static_cast<const sql::ColumnRef&>(*node));
    return id ? make_column_ref(rows.names.at(*id), node->pos) : node;
  });
}

PhysicalPlan plan_query(const LogicalQuery& query, const BindContext& context) {
  PhysicalPlan plan;
  plan.root = QueryPlanner(query, context).plan();
  plan.limit = query.limit;
  return plan;
}

}  // namespace weir
