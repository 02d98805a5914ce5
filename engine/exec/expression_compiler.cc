#include "engine/exec/expression_compiler.h"

#include <stdexcept>

#include "engine/exec/cast_kernel.h"
#include "engine/exec/kernel_arithmetic.h"
#include "engine/exec/kernel_compare.h"
#include "engine/exec/kernel_function.h"
#include "engine/exec/kernel_lambda.h"
#include "engine/exec/kernel_leaf.h"
#include "engine/exec/kernel_like.h"
#include "engine/exec/kernel_logic.h"
#include "engine/exec/kernel_nested.h"

namespace weir {

namespace {

// In an argument of a function the failure of another function, of a cast or of a field access makes that argument
// NULL.
bool failure_is_contained_in_argument(const BoundExpr& argument) {
  return argument.kind == BoundKind::kFunction || argument.kind == BoundKind::kField ||
         argument.kind == BoundKind::kCast;
}

// `arguments`: without the lambdas.
ExpressionNodePtr compile_call(const BoundExpr& e, std::vector<ExpressionNodePtr> arguments) {
  std::vector<bool> contained;
  std::vector<std::unique_ptr<LambdaBody>> lambdas;
  for (const BoundExprPtr& argument : e.args) {
    if (argument->kind == BoundKind::kLambda) {
      lambdas.push_back(std::make_unique<LambdaBody>(compile_node(*argument->args[0]), argument->parameters));
    } else {
      contained.push_back(failure_is_contained_in_argument(*argument));
    }
  }
  return make_function_call(e.call, std::move(arguments), std::move(contained), std::move(lambdas));
}

ExpressionNodePtr failing_on_null(const BoundExpr& e, ExpressionNodePtr node) {
  return e.fails_on_null ? make_failing_on_null(std::move(node)) : std::move(node);
}

ExpressionNodePtr make_node(const BoundExpr& e, std::vector<ExpressionNodePtr> args) {
  switch (e.kind) {
    case BoundKind::kLiteral:
      return std::make_unique<LiteralNode>(e.type, e.value);
    case BoundKind::kColumn:
    case BoundKind::kLambdaVariable:
      return std::make_unique<ColumnNode>(e.type, e.index);
    case BoundKind::kField:
      return make_field(e.type, e.index, std::move(args[0]));
    case BoundKind::kSubscript:
      return make_subscript(e.type, std::move(args[0]), std::move(args[1]));
    case BoundKind::kNegate:
      return failing_on_null(e, make_negate(e.type, std::move(args[0])));
    case BoundKind::kArithmetic:
      return failing_on_null(e, make_arithmetic(e.type, e.arithmetic, std::move(args[0]), std::move(args[1])));
    case BoundKind::kConcat:
      return make_concat(e.type, std::move(args[0]), std::move(args[1]));
    case BoundKind::kCompare:
      return make_compare(e.compare, std::move(args[0]), std::move(args[1]));
    case BoundKind::kAnd:
    case BoundKind::kOr: {
      ExpressionNodePtr node = std::move(args[0]);
      for (size_t i = 1; i < args.size(); ++i) {
        node = e.kind == BoundKind::kAnd ? make_and(std::move(node), std::move(args[i]))
                                         : make_or(std::move(node), std::move(args[i]));
      }
      return node;
    }
    case BoundKind::kNot:
      return make_not(std::move(args[0]));
    case BoundKind::kBetween:
      return make_between(e.negated, std::move(args[0]), std::move(args[1]), std::move(args[2]));
    case BoundKind::kIn:
      return make_in(e.negated, std::move(args));
    case BoundKind::kLike:
      return make_like(e.negated, std::move(args[0]), std::move(args[1]), e.escape);
    case BoundKind::kIsNull:
      return make_is_null(e.negated, std::move(args[0]));
    case BoundKind::kCase:
      return make_case(e.type, std::move(args));
    case BoundKind::kCast:
      return make_cast(e.type, std::move(args[0]));
    case BoundKind::kFunction:
      return compile_call(e, std::move(args));
    case BoundKind::kArray:
      return make_array(e.type, std::move(args));
    case BoundKind::kMap:
      return make_map(e.type, std::move(args));
    case BoundKind::kStruct:
      return make_struct(e.type, std::move(args));
    case BoundKind::kLambda:
      break;  // part of the call that it is passed to
  }
  throw std::logic_error("INTERNAL: unknown kind of expression: " + e.text);
}

bool depends_only_on_arguments(const BoundExpr& e) {
  return e.kind != BoundKind::kColumn && e.kind != BoundKind::kLambdaVariable &&
         (e.kind != BoundKind::kFunction || e.call.function->deterministic);
}

// The node's value when it has one that is always the same, else the node.
ExpressionNodePtr fold(ExpressionNodePtr node) {
  static const std::vector<ColumnPtr> kNoColumns;
  Arena arena(1024);
  std::vector<RowFailure> failures;
  ExpressionFrame frame{kNoColumns, 1, arena, failures};
  const ColumnView view = node->evaluate(frame);
  // A failure is reported for every row, as without folding.
  if (!failures.empty()) return node;
  return std::make_unique<LiteralNode>(node->type(), view->value(0));
}

}  // namespace

ExpressionNodePtr compile_node(const BoundExpr& expression) {
  std::vector<ExpressionNodePtr> args;
  bool constant = expression.kind != BoundKind::kLiteral && depends_only_on_arguments(expression);
  for (const BoundExprPtr& arg : expression.args) {
    if (arg->kind == BoundKind::kLambda) {
      constant = false;
      continue;
    }
    args.push_back(compile_node(*arg));
    constant = constant && args.back()->literal() != nullptr;
  }
  ExpressionNodePtr node = make_node(expression, std::move(args));
  return constant ? fold(std::move(node)) : std::move(node);
}

}  // namespace weir
