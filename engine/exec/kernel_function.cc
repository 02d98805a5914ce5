#include "engine/exec/kernel_function.h"

#include <stdexcept>

#include "engine/sql/error.h"

namespace weir {

namespace {

FunctionBinding function_binding(const ResolvedCall& call, const std::vector<ExpressionNodePtr>& arguments) {
  FunctionBinding binding;
  for (const ExpressionNodePtr& argument : arguments) {
    binding.types.push_back(argument->type());
    binding.literals.push_back(argument->literal() ? std::optional<Value>(*argument->literal()) : std::nullopt);
  }
  binding.return_type = call.return_type;
  return binding;
}

class FunctionNode : public ExpressionNode {
 public:
  FunctionNode(const ResolvedCall& call, Kernel kernel, std::vector<ExpressionNodePtr> arguments,
               std::vector<bool> contained, std::vector<std::unique_ptr<LambdaBody>> lambdas)
      : ExpressionNode(call.return_type, std::move(arguments), true),
        kernel_(std::move(kernel)),
        is_contained_(std::move(contained)),
        contained_(child_count()),
        lambdas_(std::move(lambdas)) {
    for (const auto& lambda : lambdas_) {
      lambda_arguments_.push_back(lambda.get());
      for (const int column : lambda->captured()) add_column(column);
    }
  }

  ColumnView evaluate(ExpressionFrame& frame) override {
    arguments_.clear();
    for (size_t i = 0; i < child_count(); ++i) {
      arguments_.push_back(is_contained_[i] ? contained_[i].evaluate(child(i), frame).column
                                            : child(i).evaluate(frame).column);
    }
    Column& out = fresh(frame.rows);
    EvalContext context{frame.arena, errors_};
    KernelCall call{context, arguments_, frame.rows, out, lambda_arguments_};
    for (const auto& lambda : lambdas_) lambda->begin(frame);
    kernel_(call);
    if (errors_.count() > 0) take_errors(frame);
    return result();
  }

 private:
  void take_errors(ExpressionFrame& frame) {
    for (const RowError& error : errors_.errors()) frame.fail(error.row, error.message);
    errors_.clear();
  }

  Kernel kernel_;
  std::vector<bool> is_contained_;
  std::vector<ContainedEvaluation> contained_;
  std::vector<const Column*> arguments_;
  std::vector<std::unique_ptr<LambdaBody>> lambdas_;
  std::vector<LambdaArgument*> lambda_arguments_;
  RowErrors errors_;
};

}  // namespace

ExpressionNodePtr make_function_call(const ResolvedCall& call, std::vector<ExpressionNodePtr> arguments,
                                     std::vector<bool> contained, std::vector<std::unique_ptr<LambdaBody>> lambdas) {
  Kernel kernel;
  try {
    kernel = call.overload->make_kernel(function_binding(call, arguments));
  } catch (const std::invalid_argument& error) {
    throw StatementError(StatementError::Kind::kInvalid, error.what());
  }
  return std::make_unique<FunctionNode>(call, std::move(kernel), std::move(arguments), std::move(contained),
                                        std::move(lambdas));
}

}  // namespace weir
