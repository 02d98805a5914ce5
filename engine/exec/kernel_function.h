// A call of a scalar function: its kernel over the argument columns.
#pragma once

#include <vector>

#include "engine/exec/expression_node.h"
#include "engine/functions/registry.h"

namespace weir {

// `contained[i]`: a failure in argument i makes it NULL and the call goes on. Throws StatementError when the literal
// arguments can never work.
ExpressionNodePtr make_function_call(const ResolvedCall& call, std::vector<ExpressionNodePtr> arguments,
                                     std::vector<bool> contained);

}  // namespace weir
