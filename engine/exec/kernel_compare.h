// Comparisons, BETWEEN, IN and IS NULL over columns. As in ksqlDB the result is never NULL: a comparison with a NULL
// operand is false (also
// <>), and so are BETWEEN and IN; their negations are then true. IS [NOT] DISTINCT FROM takes NULL for a value. NaN
// compares false with everything, <> included.
#pragma once

#include <vector>

#include "engine/exec/expression_node.h"
#include "engine/sql/ast.h"

namespace weir {

// Operands of one type; DECIMALs may differ in precision and scale. BOOLEAN and nested types only for equality and
// distinctness.
ExpressionNodePtr make_compare(sql::CompareOp op, ExpressionNodePtr left, ExpressionNodePtr right);
ExpressionNodePtr make_between(bool negated, ExpressionNodePtr operand, ExpressionNodePtr low, ExpressionNodePtr high);
// children: the operand, then the list. Constants of the list are looked up in a set.
ExpressionNodePtr make_in(bool negated, std::vector<ExpressionNodePtr> children);
ExpressionNodePtr make_is_null(bool negated, ExpressionNodePtr operand);

// Are operands of this type ordered, or only equal or not?
bool is_ordered(const Type& type);

}  // namespace weir
