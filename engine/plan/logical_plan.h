// A query whose names, types and key are decided, before it is laid out in operators. Made by bind_query, read by
// plan_query. A value on the stack of one call.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/plan/query_scope.h"

namespace weir {

// The sources before it, joined with the source number `right_source`. Expressions are resolved: see QueryScope.
struct LogicalJoin {
  // kForeignKey: two tables, on the right one's primary key and something else than the left one's.
  enum class Kind { kStreams, kStreamTable, kTables, kForeignKey };
  Kind kind = Kind::kStreams;
  sql::JoinType type = sql::JoinType::kInner;
  int right_source = 1;
  // Rows match where all of them hold: the join's key. A join on a table has the table's primary key on the right.
  struct Equality {
    sql::ExprPtr left, right;  // each over one source
    TypePtr type;
  };
  std::vector<Equality> keys;
  // … and this, over the sources up to the right one; null: nothing else.
  sql::ExprPtr residual;
  int64_t before_ms = 0, after_ms = 0;
  std::optional<int64_t> grace_ms;
  bool windowed = false;  // both keys are windowed
  // The key of the rows before the join is already that of the join, in its order.
  bool left_has_key = false;
  sql::Position pos;
};

// What the key of the joined rows is called.
struct LogicalJoinKey {
  struct Column {
    // Columns of which the user may select one as the key, the best first; empty where none is.
    std::vector<sql::ExprPtr> viable;
    // Expressions that are equal to the key in every row.
    std::vector<sql::ExprPtr> equivalent;
    TypePtr type;
  };
  // In this order they decide the rows' partition. Empty: the rows have no key.
  std::vector<Column> columns;
  // The rows have the key of the first source, with all of its columns: joins by a foreign key change nothing about it.
  bool is_source_key = false;
  // A stream that was given several key columns for its join alone: only the first is the result's key.
  bool only_first = false;
};

struct LogicalColumn {
  std::string name;
  sql::ExprPtr expression;  // resolved
  TypePtr type;
  bool key = false;
};

// GROUP BY: rows with equal keys, in the same window if there is one, become one row with the keys, the window's bounds
// (WINDOWSTART, WINDOWEND) and the results of the calls.
struct LogicalAggregation {
  struct Call {
    std::string name;   // of the column that holds its results
    sql::ExprPtr call;  // resolved
    TypePtr type;
  };
  std::vector<LogicalColumn> keys;
  std::vector<Call> calls;
  std::optional<AggregationWindow> window;
  bool final = false;
  sql::ExprPtr having;       // over the groups' rows; null: none
  bool changes_key = false;  // the rows have another key before
};

struct LogicalQuery {
  QueryScope scope;
  std::vector<LogicalJoin> joins;
  sql::ExprPtr where;                             // null: none
  std::optional<LogicalAggregation> aggregation;  // the columns' expressions are over the groups' rows then
  bool table = false;                             // the result is a table
  std::vector<LogicalColumn> columns;             // key columns first; push queries: in the order of the select list
  bool changes_key = false;                       // PARTITION BY something else than the present key
  std::optional<WindowInfo> window;               // the result's key is windowed
  std::optional<int64_t> limit;
  bool partitioned_by_key = true;  // rows with equal keys are in one partition
  int depth = 1;                   // of sub-queries, itself included
  size_t reads = 0;                // of sources in the catalog, those of sub-queries included
};

struct QueryPurpose {
  bool persistent = false;
  std::string sink;            // for messages
  bool keep_key_order = true;  // key columns in the order of the source or PARTITION BY, not of the select list
  bool require_key = true;     // the select list must have the key columns
  bool subquery = false;       // stands for a source; `sink` is its name there
  bool for_client = false;     // a sub-query of a push query
};

// `around`: of the query that it is a part of; null: of none.
LogicalQuery bind_query(const sql::Query& query, const QueryPurpose& purpose, const BindContext& context,
                        const CommonTables* around = nullptr);
LogicalQuery bind_subquery(const sql::Query& query, const std::string& name, const BindContext& context,
                           const CommonTables& around);
// The names of the sources that it reads, its sub-queries' included; each once.
std::vector<std::string> sources_of(const LogicalQuery& query);

// Whether `e` is one of the expressions.
bool has_expression(const std::vector<sql::ExprPtr>& list, const sql::ExprPtr& e);

// Binds ON: join.keys and join.residual. `before`: the key of the rows before the join.
void bind_criteria(const sql::Join& statement, const QueryScope& scope, const LogicalJoinKey& before,
                   const BindContext& context, LogicalJoin& join);

// Binds the joins of `query` into `out.joins` and makes the join's key known to out.scope.
LogicalJoinKey bind_joins(const sql::Query& query, const BindContext& context, LogicalQuery& out);

// A key column of the result before the select list is looked at.
struct ResultKey {
  std::vector<sql::ExprPtr> viable;  // any of them in the select list is the key; the first found counts
  sql::ExprPtr expression;           // what gives the key; null: the chosen one
  std::string name;                  // in SELECT *; empty: generated
};
class AggregationBinder;
// `aggregation`: null where rows aren't grouped. The columns' expressions are resolved; with an aggregation, over its
// groups' rows. Makes the columns of the table functions in the select list known to `scope`.
std::vector<LogicalColumn> bind_projection(const sql::Query& query, QueryScope& scope,
                                           const std::vector<ResultKey>& keys, const QueryPurpose& purpose,
                                           AggregationBinder* aggregation);

PhysicalPlan plan_query(const LogicalQuery& query, const BindContext& context);

}  // namespace weir
