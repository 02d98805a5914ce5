// Bound expression → tree of nodes. Sub-expressions without columns are evaluated here, once, unless they fail or
// depend on more than their arguments.
#pragma once

#include "engine/exec/expression_node.h"
#include "engine/plan/bound_expr.h"

namespace weir {

// Throws StatementError where a literal argument can never work.
ExpressionNodePtr compile_node(const BoundExpr& expression);

}  // namespace weir
