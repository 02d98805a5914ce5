// Names of output columns that the user didn't name: KSQL_COL_0, KSQL_COL_1, … for expressions, the field's name for
// struct->field. Never a name that a column of the sources has. Belongs to the binding of one query; one thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/sql/ast.h"

namespace weir {

class ColumnNames {
 public:
  explicit ColumnNames(const std::vector<std::string>& source_columns)
      : used_(source_columns.begin(), source_columns.end()) {}

  // A new name for an expression that is no plain column.
  std::string next(const sql::Expr& expression) {
    if (expression.kind == sql::ExprKind::kDereference) {
      return next_for_field(static_cast<const sql::Dereference&>(expression).field.name);
    }
    std::string name;
    do {
      name = "KSQL_COL_" + std::to_string(next_column_++);
    } while (used_.contains(name));
    return name;
  }

  // FIELD, then FIELD_1, FIELD_2, …
  std::string next_for_field(const std::string& field) {
    int& number = next_field_[field];
    std::string name;
    do {
      name = number == 0 ? field : field + "_" + std::to_string(number);
      ++number;
    } while (used_.contains(name));
    return name;
  }

 private:
  std::set<std::string> used_;
  int next_column_ = 0;
  std::map<std::string, int> next_field_;
};

}  // namespace weir
