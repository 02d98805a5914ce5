// QueryPlanner: joins of streams, left-deep, with the repartitions that they need.
#include <algorithm>

#include "engine/plan/messages.h"
#include "engine/plan/query_planner.h"
#include "engine/plan/window_bounds.h"
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

// Equal keys are equal bytes in both. Keys of several columns may have the columns' names in them.
bool same_key_bytes(const Partitioning& a, const Partitioning& b) {
  if (a.format.has_value() != b.format.has_value()) return false;
  if (!a.format) return true;
  if (a.format->kind != b.format->kind || a.format->delimiter != b.format->delimiter) return false;
  return a.names.size() == b.names.size() &&
         (a.names.size() < 2 || a.format->kind == FormatKind::kDelimited || a.names == b.names);
}

}  // namespace

Partitioning QueryPlanner::source_partitioning(int source) const {
  if (query_.scope.sources()[source].subquery) return subquery_partitioning_.at(source);
  const Source& s = *query_.scope.sources()[source].source;
  const auto count = context_.topic_partitions ? context_.topic_partitions(s.topic) : std::nullopt;
  Partitioning out{count.value_or(0),
                   s.key_format,
                   !uses_schema_registry(s.key_format.kind) && s.key_format.kind != FormatKind::kNone,
                   {}};
  for (const SourceColumn* column : s.key_columns()) out.names.push_back(column->name);
  return out;
}

PlannedRows QueryPlanner::plan_joins(const ColumnIds& needed_above) {
  // What must still be there after each join: what stands above it, and the criteria of the joins between.
  std::vector<ColumnIds> needed_after(query_.joins.size());
  ColumnIds needed = needed_above;
  for (size_t i = query_.joins.size(); i-- > 0;) {
    const LogicalJoin& join = query_.joins[i];
    needed.merge(columns_in(join.residual));
    needed_after[i] = needed;
    std::erase_if(needed, [&](ColumnId id) { return id.source >= join.right_source; });
    for (const LogicalJoin::Equality& key : join.keys) {
      if (!join.left_has_key) needed.merge(columns_in(key.left));
    }
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
    id = prefix_ + id;
    if (join.kind == LogicalJoin::Kind::kForeignKey) {
      rows = plan_foreign_key_join(i == 0 ? plan_foreign_key_left(join, left_needed) : rows, join, right_needed, id);
      continue;
    }
    const bool left_preserved = left_is_preserved(join.type);
    JoinInput left = i == 0 ? plan_source_input(0, true, join, left_needed, left_preserved)
                            : plan_joined_input(rows, join, left_needed, left_preserved);
    JoinInput right = plan_source_input(join.right_source, false, join, right_needed, right_is_preserved(join.type));
    partitioning_ = copartition(left, right, join, id);
    rows = plan_join(left, right, join, id);
  }
  return rows;
}

QueryPlanner::JoinInput QueryPlanner::plan_source_input(int source, bool left, const LogicalJoin& join,
                                                        const ColumnIds& needed, bool preserved) {
  const ScopeSource& scope_source = query_.scope.sources()[source];
  JoinInput input;
  input.preserved = preserved;
  std::vector<sql::ExprPtr> keys;
  std::vector<std::optional<ColumnId>> key_columns;
  for (const LogicalJoin::Equality& key : join.keys) {
    keys.push_back(left ? key.left : key.right);
    key_columns.push_back(column_id(keys.back()));
  }
  std::vector<std::optional<ColumnId>> own_key;
  for (size_t c = 0; c < scope_source.columns.size(); ++c) {
    if (scope_source.columns[c].key) own_key.push_back(ColumnId{source, static_cast<int>(c)});
  }
  input.has_key = scope_source.partitioned_by_key && key_columns == own_key;

  // A column that is the key needs no copy among the values, unless it may be absent while the key is not.
  ColumnIds values = needed;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (preserved && key_columns[i] && values.erase(*key_columns[i])) input.rows.names[*key_columns[i]] = key_name(i);
  }
  for (const ColumnId id : values) input.rows.names[id] = query_.scope.column(id).flat_name;

  if (input.has_key || is_keyed_table(source, key_columns)) {
    std::vector<SourceOutput> outputs;
    for (size_t i = 0; i < keys.size(); ++i) outputs.push_back({key_name(i), *key_columns[i], true});
    for (size_t c = 0; join.windowed && c < scope_source.columns.size(); ++c) {
      const std::string& name = scope_source.columns[c].name;
      if (is_window_bound(name))
        outputs.push_back({name, {source, static_cast<int>(c)}, true});
    }
    for (const ColumnId id : values) outputs.push_back({query_.scope.column(id).flat_name, id, false});
    input.rows.node = plan_source(source, outputs);
    input.partitioning = source_partitioning(source);
    return input;
  }
  ColumnIds decoded = values;
  for (const sql::ExprPtr& key : keys) decoded.merge(columns_in(key));
  const PlannedRows plain = plan_plain_source(source, decoded);
  input.partitioning = source_partitioning(source);
  auto node = std::make_shared<PlanNode>();
  node->kind = PlanKind::kProject;
  node->id = prefix_ + "Project-" + scope_source.alias;
  node->inputs = {plain.node};
  node->changes_key = true;
  for (size_t i = 0; i < keys.size(); ++i) {
    node->schema.push_back({key_name(i), join.keys[i].type, true});
    node->expressions.push_back({key_name(i), to_text(keys[i], plain), true});
  }
  for (const ColumnId id : values) {
    const ScopeColumn& column = query_.scope.column(id);
    node->schema.push_back({column.flat_name, column.type, false});
    node->expressions.push_back(
        {column.flat_name, to_text(query_.scope.reference(id, scope_source.pos), plain), false});
  }
  input.rows.node = std::move(node);
  return input;
}

// The columns are the table's primary key, if maybe in another order.
bool QueryPlanner::is_keyed_table(int source, const std::vector<std::optional<ColumnId>>& columns) const {
  if (!is_table(source)) return false;
  ColumnIds given, own;
  for (const std::optional<ColumnId>& id : columns) {
    if (id) given.insert(*id);
  }
  const std::vector<ScopeColumn>& all = query_.scope.sources()[source].columns;
  for (size_t c = 0; c < all.size(); ++c) {
    if (all[c].key) own.insert({source, static_cast<int>(c)});
  }
  return given == own;
}

QueryPlanner::JoinInput QueryPlanner::plan_joined_input(const PlannedRows& rows, const LogicalJoin& join,
                                                        const ColumnIds& needed, bool preserved) const {
  JoinInput input;
  input.preserved = preserved;
  input.partitioning = partitioning_;
  input.has_key = join.left_has_key;
  const auto key_index = [&](const std::string& name) -> std::optional<size_t> {
    for (size_t i = 0; i < join.keys.size(); ++i) {
      if (name == key_name(i)) return i;
    }
    return std::nullopt;
  };
  // The column of the new key that the column is, if it needs no copy beside it.
  const auto as_new_key = [&](ColumnId id) -> std::optional<size_t> {
    for (size_t i = 0; preserved && i < join.keys.size(); ++i) {
      if (column_id(join.keys[i].left) == id) return i;
    }
    return preserved && join.left_has_key ? key_index(rows.names.at(id)) : std::nullopt;
  };
  bool must_copy_key = false;
  for (const ColumnId id : needed) must_copy_key = must_copy_key || (key_index(rows.names.at(id)) && !as_new_key(id));
  if (join.left_has_key && !must_copy_key) {
    input.rows = rows;
    return input;
  }
  auto node = std::make_shared<PlanNode>();
  node->kind = PlanKind::kProject;
  node->id = prefix_ + "Project-" + std::to_string(join.right_source);
  node->inputs = {rows.node};
  node->table = rows.node->table;
  node->changes_key = !join.left_has_key;
  for (size_t i = 0; i < join.keys.size(); ++i) {
    node->schema.push_back({key_name(i), join.keys[i].type, true});
    node->expressions.push_back(
        {key_name(i), to_text(join.left_has_key ? query_.scope.join_key(join.pos, i) : join.keys[i].left, rows), true});
  }
  for (const PlanColumn& column : rows.node->schema) {
    if (!join.windowed || !column.key || !is_window_bound(column.name)) continue;
    node->schema.push_back(column);
    node->expressions.push_back({column.name, sql::quote_identifier(column.name), true});
  }
  for (const ColumnId id : needed) {
    if (const auto i = as_new_key(id)) {
      input.rows.names[id] = key_name(*i);
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

// No table is among the sources before the join's right one.
bool QueryPlanner::joins_streams_only(const LogicalJoin& join) const {
  for (int source = 0; source < join.right_source; ++source) {
    if (is_table(source)) return false;
  }
  return true;
}

Partitioning QueryPlanner::copartition(JoinInput& left, JoinInput& right, const LogicalJoin& join,
                                       const std::string& id) const {
  const ScopeSource& first = query_.scope.sources()[0];
  const ScopeSource& second = query_.scope.sources()[join.right_source];
  const Partitioning& l = left.partitioning;
  const Partitioning& r = right.partitioning;
  const bool same_format = same_key_bytes(l, r);
  if (join.windowed) {
    const bool same_window = first.source->window == second.source->window;
    const bool same_count = l.count == r.count || l.count == 0 || r.count == 0;
    const bool meet = left.has_key && right.has_key && same_window && same_format && same_count;
    // A row of a topic can't move to another partition without leaving its window behind: the topics must fit as they
    // are. The windows of tables that this query makes go along.
    const bool made_here = join.kind == LogicalJoin::Kind::kTables && first.subquery && second.subquery;
    if (meet && (!made_here || (l.same_bytes && r.same_bytes))) return l;
    if (!made_here || !left.has_key || !right.has_key || !same_window) {
      refuse("The windowed sources `" + first.alias + "` and `" + second.alias +
                 "` can't be joined so: windowed keys are not repartitioned. They must have the same window, key "
                 "format and number of "
                 "partitions, and be joined on their keys.",
             join.pos);
    }
  }
  bool move_left = !left.has_key || !l.same_bytes, move_right = !right.has_key || !r.same_bytes;
  if (!move_left && !move_right) {
    const bool same_count = l.count == r.count || l.count == 0 || r.count == 0;
    if (!same_format) {
      move_right = true;
    } else if (!same_count && join.kind == LogicalJoin::Kind::kStreamTable && !joins_streams_only(join)) {
      // The rows have met another table by the same key: it is the tables that don't fit together.
      refuse("Can't join `" + first.alias + "` with `" + second.alias + "`: they have " + std::to_string(l.count) +
                 " and " + std::to_string(r.count) +
                 " partitions, so equal keys don't meet. Write one of them to a topic with as many " +
                 "partitions as the other's, with CREATE … AS SELECT and PARTITIONS.",
             join.pos);
    } else if (!same_count) {
      const bool to_right = join.kind == LogicalJoin::Kind::kStreamTable || l.count < r.count;
      (to_right ? move_left : move_right) = true;
    }
  }
  if (move_left && move_right) {
    const Partitioning both{std::max(l.count, r.count), std::nullopt, true, {}};
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
  if (to.format && to.names.size() > 1) node->partition_names = to.names;
  node->drop_null_keys = drop_null_keys;
  const PlanSchema& schema = node->schema;
  node->windowed_key = std::any_of(schema.begin(), schema.end(), [](const PlanColumn& column) {
    return column.key && column.name == kWindowBounds[0];
  });
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
  rows.names = left.rows.names;
  rows.names.insert(right.rows.names.begin(), right.rows.names.end());
  if (join.residual) node->predicate = to_text(join.residual, rows);
  rows.node = std::move(node);
  return rows;
}

}  // namespace weir
