#include <algorithm>
#include <set>

#include "engine/plan/cast_rules.h"
#include "engine/plan/expression_rewriter.h"
#include "engine/plan/join_checks.h"
#include "engine/plan/logical_plan.h"
#include "engine/plan/messages.h"
#include "engine/sql/formatter.h"

namespace weir {

namespace {

void check_join_value_formats(const QueryScope& scope) {
  std::vector<std::string> names;
  for (const ScopeSource& source : scope.sources()) {
    if (source.source->value_format.kind == FormatKind::kKafka) names.push_back(source.source->name);
  }
  if (!names.empty()) {
    refuse("The value format 'KAFKA' of " + list_names(names, "and") +
               " can't be used in a join: only formats that name their columns can.",
           scope.sources()[0].pos);
  }
}

// The sources whose columns the expression uses.
std::set<int> sources_of(const QueryScope& scope, const sql::ExprPtr& resolved) {
  std::set<int> out;
  visit_columns(resolved, [&](const sql::ColumnRef& ref) {
    if (const auto id = scope.id_of(ref)) out.insert(id->source);
  });
  return out;
}

int only_source(const QueryScope& scope, const sql::ExprPtr& side, const sql::Expr& criteria) {
  const std::set<int> sources = sources_of(scope, side);
  if (sources.size() != 1) {
    refuse("'" + sql::to_sql(*side) + "' in the join criterion '" + sql::to_sql(criteria) +
               "' must use columns of exactly one source, but uses " + (sources.empty() ? "none." : "several."),
           side->pos);
  }
  return *sources.begin();
}

// left = right, with the sides in the order of the sources.
void bind_criteria(const sql::Join& join, const QueryScope& scope, LogicalJoin& out) {
  if (!join.criteria) refuse("A join needs ON left = right.", join.pos);
  // A wrong source is at fault before a column that several have.
  visit_columns(join.criteria, [&](const sql::ColumnRef& ref) {
    if (ref.qualifier && scope.find_source(ref.qualifier->name) < 0) scope.resolve(std::make_shared<sql::ColumnRef>(ref), "JOIN ON");
  });
  const sql::ExprPtr criteria = scope.resolve(join.criteria, "JOIN ON", out.right_source + 1);
  if (criteria->kind == sql::ExprKind::kLogical) {
    refuse_unsupported("A join on several conditions (" + sql::to_sql(*criteria) + ")", criteria->pos,
                       "Join on one equality and put the rest into WHERE.");
  }
  if (criteria->kind != sql::ExprKind::kComparison ||
      static_cast<const sql::Comparison&>(*criteria).op != sql::CompareOp::kEqual) {
    refuse_unsupported("A join on other conditions than left = right (" + sql::to_sql(*criteria) + ")", criteria->pos);
  }
  const auto& comparison = static_cast<const sql::Comparison&>(*criteria);
  const int left = only_source(scope, comparison.left, *criteria);
  const int right = only_source(scope, comparison.right, *criteria);
  if ((left == out.right_source) == (right == out.right_source)) {
    refuse("The join criterion '" + sql::to_sql(*criteria) + "' must compare a column of '" +
               scope.sources()[out.right_source].alias + "' with one of a source before it.",
           criteria->pos);
  }
  const bool in_order = right == out.right_source;
  out.left = in_order ? comparison.left : comparison.right;
  out.right = in_order ? comparison.right : comparison.left;

  const BoundExprPtr bound_left = scope.bind(out.left), bound_right = scope.bind(out.right);
  if (!same_type(bound_left->type, bound_right->type)) {
    refuse("The two sides of the join criterion must be of the same type, but " + sql::to_sql(*out.left) + " is " +
               bound_left->type->to_string() + " and " + sql::to_sql(*out.right) + " is " +
               bound_right->type->to_string() + ". CAST one of them.",
           criteria->pos);
  }
  out.key_type = bound_left->type;
  if (contains_map(*out.key_type)) {
    refuse("The join is on " + bound_left->text + " of type " + out.key_type->to_string() +
               ": a key can't have a MAP in it, because equal maps may be written as different bytes.",
           criteria->pos);
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

bool has_expression(const std::vector<sql::ExprPtr>& list, const sql::ExprPtr& e) {
  return std::any_of(list.begin(), list.end(), [&](const auto& other) { return sql::equal(*other, *e); });
}

void add_expression(std::vector<sql::ExprPtr>& list, const sql::ExprPtr& e) {
  if (!has_expression(list, e)) list.push_back(e);
}

// The names of the key after the join, from those before it.
LogicalJoinKey joined_key(const LogicalJoin& join, const LogicalJoinKey& before) {
  LogicalJoinKey out;
  std::vector<sql::ExprPtr> left_equal = join.left_has_key ? before.equivalent : std::vector<sql::ExprPtr>{};
  add_expression(left_equal, join.left);
  if (join.type == sql::JoinType::kInner || join.type == sql::JoinType::kLeft) out.equivalent = left_equal;
  if (join.type == sql::JoinType::kInner || join.type == sql::JoinType::kRight)
    add_expression(out.equivalent, join.right);
  if (join.type == sql::JoinType::kFull) return out;  // either side may be missing: no column of theirs is the key
  if (join.left->kind == sql::ExprKind::kColumn) out.viable.push_back(join.left);
  if (join.left_has_key) {
    for (const sql::ExprPtr& e : before.viable) add_expression(out.viable, e);
  }
  if (join.right->kind == sql::ExprKind::kColumn) add_expression(out.viable, join.right);
  return out;
}

// Before the first join the key is the source's own, if it is one column.
LogicalJoinKey single_source_key(const QueryScope& scope) {
  LogicalJoinKey out;
  out.is_source_key = true;
  for (size_t c = 0; c < scope.sources()[0].columns.size(); ++c) {
    if (scope.sources()[0].columns[c].key) {
      out.equivalent.push_back(scope.reference({0, static_cast<int>(c)}, scope.sources()[0].pos));
    }
  }
  if (out.equivalent.size() != 1) out.equivalent.clear();
  return out;
}

}  // namespace

LogicalJoinKey bind_joins(const sql::Query& query, LogicalQuery& out) {
  check_join_value_formats(out.scope);
  LogicalJoinKey key = single_source_key(out.scope);
  TypePtr key_type;
  for (size_t i = 0; i < query.joins.size(); ++i) {
    LogicalJoin join;
    join.type = query.joins[i].type;
    join.right_source = static_cast<int>(i) + 1;
    join.pos = query.joins[i].pos;
    check_join_order(out.scope, join);
    bind_join_windows(out.scope, join);
    bind_criteria(query.joins[i], out.scope, join);
    join.left_has_key = has_expression(key.equivalent, join.left);
    join.kind = join_kind(out.scope, join);
    check_join_kind(query.joins[i], out.scope, join);
    if (join.kind == LogicalJoin::Kind::kStreams) bind_within(query.joins[i], join);
    if (join.kind != LogicalJoin::Kind::kForeignKey) {
      key = joined_key(join, key);
      key_type = join.key_type;
    }
    out.joins.push_back(std::move(join));
  }
  if (key.is_source_key && key.equivalent.size() == 1) key_type = out.scope.bind(key.equivalent[0])->type;
  out.scope.set_join_key(key_type, !key.is_source_key && key.viable.empty());
  return key;
}

}  // namespace weir
