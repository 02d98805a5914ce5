// A lambda as an argument of a function: its body compiled like any expression, evaluated over the values that the
// function passes to it and the columns around it. Owned by the node of the call; one thread.
#pragma once

#include <vector>

#include "engine/exec/expression_node.h"
#include "engine/functions/function.h"

namespace weir {

class LambdaBody final : public LambdaArgument {
 public:
  // `parameters`: the indices at which the body looks for its arguments, all beyond the columns of any frame.
  LambdaBody(ExpressionNodePtr body, std::vector<int> parameters);

  // What the body reads of its surroundings: columns of the batch and arguments of lambdas around it.
  const std::vector<int>& captured() const { return captured_; }
  // The frame that the rows of the next evaluations are in, and where their failures go.
  void begin(ExpressionFrame& frame);
  const Column& evaluate(std::span<const ColumnPtr> parameters, std::span<const uint32_t> rows) override;

 private:
  void report(std::span<const uint32_t> rows);

  ExpressionNodePtr body_;
  std::vector<int> parameters_, captured_;
  ExpressionFrame* frame_ = nullptr;
  std::vector<ColumnPtr> columns_;
  std::vector<RowFailure> failures_;
  RowBits failed_;  // rows of frame_ whose failure is reported
};

// The node's values; rows in which it is NULL fail.
ExpressionNodePtr make_failing_on_null(ExpressionNodePtr node);

}  // namespace weir
