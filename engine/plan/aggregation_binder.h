// GROUP BY, WINDOW and HAVING of one query: finds the calls of aggregate functions in expressions over the sources and
// turns these into expressions over the groups' rows (keys, window bounds and results of calls). Lives on the stack of bind_query;
// one thread.
#pragma once

#include <string>
#include <vector>

#include "engine/plan/logical_plan.h"

namespace weir {

class AggregationBinder {
 public:
  // Binds GROUP BY and WINDOW. `table`: the rows that are grouped are changes of a table.
  AggregationBinder(const sql::Query& query, const QueryScope& scope, const BindContext& context, bool table);

  // Whether the query groups rows: it has GROUP BY, HAVING, WINDOW or a call of an aggregate function in its select list.
  static bool applies(const sql::Query& query, const FunctionRegistry& functions);

  // The grouping expressions, resolved.
  std::vector<sql::ExprPtr> keys() const;

  // Throws for a call of a function that doesn't exist.
  void check_functions(const sql::ExprPtr& resolved) const;
  // Every column of a resolved expression is part of a grouping expression or of an aggregate call.
  bool covers(const sql::ExprPtr& resolved) const;
  // A resolved expression that is covered, over the groups' rows instead. Aggregate calls that are new are added.
  sql::ExprPtr over_groups(const sql::ExprPtr& resolved);
  // Such an expression bound.
  BoundExprPtr bind(const sql::ExprPtr& over_groups) const;

  // Binds HAVING and gives the whole, once the select list has been through over_groups().
  LogicalAggregation finish();

 private:
  void bind_group_by();
  void bind_window();
  void bind_having();
  void check_table_functions() const;
  void check_delimited() const;
  int key_index(const sql::ExprPtr& resolved) const;
  sql::ExprPtr call_column(const sql::ExprPtr& call);
  PlanSchema schema() const;

  const sql::Query& query_;
  const QueryScope& scope_;
  const BindContext& context_;
  bool table_;
  LogicalAggregation out_;
};

}  // namespace weir
