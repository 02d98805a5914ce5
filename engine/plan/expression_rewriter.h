// Copies of expression trees with some nodes replaced: how column references become the names of a plan's stage. No
// state; any thread.
#pragma once

#include <functional>

#include "engine/sql/ast.h"

namespace weir {

// The replacement of a node, or nullptr: keep it and go on into its children.
using ExprReplacer = std::function<sql::ExprPtr(const sql::ExprPtr&)>;

// Nodes without a replacement below them are shared, not copied. Positions are kept.
sql::ExprPtr rewrite_expression(const sql::ExprPtr& expression, const ExprReplacer& replace);

// Calls `visit` for every column reference.
void visit_columns(const sql::ExprPtr& expression, const std::function<void(const sql::ColumnRef&)>& visit);

// A reference to a column by its exact name, at the place of what it stands for.
sql::ExprPtr make_column_ref(const std::string& name, const sql::Position& pos);
sql::ExprPtr make_column_ref(const std::string& qualifier, const std::string& name, const sql::Position& pos);

}  // namespace weir
