// One node of a compiled expression: a kernel over the columns of its arguments, and the column it writes into, which
// is used again for every batch. Owned by its parent (the root by the CompiledExpression); one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/types/batch.h"
#include "engine/types/column.h"

namespace weir {

// A row that failed. `row` counts in the frame that is being evaluated; who evaluates rows picked from another frame
// translates.
struct RowFailure {
  uint32_t row = 0;
  // Some node above made NULL of it: the whole expression's row doesn't fail because of it. It is reported all the
  // same.
  bool contained = false;
  std::string message;
};

// The rows that an expression is evaluated on.
struct ExpressionFrame {
  const std::vector<ColumnPtr>& columns;  // what kColumn nodes index; those that no node below uses may be null
  uint32_t rows = 0;
  Arena& arena;
  std::vector<RowFailure>& failures;

  void fail(uint32_t row, std::string message) { failures.push_back({row, false, std::move(message)}); }
};

// A node's result: valid until the node is evaluated again. `owner` keeps `column` alive; it is the column itself or
// one that `column` is a part of.
struct ColumnView {
  const Column* column = nullptr;
  const ColumnPtr* owner = nullptr;

  const Column& operator*() const { return *column; }
  const Column* operator->() const { return column; }
  ColumnPtr share() const { return owner->get() == column ? *owner : ColumnPtr(*owner, column); }
};

class ExpressionNode;
using ExpressionNodePtr = std::unique_ptr<ExpressionNode>;

class ExpressionNode {
 public:
  ExpressionNode(TypePtr type, std::vector<ExpressionNodePtr> children, bool can_fail);
  virtual ~ExpressionNode() = default;
  ExpressionNode(const ExpressionNode&) = delete;
  ExpressionNode& operator=(const ExpressionNode&) = delete;

  // At least frame.rows rows. Reports failing rows to the frame, where their value is NULL; a frame may have no rows.
  virtual ColumnView evaluate(ExpressionFrame& frame) = 0;

  // The value of a node that is a constant, or nullptr.
  virtual const Value* literal() const { return nullptr; }
  // Which columns of the frame this node and those below read; ascending, without repetition.
  const std::vector<int>& columns() const { return columns_; }
  // Can a row fail here or below? What can't may be evaluated on rows that don't need it.
  bool can_fail() const { return can_fail_; }
  const TypePtr& type() const { return type_; }

 protected:
  ExpressionNode& child(size_t i) { return *children_[i]; }
  const ExpressionNode& child(size_t i) const { return *children_[i]; }
  size_t child_count() const { return children_.size(); }
  void add_column(int index);

  // The column to write this batch's result into: `rows` rows, all null. Its memory is used again unless somebody still
  // holds the previous result.
  Column& fresh(uint32_t rows);
  ColumnView result() const { return {column_, &shared_}; }

 private:
  TypePtr type_;
  std::vector<ExpressionNodePtr> children_;
  std::vector<int> columns_;
  bool can_fail_;
  ColumnPtr shared_;
  Column* column_ = nullptr;
};

// Evaluates a node on some of a frame's rows: gathers the columns that it reads, and translates the failures back.
class SubsetEvaluation {
 public:
  // `rows`: in frame's rows, ascending. The view has rows.size() rows and is valid until the next call.
  ColumnView evaluate(ExpressionNode& node, ExpressionFrame& frame, const std::vector<uint32_t>& rows);

 private:
  std::vector<ColumnPtr> columns_;
};

// Evaluates a node where a failure doesn't spoil the expression around it: rows that fail are NULL, and the failures
// marked as contained. (ksqlDB does so for casts, array elements, map entries, struct fields, and functions that are
// arguments of functions.)
class ContainedEvaluation {
 public:
  ColumnView evaluate(ExpressionNode& node, ExpressionFrame& frame);

 private:
  ColumnPtr nulled_;
};

}  // namespace weir
