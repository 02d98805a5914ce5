#include "engine/exec/expression.h"

#include <stdexcept>

#include "engine/exec/expression_compiler.h"
#include "engine/exec/expression_node.h"
#include "engine/exec/kernel_validity.h"
#include "engine/sql/error.h"

namespace weir {

namespace {

class CompiledTree : public CompiledExpression {
 public:
  explicit CompiledTree(const BoundExpr& expression) : root_(compile_node(expression)), text_(expression.text) {}

  ColumnPtr evaluate(const Batch& batch, EvalContext& context) override {
    failures_.clear();
    ExpressionFrame frame{batch.columns, batch.rows, context.arena, failures_};
    const ColumnView view = root_->evaluate(frame);
    return failures_.empty() ? view.share() : report(*view, batch.rows, context);
  }

 private:
  // Nulls the rows that failed as a whole and hands the reports on: one for each row that failed, and all contained
  // ones.
  ColumnPtr report(const Column& column, uint32_t rows, EvalContext& context) {
    auto out = column.slice(0, rows);
    RowBits failed;
    for (RowFailure& failure : failures_) {
      if (!failure.contained) {
        if (failed.test(failure.row)) continue;
        failed.set(failure.row);
        out->set_null(failure.row);
      }
      context.errors.report({RowError::Stage::kEvaluate, failure.row, text_, std::move(failure.message)});
    }
    return out;
  }

  ExpressionNodePtr root_;
  std::string text_;
  std::vector<RowFailure> failures_;
};

}  // namespace

std::unique_ptr<CompiledExpression> CompiledExpression::compile(const BoundExprPtr& expression) {
  return std::make_unique<CompiledTree>(*expression);
}

void selected_rows(const Column& predicate, uint32_t rows, std::vector<uint32_t>& out) {
  out.clear();
  const uint8_t* truth = predicate.data<uint8_t>();
  for_each_valid(predicate, rows, [&](uint32_t row) {
    if (truth[row] != 0) out.push_back(row);
  });
}

void rows_where(CompiledExpression& condition, const Batch& batch, EvalContext context, std::vector<uint32_t>& out) {
  selected_rows(*condition.evaluate(batch, context), batch.rows, out);
}

Value evaluate_constant(const BoundExprPtr& expression) {
  const ExpressionNodePtr node = compile_node(*expression);
  if (node->literal() != nullptr) return *node->literal();
  if (!node->columns().empty()) throw std::logic_error("INTERNAL: not a constant: " + expression->text);
  const std::vector<ColumnPtr> no_columns;
  Arena arena(1024);
  std::vector<RowFailure> failures;
  ExpressionFrame frame{no_columns, 1, arena, failures};
  const ColumnView view = node->evaluate(frame);
  if (!failures.empty()) {
    throw StatementError(StatementError::Kind::kInvalid, expression->text + ": " + failures.front().message);
  }
  return view->value(0);
}

}  // namespace weir
