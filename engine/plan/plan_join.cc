// QueryPlanner: joins of streams, left-deep, with the repartitions that they need.
#include <algorithm>

#include "engine/plan/messages.h"
#include "engine/plan/query_planner.h"
#include "engine/sql/parser.h"

namespace weir {

namespace {

bool left_is_preserved(sql::JoinType type) { return type == sql::JoinType::kInner || type == sql::JoinType::kLeft; }
bool right_is_preserved(sql::JoinType type) { return type == sql::JoinType::kInner || type == sql::JoinType::kRight; }

// Rows whose key is NULL match nothing; only an outer side emits them all the same.
bool drops_null_keys(sql::JoinType type, bool left) {
  if (type == sql::JoinType::kInner) return true;
  if (type == sql::JoinType::kFull) return false;
  return (type == sql::JoinType::kLeft) != left;
}

bool same_key_bytes(const FormatSpec& a, const FormatSpec& b) { return a.kind == b.kind && a.delimiter == b.delimiter; }

constexpr const char* kWindowColumns[] = {"WINDOWSTART", "WINDOWEND"};

}  // namespace

Partitioning QueryPlanner::source_partitioning(int source) const {
  const Source& s = *query_.scope.sources()[source].source;
  const auto count = context_.topic_partitions ? context_.topic_partitions(s.topic) : std::nullopt;
  return {count.value_or(0), s.key_format,
          !uses_schema_registry(s.key_format.kind) && s.key_format.kind != FormatKind::kNone};
}

PlannedRows QueryPlanner::plan_joins(const ColumnIds& needed_above) {
  // What must still be there after each join: what stands above it, and the criteria of the joins between.
  std::vector<ColumnIds> needed_after(query_.joins.size());
  ColumnIds needed = needed_above;
  for (size_t i = query_.joins.size(); i-- > 0;) {
    const LogicalJoin& join = query_.joins[i];
    needed_after[i] = needed;
    std::erase_if(needed, [&](ColumnId id) { return id.source >= join.right_source; });
    if (!join.left_has_key) needed.merge(columns_in(join.left));
  }
  PlannedRows rows;
  for (size_t i = 0; i < query_.joins.size(); ++i) {
    const LogicalJoin& join = query_.joins[i];
    ColumnIds left_needed, right_needed;
    for (const ColumnId id : needed_after[i]) {
      if (id.source < join.right_source) left_needed.insert(id);
      if (id.source == join.right_source) right_needed.insert(id);
    }
    std::string id = "Join";
    for (size_t above = i + 1; above < query_.joins.size(); ++above) id = "L_" + id;
    if (join.kind == LogicalJoin::Kind::kForeignKey) {
      rows = plan_foreign_key_join(i == 0 ? plan_foreign_key_left(join, left_needed) : rows, join, right_needed, id);
      continue;
    }
    const bool left_preserved = left_is_preserved(join.type);
    JoinInput left = i == 0 ? plan_source_input(0, join.left, join, left_needed, left_preserved)
                            : plan_joined_input(rows, join, left_needed, left_preserved);
    JoinInput right =
        plan_source_input(join.right_source, join.right, join, right_needed, right_is_preserved(join.type));
    joined_partitioning_ = copartition(left, right, join, id);
    rows = plan_join(left, right, join, id);
  }
  return rows;
}

QueryPlanner::JoinInput QueryPlanner::plan_source_input(int source, const sql::ExprPtr& key, const LogicalJoin& join,
                                                        const ColumnIds& needed, bool preserved) {
  const ScopeSource& scope_source = query_.scope.sources()[source];
  JoinInput input;
  input.preserved = preserved;
  input.partitioning = source_partitioning(source);
  std::optional<ColumnId> key_column;
  if (key->kind == sql::ExprKind::kColumn) key_column = query_.scope.id_of(static_cast<const sql::ColumnRef&>(*key));
  const auto keys =
      std::count_if(scope_source.columns.begin(), scope_source.columns.end(), [](const auto& c) { return c.key; });
  input.has_key = keys == 1 && key_column && query_.scope.column(*key_column).key;

  // The column that is the key needs no copy among the values, unless it may be absent while the key is not.
  ColumnIds values = needed;
  if (preserved && key_column && values.erase(*key_column)) input.rows.names[*key_column] = key_name();
  for (const ColumnId id : values) input.rows.names[id] = query_.scope.column(id).flat_name;

  if (input.has_key) {
    std::vector<SourceOutput> outputs = {{key_name(), *key_column, true}};
    for (size_t c = 0; join.windowed && c < scope_source.columns.size(); ++c) {
      const std::string& name = scope_source.columns[c].name;
      if (name == kWindowColumns[0] || name == kWindowColumns[1])
        outputs.push_back({name, {source, static_cast<int>(c)}, true});
    }
    for (const ColumnId id : values) outputs.push_back({query_.scope.column(id).flat_name, id, false});
    input.rows.node = plan_source(source, outputs);
    if (is_table(source)) input.rows.node = plan_table(input.rows.node, "Table-" + scope_source.alias);
    return input;
  }
  ColumnIds decoded = values;
  decoded.merge(columns_in(key));
  const PlannedRows plain = plan_plain_source(source, decoded);
  auto node = std::make_shared<PlanNode>();
  node->kind = PlanKind::kProject;
  node->id = "Project-" + scope_source.alias;
  node->inputs = {plain.node};
  node->changes_key = true;
  node->schema.push_back({key_name(), join.key_type, true});
  node->expressions.push_back({key_name(), to_text(key, plain), true});
  for (const ColumnId id : values) {
    const ScopeColumn& column = query_.scope.column(id);
    node->schema.push_back({column.flat_name, column.type, false});
    node->expressions.push_back(
        {column.flat_name, to_text(query_.scope.reference(id, scope_source.pos), plain), false});
  }
  input.rows.node = std::move(node);
  return input;
}

QueryPlanner::JoinInput QueryPlanner::plan_joined_input(const PlannedRows& rows, const LogicalJoin& join,
                                                        const ColumnIds& needed, bool preserved) const {
  JoinInput input;
  input.preserved = preserved;
  input.partitioning = joined_partitioning_;
  input.has_key = join.left_has_key;
  std::optional<ColumnId> key_column;
  if (join.left->kind == sql::ExprKind::kColumn)
    key_column = query_.scope.id_of(static_cast<const sql::ColumnRef&>(*join.left));
  const auto is_new_key = [&](ColumnId id) {
    return preserved && ((key_column && id == *key_column) || (join.left_has_key && rows.names.at(id) == key_name()));
  };
  bool must_copy_key = false;
  for (const ColumnId id : needed)
    must_copy_key = must_copy_key || (rows.names.at(id) == key_name() && !is_new_key(id));
  if (join.left_has_key && !must_copy_key) {
    input.rows = rows;
    return input;
  }
  auto node = std::make_shared<PlanNode>();
  node->kind = PlanKind::kProject;
  node->id = "Project-" + std::to_string(join.right_source);
  node->inputs = {rows.node};
  node->table = rows.node->table;
  node->changes_key = !join.left_has_key;
  node->schema.push_back({key_name(), join.key_type, true});
  node->expressions.push_back(
      {key_name(), to_text(join.left_has_key ? query_.scope.join_key(join.pos) : join.left, rows), true});
  for (const PlanColumn& column : rows.node->schema) {
    if (!column.key || column.name == key_name()) continue;  // the window's columns
    node->schema.push_back(column);
    node->expressions.push_back({column.name, sql::quote_identifier(column.name), true});
  }
  for (const ColumnId id : needed) {
    if (is_new_key(id)) {
      input.rows.names[id] = key_name();
      continue;
    }
    const ScopeColumn& column = query_.scope.column(id);
    input.rows.names[id] = column.flat_name;
    node->schema.push_back({column.flat_name, column.type, false});
    node->expressions.push_back({column.flat_name, to_text(query_.scope.reference(id, join.pos), rows), false});
  }
  input.rows.node = std::move(node);
  return input;
}

Partitioning QueryPlanner::copartition(JoinInput& left, JoinInput& right, const LogicalJoin& join,
                                       const std::string& id) const {
  const ScopeSource& first = query_.scope.sources()[0];
  const ScopeSource& second = query_.scope.sources()[join.right_source];
  const Partitioning& l = left.partitioning;
  const Partitioning& r = right.partitioning;
  const bool same_format =
      l.format.has_value() == r.format.has_value() && (!l.format || same_key_bytes(*l.format, *r.format));
  if (join.windowed) {
    // A row can't move to another partition without leaving its window behind: the topics must fit as they are.
    if (!left.has_key || !right.has_key || !same_format || !(first.source->window == second.source->window) ||
        (l.count != r.count && l.count > 0 && r.count > 0)) {
      refuse("The windowed sources `" + first.alias + "` and `" + second.alias +
                 "` can't be joined so: windowed keys are not repartitioned. They must have the same window, key "
                 "format and number of "
                 "partitions, and be joined on their keys.",
             join.pos);
    }
    return l;
  }
  bool move_left = !left.has_key || !l.same_bytes, move_right = !right.has_key || !r.same_bytes;
  if (!move_left && !move_right) {
    const bool same_count = l.count == r.count || l.count == 0 || r.count == 0;
    if (!same_format) {
      move_right = true;
    } else if (!same_count && join.kind != LogicalJoin::Kind::kStreams) {
      refuse("Can't join `" + first.alias + "` with `" + second.alias + "`: they have " + std::to_string(l.count) + " and " +
                 std::to_string(r.count) + " partitions, so equal keys don't meet. Write one of them to a topic with as many " +
                 "partitions as the other's, with CREATE … AS SELECT and PARTITIONS.",
             join.pos);
    } else if (!same_count) {
      (l.count < r.count ? move_left : move_right) = true;
    }
  }
  if (move_left && move_right) {
    const Partitioning both{std::max(l.count, r.count), std::nullopt, true};
    repartition(left, id + "-left", both, drops_null_keys(join.type, true));
    repartition(right, id + "-right", both, drops_null_keys(join.type, false));
    return both;
  }
  if (move_left) {
    repartition(left, id + "-left", r, drops_null_keys(join.type, true));
    return r;
  }
  if (move_right) repartition(right, id + "-right", l, drops_null_keys(join.type, false));
  return l;
}

void QueryPlanner::repartition(JoinInput& input, const std::string& id, const Partitioning& to,
                               bool drop_null_keys) const {
  auto node = std::make_shared<PlanNode>();
  node->kind = PlanKind::kRepartition;
  node->id = "Repartition-" + id;
  node->schema = input.rows.node->schema;
  node->inputs = {input.rows.node};
  node->table = input.rows.node->table;
  node->repartition_topic = id + "-repartition";
  node->repartition_partitions = to.count;
  node->partition_format = to.format;
  node->drop_null_keys = drop_null_keys;
  input.rows.node = std::move(node);
}

PlannedRows QueryPlanner::plan_join(const JoinInput& left, const JoinInput& right, const LogicalJoin& join,
                                    const std::string& id) const {
  PlannedRows rows;
  auto node = std::make_shared<PlanNode>();
  node->id = id;
  node->inputs = {left.rows.node, right.rows.node};
  if (join.kind == LogicalJoin::Kind::kStreams) {
    node->kind = PlanKind::kStreamJoin;
    node->join = PlanNode::StreamJoinSpec{join.type, join.before_ms, join.after_ms, join.grace_ms, join.windowed};
  } else {
    node->kind = join.kind == LogicalJoin::Kind::kTables ? PlanKind::kTableJoin : PlanKind::kStreamTableJoin;
    node->table_join_type = join.type;
    node->table = join.kind == LogicalJoin::Kind::kTables;
  }
  for (const PlanColumn& column : left.rows.node->schema) node->schema.push_back(column);
  for (const PlanColumn& column : right.rows.node->schema) {
    if (!column.key) node->schema.push_back(column);
  }
  rows.node = std::move(node);
  rows.names = left.rows.names;
  rows.names.insert(right.rows.names.begin(), right.rows.names.end());
  return rows;
}

}  // namespace weir
