#include "engine/exec/expression_node.h"

#include <algorithm>

namespace weir {

ExpressionNode::ExpressionNode(TypePtr type, std::vector<ExpressionNodePtr> children, bool can_fail)
    : type_(std::move(type)), children_(std::move(children)), can_fail_(can_fail) {
  for (const ExpressionNodePtr& child : children_) {
    can_fail_ = can_fail_ || child->can_fail();
    for (const int column : child->columns()) add_column(column);
  }
}

void ExpressionNode::add_column(int index) {
  const auto at = std::lower_bound(columns_.begin(), columns_.end(), index);
  if (at == columns_.end() || *at != index) columns_.insert(at, index);
}

Column& ExpressionNode::fresh(uint32_t rows) {
  if (column_ == nullptr || shared_.use_count() > 1) {
    auto column = std::make_shared<Column>(type_);
    column_ = column.get();
    shared_ = std::move(column);
  }
  column_->recycle(rows);
  return *column_;
}

ColumnView SubsetEvaluation::evaluate(ExpressionNode& node, ExpressionFrame& frame, const std::vector<uint32_t>& rows) {
  columns_.resize(frame.columns.size());
  for (const int index : node.columns()) {
    columns_[static_cast<size_t>(index)] = frame.columns[static_cast<size_t>(index)]->gather(rows.data(), rows.size());
  }
  const size_t known = frame.failures.size();
  ExpressionFrame subset{columns_, static_cast<uint32_t>(rows.size()), frame.arena, frame.failures};
  const ColumnView view = node.evaluate(subset);
  for (size_t i = known; i < frame.failures.size(); ++i) frame.failures[i].row = rows[frame.failures[i].row];
  return view;
}

ColumnView ContainedEvaluation::evaluate(ExpressionNode& node, ExpressionFrame& frame) {
  const size_t known = frame.failures.size();
  const ColumnView view = node.evaluate(frame);
  const auto spoils = [](const RowFailure& failure) { return !failure.contained; };
  if (std::none_of(frame.failures.begin() + static_cast<std::ptrdiff_t>(known), frame.failures.end(), spoils)) {
    return view;
  }
  // Nodes between the failing one and this one may have made a value of its NULL, so the rows are nulled here again.
  auto copy = view->slice(0, frame.rows);
  for (size_t i = known; i < frame.failures.size(); ++i) {
    if (frame.failures[i].contained) continue;
    copy->set_null(frame.failures[i].row);
    frame.failures[i].contained = true;
  }
  nulled_ = std::move(copy);
  return {nulled_.get(), &nulled_};
}

}  // namespace weir
