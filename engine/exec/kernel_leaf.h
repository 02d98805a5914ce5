// The leaves of an expression: columns of the batch and constants.
#pragma once

#include "engine/exec/expression_node.h"

namespace weir {

// The frame's own column, not copied.
class ColumnNode : public ExpressionNode {
 public:
  ColumnNode(TypePtr type, int index) : ExpressionNode(std::move(type), {}, false), index_(index) { add_column(index); }
  ColumnView evaluate(ExpressionFrame& frame) override {
    const ColumnPtr& column = frame.columns[static_cast<size_t>(index_)];
    return {column.get(), &column};
  }

 private:
  int index_;
};

// A constant, written once into a column that grows with the batches.
class LiteralNode : public ExpressionNode {
 public:
  LiteralNode(TypePtr type, Value value) : ExpressionNode(std::move(type), {}, false), value_(std::move(value)) {}
  ColumnView evaluate(ExpressionFrame& frame) override;
  const Value* literal() const override { return &value_; }

 private:
  Value value_;
  Arena strings_{256};
  ColumnPtr column_;
};

}  // namespace weir
