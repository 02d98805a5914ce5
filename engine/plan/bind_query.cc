#include <algorithm>
#include <set>

#include "engine/plan/aggregation_binder.h"
#include "engine/plan/cast_rules.h"
#include "engine/plan/column_names.h"
#include "engine/plan/expression_rewriter.h"
#include "engine/plan/logical_plan.h"
#include "engine/plan/messages.h"
#include "engine/plan/window_bounds.h"
#include "engine/sql/formatter.h"
#include "engine/types/text.h"

namespace weir {

namespace {

constexpr int kMaxSubqueryDepth = 32;
constexpr size_t kMaxReads = 256;

void refuse_unsupported_clauses(const sql::Query& query, const QueryPurpose& purpose) {
  if (purpose.subquery && query.limit) {
    refuse("LIMIT belongs to the query as a whole: a sub-query has no last row.", query.limit_pos);
  }
  if (purpose.persistent && query.limit) {
    refuse("LIMIT belongs to queries that a client reads; a query that runs for ever has none.", query.limit_pos);
  }
  if (!purpose.persistent && query.emit == sql::EmitMode::kNone) {
    refuse_unsupported("A pull query (SELECT without EMIT CHANGES)", query.pos,
                       "Add EMIT CHANGES to read the stream as it grows.");
  }
}

void refuse_table_clauses(const sql::Query& query, const QueryPurpose& purpose, const LogicalQuery& bound) {
  if (!bound.table) return;
  const Source& first = *bound.scope.sources()[0].source;
  if (!query.partition_by.empty()) {
    refuse("PARTITION BY is for streams, but '" + first.name + "' is a table: its key is its primary key.",
           query.partition_by_pos);
  }
  if (purpose.persistent && !purpose.for_client && first.window && !bound.scope.sources()[0].subquery) {
    refuse("A persistent query can't read the windowed table `" + first.name + "`. Declare a stream over the topic '" +
               first.topic + "' and read that.",
           query.from.pos);
  }
}

bool is_time_pseudo_column(const sql::ExprPtr& e) {
  if (e->kind != sql::ExprKind::kColumn) return false;
  const std::string& name = static_cast<const sql::ColumnRef&>(*e).name.name;
  return name == "ROWTIME" || is_window_bound(name);
}

// A string literal beside ROWTIME, WINDOWSTART or WINDOWEND is a time: as milliseconds.
sql::ExprPtr time_literal(const sql::ExprPtr& e) {
  if (e->kind != sql::ExprKind::kString) return e;
  const std::string& text = static_cast<const sql::StringLiteral&>(*e).value;
  const auto millis = parse_timestamp(text);
  if (!millis)
    refuse("'" + text + "' is no time. Write it as in '2020-01-31T10:15:30.000' or '2020-01-31T10:15:30+0100'.",
           e->pos);
  auto out = std::make_shared<sql::IntegerLiteral>(sql::ExprKind::kBigint);
  out->value = *millis;
  out->pos = e->pos;
  return out;
}

sql::ExprPtr read_time_literals(const sql::ExprPtr& where) {
  return rewrite_expression(where, [](const sql::ExprPtr& node) -> sql::ExprPtr {
    if (node->kind == sql::ExprKind::kComparison) {
      const auto& comparison = static_cast<const sql::Comparison&>(*node);
      const bool left = is_time_pseudo_column(comparison.left), right = is_time_pseudo_column(comparison.right);
      if (!left && !right) return nullptr;
      auto out = std::make_shared<sql::Comparison>(comparison);
      if (left) out->right = time_literal(comparison.right);
      if (right) out->left = time_literal(comparison.left);
      return out;
    }
    if (node->kind == sql::ExprKind::kBetween) {
      const auto& between = static_cast<const sql::Between&>(*node);
      if (!is_time_pseudo_column(between.operand)) return nullptr;
      auto out = std::make_shared<sql::Between>(between);
      out->low = time_literal(between.low);
      out->high = time_literal(between.high);
      return out;
    }
    return nullptr;
  });
}

void bind_where(const sql::Query& query, LogicalQuery& out) {
  if (!query.where) return;
  out.where = out.scope.resolve(read_time_literals(query.where), "WHERE");
  const BoundExprPtr bound = out.scope.bind(out.where);
  if (bound->type->kind() != TypeKind::kBoolean) {
    refuse("WHERE needs a BOOLEAN, but " + bound->text + " is " + bound->type->to_string() + ".", query.where->pos);
  }
}

bool same_expressions(const std::vector<sql::ExprPtr>& a, const std::vector<sql::ExprPtr>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return sql::equal(*x, *y); });
}

std::vector<sql::ExprPtr> source_key(const QueryScope& scope) {
  std::vector<sql::ExprPtr> out;
  for (size_t c = 0; c < scope.sources()[0].columns.size(); ++c) {
    if (scope.sources()[0].columns[c].key)
      out.push_back(scope.reference({0, static_cast<int>(c)}, scope.sources()[0].pos));
  }
  return out;
}

std::vector<sql::ExprPtr> bind_partition_by(const sql::Query& query, const QueryScope& scope) {
  std::vector<sql::ExprPtr> out;
  for (const sql::ExprPtr& e : query.partition_by) {
    if (e->kind == sql::ExprKind::kNull) {
      if (query.partition_by.size() > 1) refuse("Several columns of PARTITION BY can't include NULL.", e->pos);
      return {};
    }
    sql::ExprPtr resolved = scope.resolve(e, "PARTITION BY");
    const BoundExprPtr bound = scope.bind(resolved);
    if (bound->type->kind() == TypeKind::kNull)
      refuse("PARTITION BY needs a type: cast the NULL to the one that is meant.", e->pos);
    if (std::any_of(out.begin(), out.end(), [&](const auto& other) { return sql::equal(*other, *resolved); })) {
      refuse("PARTITION BY names " + bound->text + " twice.", e->pos);
    }
    out.push_back(std::move(resolved));
  }
  return out;
}

// Of a column its name in SELECT *; of other expressions nothing: it is generated.
std::string star_name(const QueryScope& scope, const sql::ExprPtr& e) {
  if (e->kind != sql::ExprKind::kColumn) return {};
  const auto id = scope.id_of(static_cast<const sql::ColumnRef&>(*e));
  return id ? scope.column(*id).flat_name : static_cast<const sql::ColumnRef&>(*e).name.name;
}

bool is_join_key(const std::vector<sql::ExprPtr>& expressions, const LogicalJoinKey& key) {
  return std::equal(expressions.begin(), expressions.end(), key.columns.begin(), key.columns.end(),
                    [](const auto& e, const auto& column) { return has_expression(column.equivalent, e); });
}

// The rows before grouping are keyed by the grouping expressions already.
bool is_grouped_by_key(const std::vector<sql::ExprPtr>& groups, const LogicalJoinKey& join_key,
                       const LogicalQuery& query) {
  if (!query.scope.is_join()) {
    return query.scope.sources()[0].partitioned_by_key && same_expressions(groups, source_key(query.scope));
  }
  return is_join_key(groups, join_key);
}

std::vector<ResultKey> bind_result_key(const sql::Query& query, const LogicalJoinKey& join_key, LogicalQuery& out) {
  const QueryScope& scope = out.scope;
  std::vector<ResultKey> keys;
  if (!query.partition_by.empty()) {
    const std::vector<sql::ExprPtr> expressions = bind_partition_by(query, scope);
    if (scope.is_join()) {
      out.changes_key = !is_join_key(expressions, join_key);
    } else {
      out.changes_key = !same_expressions(expressions, source_key(scope));
    }
    if (out.changes_key && out.window) {
      refuse("PARTITION BY can't give a windowed source another key: windowed keys are not repartitioned.",
             query.partition_by_pos);
    }
    for (const sql::ExprPtr& e : expressions) keys.push_back({{e}, nullptr, star_name(scope, e)});
    return keys;
  }
  if (scope.is_join() && !join_key.is_source_key) {
    const size_t count = join_key.only_first ? 1 : join_key.columns.size();
    out.changes_key = count < join_key.columns.size();
    for (size_t i = 0; i < count; ++i) {
      const sql::ExprPtr key = scope.join_key(query.pos, i);
      std::vector<sql::ExprPtr> viable = join_key.columns[i].viable;
      if (viable.empty()) viable.push_back(key);
      keys.push_back({viable, key, star_name(scope, viable[0])});
    }
    return keys;
  }
  for (const sql::ExprPtr& e : source_key(scope)) keys.push_back({{e}, nullptr, star_name(scope, e)});
  return keys;
}

void check_key_types(const LogicalQuery& query, const sql::Position& pos) {
  for (const LogicalColumn& column : query.columns) {
    if (column.key && contains_map(*column.type)) {
      refuse("The key column `" + column.name + "` is of type " + column.type->to_string() +
                 ": a key can't have a MAP in it, because equal maps may be written as different bytes.",
             pos);
    }
  }
}

[[noreturn]] void refuse_depth(const sql::Position& pos) {
  refuse("Sub-queries stand more than " + std::to_string(kMaxSubqueryDepth) +
             " deep in each other. Make streams or tables of the inner ones, with CREATE … AS SELECT.",
         pos);
}

void count_sources(const sql::Query& query, LogicalQuery& out) {
  for (const ScopeSource& source : out.scope.sources()) {
    out.reads += source.subquery ? source.subquery->reads : 1;
    if (source.subquery) out.depth = std::max(out.depth, source.subquery->depth + 1);
  }
  if (out.depth > kMaxSubqueryDepth) refuse_depth(query.from.pos);
  if (out.reads > kMaxReads) {
    refuse("The query reads streams and tables " + std::to_string(out.reads) +
               " times, counted with each use of a sub-query; at most " + std::to_string(kMaxReads) +
               " are possible. Make a stream or table of what is used often, with CREATE … AS SELECT.",
           query.from.pos);
  }
}

void add_sources(const LogicalQuery& query, std::vector<std::string>& out) {
  for (const ScopeSource& source : query.scope.sources()) {
    if (source.subquery) {
      add_sources(*source.subquery, out);
    } else if (std::find(out.begin(), out.end(), source.source->name) == out.end()) {
      out.push_back(source.source->name);
    }
  }
}

}  // namespace

std::vector<std::string> sources_of(const LogicalQuery& query) {
  std::vector<std::string> out;
  add_sources(query, out);
  return out;
}

LogicalQuery bind_subquery(const sql::Query& query, const std::string& name, const BindContext& context,
                           const CommonTables& around) {
  if (around.depth + 1 >= kMaxSubqueryDepth) refuse_depth(query.pos);
  QueryPurpose purpose;
  purpose.persistent = true;  // its rows have a key, as those of a stream or table
  purpose.sink = name;
  purpose.subquery = true;
  purpose.for_client = around.for_client;
  return bind_query(query, purpose, context, &around);
}

LogicalQuery bind_query(const sql::Query& query, const QueryPurpose& purpose, const BindContext& context,
                        const CommonTables* around) {
  refuse_unsupported_clauses(query, purpose);
  CommonTables common_tables{around, &query, purpose.for_client || !purpose.persistent, around ? around->depth + 1 : 0};
  for (const sql::CommonTable& table : query.with) {
    common_tables.bound.push_back(
        std::make_shared<const LogicalQuery>(bind_subquery(*table.query, table.name.name, context, common_tables)));
  }
  LogicalQuery out{
      QueryScope(query, context, common_tables), {}, nullptr, {}, false, {}, false, std::nullopt, query.limit};
  count_sources(query, out);
  const Source& first = *out.scope.sources()[0].source;
  out.window = first.window;
  out.table = first.kind == sql::SourceKind::kTable;
  LogicalJoinKey join_key;
  if (out.scope.is_join()) join_key = bind_joins(query, context, out);
  refuse_table_clauses(query, purpose, out);
  bind_where(query, out);
  std::optional<AggregationBinder> aggregation;
  std::vector<ResultKey> keys;
  if (AggregationBinder::applies(query, *context.functions)) {
    aggregation.emplace(query, out.scope, context, out.table);
    for (const sql::ExprPtr& e : aggregation->keys()) keys.push_back({{e}, nullptr, star_name(out.scope, e)});
  } else {
    if (query.emit == sql::EmitMode::kFinal) {
      refuse("EMIT FINAL is for windowed aggregations. Use EMIT CHANGES.", query.emit_pos);
    }
    keys = bind_result_key(query, join_key, out);
  }
  QueryPurpose projection = purpose;
  // A stream may do without its key where it is read at once; a table is nothing without it.
  if (purpose.subquery) projection.require_key = out.table || aggregation;
  out.columns = bind_projection(query, out.scope, keys, projection, aggregation ? &*aggregation : nullptr);
  if (aggregation) {
    const bool changes_key = !is_grouped_by_key(aggregation->keys(), join_key, out);
    out.aggregation = aggregation->finish();
    out.aggregation->changes_key = changes_key;
    out.window = std::nullopt;
    if (const auto& window = out.aggregation->window) {
      const bool session = window->kind == sql::WindowClause::Kind::kSession;
      out.window = WindowInfo{window->kind, session ? 0 : window->size_ms};
    }
    out.table = true;
  }
  if (purpose.persistent) {
    check_key_types(out, query.pos);
    const auto selected =
        std::count_if(out.columns.begin(), out.columns.end(), [](const auto& column) { return column.key; });
    if (static_cast<size_t>(selected) < keys.size()) {
      out.changes_key = true;  // a key column was left out, where that is allowed
      if (purpose.subquery) out.window = std::nullopt;
    }
  }
  const bool read_so = out.scope.is_join() || out.aggregation || out.scope.sources()[0].partitioned_by_key;
  out.partitioned_by_key = read_so && !out.changes_key;
  return out;
}

}  // namespace weir
