// LIKE over columns. NULL when an operand is.
#pragma once

#include <string>

#include "engine/exec/expression_node.h"

namespace weir {

// `escape`: empty or one code point. Throws StatementError when the pattern is a constant that can't be used.
ExpressionNodePtr make_like(bool negated, ExpressionNodePtr operand, ExpressionNodePtr pattern, std::string escape);

}  // namespace weir
