#include <algorithm>

#include "engine/plan/join_checks.h"
#include "engine/plan/logical_plan.h"
#include "engine/plan/messages.h"
#include "engine/sql/formatter.h"

namespace weir {

namespace {

void check_join_value_formats(const QueryScope& scope) {
  std::vector<std::string> names;
  for (const ScopeSource& source : scope.sources()) {
    if (!source.subquery && source.source->value_format.kind == FormatKind::kKafka)
      names.push_back(source.source->name);
  }
  if (!names.empty()) {
    refuse("The value format 'KAFKA' of " + list_names(names, "and") +
               " can't be used in a join: only formats that name their columns can.",
           scope.sources()[0].pos);
  }
}

void bind_within(const sql::Join& join, LogicalJoin& out) {
  if (!join.within) {
    refuse("A join of two streams needs WITHIN: how far apart in time matching rows may be, as in WITHIN 10 MINUTES.",
           join.pos);
  }
  out.before_ms = join.within->before.millis();
  out.after_ms = join.within->after.millis();
  if (join.within->grace) out.grace_ms = join.within->grace->millis();
}

std::string window_text(const ScopeSource& source) {
  if (!source.source->window) return "`" + source.alias + "` is not windowed";
  const char* kind = source.source->window->kind == sql::WindowClause::Kind::kSession    ? "SESSION"
                     : source.source->window->kind == sql::WindowClause::Kind::kTumbling ? "TUMBLING"
                                                                                         : "HOPPING";
  return "`" + source.alias + "` is " + kind + " windowed";
}

void bind_join_windows(const QueryScope& scope, LogicalJoin& out) {
  const ScopeSource& left = scope.sources()[0];
  const ScopeSource& right = scope.sources()[out.right_source];
  if (left.source->window.has_value() != right.source->window.has_value()) {
    refuse(
        "A windowed source can't be joined to one that is not: " + window_text(left) + ", " + window_text(right) + ".",
        out.pos);
  }
  out.windowed = left.source->window.has_value();
}

void add_expression(std::vector<sql::ExprPtr>& list, const sql::ExprPtr& e) {
  if (!has_expression(list, e)) list.push_back(e);
}

// The names of a key column after the join, from those before it.
LogicalJoinKey::Column joined_key_column(const LogicalJoin& join, const LogicalJoin::Equality& key,
                                         const LogicalJoinKey::Column* before) {
  LogicalJoinKey::Column out;
  out.type = key.type;
  std::vector<sql::ExprPtr> left_equal = before ? before->equivalent : std::vector<sql::ExprPtr>{};
  add_expression(left_equal, key.left);
  if (join.type == sql::JoinType::kInner || join.type == sql::JoinType::kLeft) out.equivalent = left_equal;
  if (join.type == sql::JoinType::kInner || join.type == sql::JoinType::kRight)
    add_expression(out.equivalent, key.right);
  if (join.type == sql::JoinType::kFull) return out;  // either side may be missing: no column of theirs is the key
  if (key.left->kind == sql::ExprKind::kColumn) out.viable.push_back(key.left);
  if (before) {
    for (const sql::ExprPtr& e : before->viable) add_expression(out.viable, e);
  }
  if (key.right->kind == sql::ExprKind::kColumn) add_expression(out.viable, key.right);
  return out;
}

LogicalJoinKey joined_key(const LogicalJoin& join, const LogicalJoinKey& before) {
  LogicalJoinKey out;
  for (size_t i = 0; i < join.keys.size(); ++i) {
    out.columns.push_back(joined_key_column(join, join.keys[i], join.left_has_key ? &before.columns[i] : nullptr));
  }
  // Who joins on several columns hasn't asked for a key of several, which not every format can hold.
  out.only_first = join.kind != LogicalJoin::Kind::kTables && (before.only_first || !join.left_has_key);
  return out;
}

// Before the first join the key is the source's own.
LogicalJoinKey single_source_key(const QueryScope& scope) {
  LogicalJoinKey out;
  out.is_source_key = true;
  const ScopeSource& source = scope.sources()[0];
  for (size_t c = 0; source.partitioned_by_key && c < source.columns.size(); ++c) {
    if (source.columns[c].key) {
      out.columns.push_back({{}, {scope.reference({0, static_cast<int>(c)}, source.pos)}, source.columns[c].type});
    }
  }
  return out;
}

bool is_keyed_by(const LogicalJoinKey& before, const std::vector<LogicalJoin::Equality>& keys) {
  return std::equal(before.columns.begin(), before.columns.end(), keys.begin(), keys.end(),
                    [](const auto& column, const auto& key) { return has_expression(column.equivalent, key.left); });
}

}  // namespace

LogicalJoinKey bind_joins(const sql::Query& query, const BindContext& context, LogicalQuery& out) {
  check_join_value_formats(out.scope);
  LogicalJoinKey key = single_source_key(out.scope);
  out.scope.name_join_key(key.columns.size());
  for (size_t i = 0; i < query.joins.size(); ++i) {
    LogicalJoin join;
    join.type = query.joins[i].type;
    join.right_source = static_cast<int>(i) + 1;
    join.pos = query.joins[i].pos;
    check_join_order(out.scope, join);
    bind_join_windows(out.scope, join);
    bind_criteria(query.joins[i], out.scope, key, context, join);
    out.scope.name_join_key(join.keys.size());
    join.left_has_key = is_keyed_by(key, join.keys);
    join.kind = join_kind(out.scope, join);
    check_join_kind(query.joins[i], out.scope, join);
    if (join.kind == LogicalJoin::Kind::kStreams) bind_within(query.joins[i], join);
    if (join.kind != LogicalJoin::Kind::kForeignKey) key = joined_key(join, key);
    out.joins.push_back(std::move(join));
  }
  std::vector<TypePtr> types;
  bool any_unnamed = false;
  for (const LogicalJoinKey::Column& column : key.columns) {
    types.push_back(column.type);
    any_unnamed = any_unnamed || column.viable.empty();
  }
  out.scope.set_join_key(std::move(types), !key.is_source_key && any_unnamed);
  return key;
}

}  // namespace weir
