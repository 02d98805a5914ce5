#include "engine/exec/kernel_leaf.h"

#include <algorithm>

namespace weir {

ColumnView LiteralNode::evaluate(ExpressionFrame& frame) {
  if (column_ == nullptr || column_->size() < frame.rows) {
    // One row suffices where batches have one row; the first bigger batch makes a column for all that can come.
    const size_t rows = frame.rows <= 1 ? 1 : std::max<size_t>(frame.rows, kMaxBatchRows);
    auto column = std::make_shared<Column>(type());
    column->reserve(rows);
    column->append_value(value_, strings_);
    for (size_t row = 1; row < rows; ++row) column->append_from(*column, 0);
    column_ = std::move(column);
  }
  return {column_.get(), &column_};
}

}  // namespace weir
