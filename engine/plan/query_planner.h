// Lays a logical query out in operators: which columns the sources decode, where rows are repartitioned, what each
// node's columns are called. Lives on the stack of plan_query; one thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/plan/logical_plan.h"

namespace weir {

// Rows at some place of the plan: the node that gives them and the name that each column of the query's sources has
// there.
struct PlannedRows {
  PlanNodePtr node;
  std::map<ColumnId, std::string> names;
};

// Which partition a row is in: the hash of its key in `format` (nullopt: in the engine's own encoding), modulo `count`
// (0: not known).
struct Partitioning {
  int32_t count = 0;
  std::optional<FormatSpec> format;
  // Equal keys are equal bytes, whoever wrote them. Not so where the bytes begin with a schema's id.
  bool same_bytes = true;
  // The key's columns as the format may write them into its bytes; empty with the engine's own encoding.
  std::vector<std::string> names;
};

class QueryPlanner {
 public:
  // `prefix`: of the nodes' names, which are those of stores and topics too: sub-queries have theirs.
  QueryPlanner(const LogicalQuery& query, const BindContext& context, std::string prefix = "")
      : query_(query), context_(context), prefix_(std::move(prefix)) {}
  PlanNodePtr plan();

 private:
  using ColumnIds = std::set<ColumnId>;
  struct JoinInput {
    PlannedRows rows;  // its key columns are the join's key
    Partitioning partitioning;
    bool has_key = false;    // the rows come keyed by the join's key, without a change
    bool preserved = false;  // every row of this side comes out of the join
  };
  struct SourceOutput {
    std::string name;
    ColumnId id;
    bool key = false;
  };

  // A column of the query's result, or a property of its rows.
  struct ResultColumn {
    std::string name;
    size_t index;  // of the query's columns
    RowProperty property = RowProperty::kNone;
    TypePtr type;
    bool key = false;
  };

  PlanNodePtr plan_result(const std::vector<ResultColumn>& columns);
  PlanNodePtr plan_subquery(int source, const std::vector<SourceOutput>& outputs);
  PlanNodePtr plan_source(int source, const std::vector<SourceOutput>& columns);
  PlannedRows plan_plain_source(int source, ColumnIds columns);
  PlanNodePtr plan_table(const PlanNodePtr& source, const std::string& id) const;
  // `predicate`: over the rows' columns; empty: none.
  PlannedRows plan_filter(PlannedRows rows, const std::string& predicate, const std::string& id) const;
  PlannedRows plan_aggregation(const PlannedRows& rows);
  PlanNodePtr plan_group_columns(const PlannedRows& rows, PlannedRows& grouped) const;
  PlannedRows plan_flat_map(PlannedRows rows) const;
  PlanNodePtr plan_project(const PlannedRows& rows, const std::vector<ResultColumn>& columns) const;

  PlannedRows plan_joins(const ColumnIds& needed_above);
  // `left`: the source is the left side of the join.
  JoinInput plan_source_input(int source, bool left, const LogicalJoin& join, const ColumnIds& needed, bool preserved);
  bool joins_streams_only(const LogicalJoin& join) const;
  bool is_keyed_table(int source, const std::vector<std::optional<ColumnId>>& columns) const;
  JoinInput plan_joined_input(const PlannedRows& rows, const LogicalJoin& join, const ColumnIds& needed,
                              bool preserved) const;
  // Puts repartitions below the join so that equal keys of both sides meet; gives the partitioning of its output.
  Partitioning copartition(JoinInput& left, JoinInput& right, const LogicalJoin& join, const std::string& id) const;
  void repartition(JoinInput& input, const std::string& id, const Partitioning& to, bool drop_null_keys) const;
  PlannedRows plan_join(const JoinInput& left, const JoinInput& right, const LogicalJoin& join,
                        const std::string& id) const;
  // The first source, with its own key. Sets the partitioning of the joins' output.
  PlannedRows plan_foreign_key_left(const LogicalJoin& join, const ColumnIds& needed);
  PlannedRows plan_foreign_key_join(const PlannedRows& left, const LogicalJoin& join, const ColumnIds& right_needed,
                                    const std::string& id);
  bool is_table(int source) const { return query_.scope.sources()[source].source->kind == sql::SourceKind::kTable; }

  // Of a sub-query: once it is planned.
  Partitioning source_partitioning(int source) const;
  ColumnIds columns_in(const sql::ExprPtr& expression) const;
  sql::ExprPtr rename_columns(const sql::ExprPtr& expression, const PlannedRows& rows) const;
  // Of an expression whose columns are the rows' already.
  std::string flat_text(const sql::ExprPtr& expression) const;
  sql::ExprPtr settle_types(const sql::ExprPtr& expression) const;
  std::string to_text(const sql::ExprPtr& expression, const PlannedRows& rows) const;
  std::optional<ColumnId> column_id(const sql::ExprPtr& expression) const;
  const std::string& key_name(size_t column = 0) const { return query_.scope.join_key_name(column); }

  const LogicalQuery& query_;
  const BindContext& context_;
  std::string prefix_;
  Partitioning partitioning_;  // of the rows so far: what the joins gave, then the aggregation
  std::map<int, Partitioning> subquery_partitioning_;
};

}  // namespace weir
