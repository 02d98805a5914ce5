// AND, OR, NOT and CASE. SQL's three-valued logic: NULL AND FALSE is false, NULL OR TRUE is true. What an earlier
// operand or branch has decided for a row is not evaluated for it, as far as anybody can tell: its errors don't show.
#pragma once

#include <vector>

#include "engine/exec/expression_node.h"

namespace weir {

ExpressionNodePtr make_and(ExpressionNodePtr left, ExpressionNodePtr right);
ExpressionNodePtr make_or(ExpressionNodePtr left, ExpressionNodePtr right);
ExpressionNodePtr make_not(ExpressionNodePtr operand);
// children: condition, result, condition, result, …, otherwise. Results are of `type`.
ExpressionNodePtr make_case(TypePtr type, std::vector<ExpressionNodePtr> children);

}  // namespace weir
