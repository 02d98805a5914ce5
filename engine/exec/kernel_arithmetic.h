// + - * / %, negation and concatenation over columns. INT and BIGINT wrap around as in Java, DOUBLE follows IEEE 754,
// DECIMAL is exact. A row with a NULL operand is NULL; division of integers or decimals by zero, and decimals that
// exceed their type, fail.
#pragma once

#include "engine/exec/expression_node.h"
#include "engine/sql/ast.h"

namespace weir {

// Operands of INT, BIGINT or DOUBLE have `type`; DECIMAL operands have their own precision and scale.
ExpressionNodePtr make_arithmetic(TypePtr type, sql::BinaryOp op, ExpressionNodePtr left, ExpressionNodePtr right);
ExpressionNodePtr make_negate(TypePtr type, ExpressionNodePtr operand);
// STRING with STRING, or BYTES with BYTES.
ExpressionNodePtr make_concat(TypePtr type, ExpressionNodePtr left, ExpressionNodePtr right);

}  // namespace weir
