// QueryPlanner: joins of tables by a foreign key, see PlanKind::kForeignKeyJoin.
#include <algorithm>

#include "engine/plan/foreign_key_columns.h"
#include "engine/plan/query_planner.h"

namespace weir {

namespace {

std::vector<PlanColumn> columns_of_side(const PlanSchema& schema, bool key) {
  std::vector<PlanColumn> out;
  std::copy_if(schema.begin(), schema.end(), std::back_inserter(out),
               [key](const PlanColumn& column) { return column.key == key; });
  return out;
}

}  // namespace

PlannedRows QueryPlanner::plan_foreign_key_left(const LogicalJoin& join, const ColumnIds& needed) {
  const ScopeSource& source = query_.scope.sources()[0];
  std::vector<SourceOutput> outputs;
  for (size_t c = 0; c < source.columns.size(); ++c) {
    if (source.columns[c].key) outputs.push_back({source.columns[c].flat_name, {0, static_cast<int>(c)}, true});
  }
  for (size_t i = 0; i < outputs.size(); ++i) outputs[i].name = key_name(i);  // as joins on primary keys expect it
  ColumnIds values = needed;
  for (const LogicalJoin::Equality& key : join.keys) values.merge(columns_in(key.left));
  for (const ColumnId id : values) {
    if (!query_.scope.column(id).key) outputs.push_back({query_.scope.column(id).flat_name, id, false});
  }
  PlannedRows rows;
  for (const SourceOutput& output : outputs) rows.names[output.id] = output.name;
  rows.node = plan_source(0, outputs);
  partitioning_ = source_partitioning(0);
  return rows;
}

PlannedRows QueryPlanner::plan_foreign_key_join(const PlannedRows& left, const LogicalJoin& join,
                                                const ColumnIds& right_needed, const std::string& id) {
  // The right's key is a column like others in the result.
  JoinInput right = plan_source_input(join.right_source, false, join, right_needed, false);
  Partitioning right_partitioning = right.partitioning;
  if (!right_partitioning.same_bytes) {
    right_partitioning = {right_partitioning.count, std::nullopt, true, {}};
    repartition(right, id + "-right", right_partitioning, true);
  }
  const std::vector<PlanColumn> left_keys = columns_of_side(left.node->schema, true);
  const std::vector<PlanColumn> right_values = columns_of_side(right.rows.node->schema, false);

  auto references = std::make_shared<PlanNode>();
  references->kind = PlanKind::kRepartition;
  references->id = "Repartition-" + id + "-foreign-key";
  for (size_t i = 0; i < join.keys.size(); ++i) {
    references->schema.push_back({foreign_key_column(i), join.keys[i].type, true});
  }
  for (const PlanColumn& column : left_keys) references->schema.push_back({column.name, column.type, false});
  references->schema.push_back({kForeignInstructionColumn, Type::integer(), false});
  references->schema.push_back({kForeignHashColumn, Type::bigint(), false});
  references->schema.push_back({kForeignPartitionColumn, Type::integer(), false});
  references->repartition_topic = id + "-foreign-key-references";
  references->repartition_partitions = right_partitioning.count;
  references->partition_format = right_partitioning.format;
  if (right_partitioning.format && right_partitioning.names.size() > 1)
    references->partition_names = right_partitioning.names;

  auto lookup = std::make_shared<PlanNode>();
  lookup->kind = PlanKind::kForeignKeyLookup;
  lookup->id = id + "-Lookup";
  lookup->inputs = {references, right.rows.node};
  lookup->schema = left_keys;
  lookup->schema.push_back({kForeignHashColumn, Type::bigint(), false});
  lookup->schema.push_back({kForeignPartitionColumn, Type::integer(), false});
  lookup->schema.push_back({kForeignFoundColumn, Type::boolean(), false});
  lookup->schema.insert(lookup->schema.end(), right_values.begin(), right_values.end());

  auto answers = std::make_shared<PlanNode>();
  answers->kind = PlanKind::kRepartition;
  answers->id = "Repartition-" + id + "-answer";
  answers->schema = lookup->schema;
  answers->inputs = {lookup};
  answers->repartition_topic = id + "-foreign-key-answers";
  answers->repartition_partitions = partitioning_.count;
  answers->partition_column = kForeignPartitionColumn;

  auto node = std::make_shared<PlanNode>();
  node->kind = PlanKind::kForeignKeyJoin;
  node->id = id;
  node->inputs = {left.node, answers};
  node->table = true;
  node->table_join_type = join.type;
  for (const LogicalJoin::Equality& key : join.keys) node->foreign_keys.push_back(to_text(key.left, left));
  node->schema = left.node->schema;
  node->schema.insert(node->schema.end(), right_values.begin(), right_values.end());

  PlannedRows rows;
  rows.names = left.names;
  rows.names.insert(right.rows.names.begin(), right.rows.names.end());
  if (join.residual) node->predicate = to_text(join.residual, rows);
  rows.node = std::move(node);
  return rows;
}

}  // namespace weir
