// A call of a scalar function: its kernel over the argument columns.
#pragma once

#include <vector>

#include "engine/exec/kernel_lambda.h"
#include "engine/functions/registry.h"

namespace weir {

// `arguments`: those that are no lambdas. `contained[i]`: a failure in argument i makes it NULL and the call goes on.
// Throws StatementError when the literal arguments can never work.
ExpressionNodePtr make_function_call(const ResolvedCall& call, std::vector<ExpressionNodePtr> arguments,
                                     std::vector<bool> contained, std::vector<std::unique_ptr<LambdaBody>> lambdas);

}  // namespace weir
