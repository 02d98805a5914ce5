#include "engine/exec/kernel_lambda.h"

#include <algorithm>

namespace weir {

namespace {

class FailingOnNullNode : public ExpressionNode {
 public:
  explicit FailingOnNullNode(TypePtr type, std::vector<ExpressionNodePtr> operand)
      : ExpressionNode(std::move(type), std::move(operand), true) {}

  ColumnView evaluate(ExpressionFrame& frame) override {
    const ColumnView value = child(0).evaluate(frame);
    for (uint32_t row = 0; row < frame.rows; ++row) {
      if (value->is_null(row)) frame.fail(row, "an operand in the body of a lambda is NULL");
    }
    return value;
  }
};

}  // namespace

LambdaBody::LambdaBody(ExpressionNodePtr body, std::vector<int> parameters)
    : body_(std::move(body)), parameters_(std::move(parameters)) {
  std::copy_if(body_->columns().begin(), body_->columns().end(), std::back_inserter(captured_), [&](int column) {
    return std::find(parameters_.begin(), parameters_.end(), column) == parameters_.end();
  });
}

void LambdaBody::begin(ExpressionFrame& frame) {
  frame_ = &frame;
  failed_.clear();
}

const Column& LambdaBody::evaluate(std::span<const ColumnPtr> parameters, std::span<const uint32_t> rows) {
  columns_.clear();
  columns_.resize(std::max(frame_->columns.size(), static_cast<size_t>(parameters_.back()) + 1));
  for (const int index : captured_) {
    columns_[static_cast<size_t>(index)] =
        frame_->columns[static_cast<size_t>(index)]->gather(rows.data(), rows.size());
  }
  for (size_t i = 0; i < parameters_.size(); ++i) columns_[static_cast<size_t>(parameters_[i])] = parameters[i];
  failures_.clear();
  ExpressionFrame inside{columns_, static_cast<uint32_t>(rows.size()), frame_->arena, failures_};
  const ColumnView value = body_->evaluate(inside);
  if (!failures_.empty()) report(rows);
  return *value;
}

// A row whose body fails for one element fails as a whole, which is told once.
void LambdaBody::report(std::span<const uint32_t> rows) {
  for (RowFailure& failure : failures_) {
    failure.row = rows[failure.row];
    if (!failure.contained) {
      if (failed_.test(failure.row)) continue;
      failed_.set(failure.row);
    }
    frame_->failures.push_back(std::move(failure));
  }
}

ExpressionNodePtr make_failing_on_null(ExpressionNodePtr node) {
  TypePtr type = node->type();
  std::vector<ExpressionNodePtr> operand;
  operand.push_back(std::move(node));
  return std::make_unique<FailingOnNullNode>(std::move(type), std::move(operand));
}

}  // namespace weir
