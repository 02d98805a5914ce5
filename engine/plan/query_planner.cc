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

}  // namespace

PlanNodePtr QueryPlanner::plan() {
  ColumnIds used = columns_in(query_.where);
  for (const LogicalColumn& column : query_.columns) used.merge(columns_in(column.expression));
  PlannedRows rows = query_.scope.is_join() ? plan_joins(used) : plan_plain_source(0, used);
  return plan_project(plan_filter(std::move(rows)));
}

PlanNodePtr QueryPlanner::plan_source(int index, const std::vector<SourceOutput>& columns) const {
  const ScopeSource& scope_source = query_.scope.sources()[index];
  const Source& source = *scope_source.source;
  auto node = std::make_shared<PlanNode>();
  node->kind = PlanKind::kSource;
  node->id = query_.scope.is_join() ? "Source-" + scope_source.alias : "Source";
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
  for (const SourceOutput& output : columns) {
    const ScopeColumn& column = query_.scope.column(output.id);
    node->schema.push_back({output.name, column.type, output.key});
    spec.columns.push_back(column.ref);
  }
  node->source = std::move(spec);
  return node;
}

PlannedRows QueryPlanner::plan_plain_source(int source, const ColumnIds& columns) const {
  PlannedRows rows;
  std::vector<SourceOutput> outputs;
  for (const ColumnId id : columns) {
    const ScopeColumn& column = query_.scope.column(id);
    outputs.push_back({column.flat_name, id, column.key});
    rows.names[id] = column.flat_name;
  }
  rows.node = plan_source(source, outputs);
  return rows;
}

PlannedRows QueryPlanner::plan_filter(PlannedRows rows) const {
  if (!query_.where) return rows;
  auto node = std::make_shared<PlanNode>();
  node->kind = PlanKind::kFilter;
  node->id = "Filter";
  node->schema = rows.node->schema;
  node->inputs = {rows.node};
  node->predicate = to_text(query_.where, rows);
  rows.node = std::move(node);
  return rows;
}

PlanNodePtr QueryPlanner::plan_project(const PlannedRows& rows) const {
  auto node = std::make_shared<PlanNode>();
  node->kind = PlanKind::kProject;
  node->id = "Project";
  node->inputs = {rows.node};
  node->changes_key = query_.changes_key;
  const PlanSchema& input = rows.node->schema;
  bool same = !query_.changes_key && input.size() == query_.columns.size();
  for (const LogicalColumn& column : query_.columns) {
    const size_t i = node->schema.size();
    node->expressions.push_back({column.name, to_text(column.expression, rows), column.key});
    node->schema.push_back({column.name, column.type, column.key});
    same = same && input[i].name == column.name && input[i].key == column.key &&
           column.expression->kind == sql::ExprKind::kColumn &&
           node->expressions.back().sql == sql::to_sql(*make_column_ref(input[i].name, column.expression->pos));
  }
  if (same) return rows.node;  // SELECT * FROM s: nothing is left to do
  return node;
}

QueryPlanner::ColumnIds QueryPlanner::columns_in(const sql::ExprPtr& expression) const {
  ColumnIds out;
  if (!expression) return out;
  visit_columns(expression, [&](const sql::ColumnRef& ref) {
    if (const auto id = query_.scope.id_of(ref)) out.insert(*id);
  });
  return out;
}

std::string QueryPlanner::to_text(const sql::ExprPtr& expression, const PlannedRows& rows) const {
  return sql::to_sql(*rename_columns(expression, rows));
}

sql::ExprPtr QueryPlanner::rename_columns(const sql::ExprPtr& expression, const PlannedRows& rows) const {
  return rewrite_expression(expression, [&](const sql::ExprPtr& node) -> sql::ExprPtr {
    if (node->kind == sql::ExprKind::kCast) {
      // The plan outlives user types: what a type means today is written out.
      auto cast = std::make_shared<sql::Cast>(static_cast<const sql::Cast&>(*node));
      cast->type = sql::parse_type_name(resolve_type(*cast->type, context_.catalog)->to_string());
      cast->operand = rename_columns(cast->operand, rows);
      return cast;
    }
    if (node->kind != sql::ExprKind::kColumn) return nullptr;
    const auto id = query_.scope.id_of(static_cast<const sql::ColumnRef&>(*node));
    return make_column_ref(id ? rows.names.at(*id) : key_name(), node->pos);
  });
}

PhysicalPlan plan_query(const LogicalQuery& query, const BindContext& context) {
  PhysicalPlan plan;
  plan.root = QueryPlanner(query, context).plan();
  plan.limit = query.limit;
  return plan;
}

}  // namespace weir
