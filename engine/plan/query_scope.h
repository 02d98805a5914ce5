// The sources of one query and their columns: what names in its clauses can mean. A column is written down as a
// reference with its source's alias, and has one unique flat name for the whole query: NAME with one source, ALIAS_NAME
// in a join. Immutable once joins and SELECT list are bound; any thread.
#pragma once

#include <compare>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/plan/binder.h"
#include "engine/plan/common_tables.h"

namespace weir {

// ROWTIME, ROWPARTITION, ROWOFFSET, WINDOWSTART, WINDOWEND: not usable as names of own columns.
bool is_pseudo_column(const std::string& name);

struct ScopeColumn {
  std::string name;
  TypePtr type;
  SourceColumnRef ref;
  bool key = false;
  bool pseudo = false;
  std::string flat_name;
};

struct ScopeSource {
  SourcePtr source;  // of a sub-query: what a stream or table that it wrote would be
  std::string alias;
  std::optional<sql::StartPosition> start;
  sql::Position pos;
  std::vector<ScopeColumn> columns;  // key, value, headers, pseudo columns
  // Rows with equal keys are in one partition.
  bool partitioned_by_key = true;
  std::shared_ptr<const LogicalQuery> subquery;  // in FROM, or of WITH; null: the source is in the catalog
};

// A column that a table function of the SELECT list makes: an element of what the call gives for the row.
struct TableFunctionColumn {
  std::string name;
  sql::ExprPtr call;  // resolved
  TypePtr type;
};

// A column of one of the query's sources.
struct ColumnId {
  int source = 0;
  int column = 0;
  auto operator<=>(const ColumnId&) const = default;
};

class QueryScope {
 public:
  // Looks up FROM and JOIN, and binds the sub-queries there. Throws StatementError for sources that don't exist, and
  // for double and missing aliases.
  QueryScope(const sql::Query& query, const BindContext& context, const CommonTables& common_tables);

  const std::vector<ScopeSource>& sources() const { return sources_; }
  const ScopeColumn& column(ColumnId id) const { return sources_[id.source].columns[id.column]; }
  bool is_join() const { return sources_.size() > 1; }
  // The index of the source with the alias, or -1.
  int find_source(const std::string& alias) const;
  // More than one source has a column of that name.
  bool clashes(const std::string& name) const;

  // The name of the column that holds the key of a join: ROWKEY, or ROWKEY_1 … where a source has such a column itself,
  // or where the key has several columns.
  const std::string& join_key_name(size_t column = 0) const { return join_key_names_[column]; }
  // The join key has names for so many columns.
  void name_join_key(size_t columns);
  // From now on there are columns with the key of the (last) join. `visible`: users may write it, because no
  // column of a source is the key.
  void set_join_key(std::vector<TypePtr> types, bool visible);
  sql::ExprPtr join_key(const sql::Position& pos, size_t column = 0) const;
  sql::ExprPtr reference(ColumnId id, const sql::Position& pos) const;

  // The expression with every column reference written with its source's alias. `clause` is named in messages:
  // "SELECT". Only the first `sources` sources are visible.
  sql::ExprPtr resolve(const sql::ExprPtr& expression, const std::string& clause, size_t sources = SIZE_MAX) const;
  // The expression with every call of a table function replaced by the column that it makes from now on. `expression`
  // is resolved.
  sql::ExprPtr take_table_functions(const sql::ExprPtr& expression);
  const std::vector<TableFunctionColumn>& table_function_columns() const { return table_function_columns_; }
  bool is_table_function_column(const sql::ColumnRef& resolved) const;

  // The column that a resolved reference means; nullopt: the join's key, a bound of the query's own windows, or a table
  // function's column.
  std::optional<ColumnId> id_of(const sql::ColumnRef& resolved) const;
  // A resolved expression bound over the flat names.
  BoundExprPtr bind(const sql::ExprPtr& resolved) const;
  BoundAggregate bind_aggregate(const sql::ExprPtr& resolved_call) const;

  std::vector<std::string> all_column_names() const;
  std::vector<std::string> all_flat_names() const;

 private:
  // Names that columns have, or may get in the plan.
  std::set<std::string> taken_names() const;
  void add_source(const sql::TableRef& table, const CommonTables& common_tables);
  void add_subquery(const sql::TableRef& table, std::shared_ptr<const LogicalQuery> query);
  void name_columns();
  PlanSchema flat_schema() const;
  sql::ExprPtr flatten(const sql::ExprPtr& resolved) const;
  sql::ExprPtr resolve_column(const sql::ColumnRef& ref, const std::string& clause, size_t sources) const;
  [[noreturn]] void refuse_unresolved(const sql::ColumnRef& ref, const std::string& clause, size_t sources) const;

  const BindContext* context_;
  std::vector<ScopeSource> sources_;
  std::vector<std::string> join_key_names_;
  std::vector<TypePtr> join_key_types_;  // empty: not known yet
  bool join_key_visible_ = false;
  bool has_window_bounds_ = false;  // the query's own WINDOW: the select list has its WINDOWSTART and WINDOWEND
  std::vector<TableFunctionColumn> table_function_columns_;
};

}  // namespace weir
