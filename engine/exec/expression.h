// A bound expression compiled once for each task into a tree of kernels over columns. One thread (it owns scratch
// state).
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/plan/bound_expr.h"
#include "engine/types/batch.h"

namespace weir {

class CompiledExpression {
 public:
  // Throws StatementError where a literal argument can never work.
  static std::unique_ptr<CompiledExpression> compile(const BoundExprPtr& expression);
  virtual ~CompiledExpression() = default;

  // The expression's column for the batch's rows, at least batch.rows long. A row that fails (overflow, bad cast) is
  // null and reported to context.errors, tagged with the expression's text. A plain column reference returns the
  // batch's own column.
  virtual ColumnPtr evaluate(const Batch& batch, EvalContext& context) = 0;
};

// Rows for which a BOOLEAN column is true (null counts as false), ascending.
void selected_rows(const Column& predicate, uint32_t rows, std::vector<uint32_t>& out);
// The rows of the batch for which a BOOLEAN expression is true: a filter's, or that of a join's pairs.
void rows_where(CompiledExpression& condition, const Batch& batch, EvalContext context, std::vector<uint32_t>& out);

// One value of an expression without columns: INSERT VALUES, literals in WITH. Throws StatementError when it fails.
Value evaluate_constant(const BoundExprPtr& expression);

}  // namespace weir
