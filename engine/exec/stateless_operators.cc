#include "engine/exec/stateless_operators.h"

#include <algorithm>
#include <iterator>

#include "engine/exec/kernel_take.h"

namespace weir {

void FilterOperator::select(const Batch& batch, std::vector<uint32_t>& out) {
  rows_where(*predicate_, batch, context_.eval(), out);
  if (!batch.null_value.empty()) std::erase_if(out, [&](uint32_t row) { return batch.null_value.test(row); });
}

void FilterOperator::push(const Batch& batch, int) {
  select(batch, selected_);
  if (context_.errors.count() > 0) {
    mark_dropped();
    context_.drain_errors(batch);
  }
  context_.filtered += batch.rows - selected_.size();
  if (table_) return push_changes(batch);
  if (selected_.empty()) return;
  if (selected_.size() == batch.rows) {
    forward(batch);
  } else {
    forward(batch.gather(selected_));
  }
}

// A row that the condition can't be told of is left out because of that. It is told once.
void FilterOperator::mark_dropped() {
  RowBits told;
  for (RowError& error : context_.errors.errors()) {
    if (told.test(error.row) || std::binary_search(selected_.begin(), selected_.end(), error.row)) continue;
    error.dropped = true;
    told.set(error.row);
  }
}

void FilterOperator::push_changes(const Batch& batch) {
  select(batch.old_rows(), old_selected_);
  context_.errors.clear();  // they were reported when the row was new
  std::vector<uint32_t> keep;
  std::set_union(selected_.begin(), selected_.end(), old_selected_.begin(), old_selected_.end(), std::back_inserter(keep));
  if (keep.empty()) return;
  Batch out = batch.gather(keep);
  out.null_value.clear();
  out.old_null.clear();
  for (size_t i = 0; i < keep.size(); ++i) {
    if (!std::binary_search(selected_.begin(), selected_.end(), keep[i])) out.null_value.set(i);
    if (!std::binary_search(old_selected_.begin(), old_selected_.end(), keep[i])) out.old_null.set(i);
  }
  forward(out);
}

namespace {

ColumnPtr column_of_property(const Batch& batch, RowProperty property) {
  auto column = std::make_shared<Column>(Type::bigint());
  column->reserve(batch.rows);
  for (uint32_t row = 0; row < batch.rows; ++row) {
    if (property == RowProperty::kTime) {
      column->append<int64_t>(batch.timestamps[row]);
    } else if (batch.windows.empty() || batch.null_key.test(row)) {
      column->append_null();
    } else {
      column->append<int64_t>(property == RowProperty::kWindowStart ? batch.windows[row].start : batch.windows[row].end);
    }
  }
  return column;
}

}  // namespace

std::vector<ColumnPtr> ProjectOperator::evaluate(const Batch& batch) {
  std::vector<ColumnPtr> out;
  out.reserve(outputs_.size());
  EvalContext eval = context_.eval();
  for (Output& output : outputs_) {
    out.push_back(output.expression ? output.expression->evaluate(batch, eval) : column_of_property(batch, output.property));
  }
  return out;
}

void ProjectOperator::push(const Batch& batch, int) {
  Batch out;
  out.rows = batch.rows;
  out.timestamps = batch.timestamps;
  out.partition = batch.partition;
  out.offsets = batch.offsets;
  out.origin = batch.origin;
  out.origins = batch.origins;
  out.kept = batch.kept;
  out.null_value = batch.null_value;
  out.headers = batch.headers;
  out.windows = batch.windows;
  out.columns = evaluate(batch);
  if (context_.errors.count() > 0) context_.drain_errors(batch);
  if (!batch.old_columns.empty()) {
    out.old_columns = evaluate(batch.old_rows());
    out.old_null = batch.old_null;
    context_.errors.clear();  // they were reported when the row was new
  }
  if (changes_key_) {
    make_keys(out.null_value, out.rows, out.columns, out.null_key);
  } else {
    out.null_key = batch.null_key;
  }
  forward(out);
}

void FlatMapOperator::push(const Batch& batch, int) {
  EvalContext eval = context_.eval();
  std::vector<ColumnPtr> arrays;
  for (const auto& call : calls_) {
    arrays.push_back(call->evaluate(batch, eval));
    if (context_.errors.count() > 0) {
      // No array, no rows: but where another function gives some.
      RowBits told;
      for (RowError& error : context_.errors.errors()) {
        error.dropped = calls_.size() == 1 && arrays.back()->is_null(error.row) && !told.test(error.row);
        told.set(error.row);
      }
      context_.drain_errors(batch);
    }
  }
  for (uint32_t row = 0; row < batch.rows; ++row) {
    if (batch.null_value.test(row)) continue;
    uint32_t length = 0;
    for (const ColumnPtr& array : arrays) {
      if (array->is_valid(row)) length = std::max(length, array->offsets()[row + 1] - array->offsets()[row]);
    }
    for (uint32_t element = 0; element < length; ++element) {
      rows_.push_back(row);
      elements_.push_back(element);
      if (rows_.size() == kMaxBatchRows) emit(batch, arrays);
    }
  }
  emit(batch, arrays);
}

void FlatMapOperator::emit(const Batch& batch, const std::vector<ColumnPtr>& arrays) {
  if (rows_.empty()) return;
  Batch out = batch.gather(rows_);
  std::vector<uint32_t> at(rows_.size());
  for (const ColumnPtr& array : arrays) {
    for (size_t i = 0; i < rows_.size(); ++i) {
      const uint32_t from = array->offsets()[rows_[i]], to = array->offsets()[rows_[i] + 1];
      at[i] = array->is_valid(rows_[i]) && elements_[i] < to - from ? from + elements_[i] : kNoRow;
    }
    const Column& values = array->child(0);
    auto column = std::make_shared<Column>(values.type(), values.type()->is_nested() ? 0 : rows_.size());
    take_rows(values, at, *column);
    out.columns.push_back(std::move(column));
  }
  rows_.clear();
  elements_.clear();
  forward(out);
}

// Of a row that is NULL as a whole only the old key is left to make a new one of. One key column that is NULL makes the key
// NULL; several make a key with NULLs in it.
void ProjectOperator::make_keys(const RowBits& null_value, uint32_t rows, std::vector<ColumnPtr>& columns,
                                RowBits& null_key) const {
  const auto keys = std::count_if(outputs_.begin(), outputs_.end(), [](const Output& output) { return output.key; });
  for (size_t c = 0; c < outputs_.size(); ++c) {
    if (!outputs_[c].key) continue;
    if (outputs_[c].needs_value && !null_value.empty()) {
      auto column = columns[c]->slice(0, rows);
      for (uint32_t row = 0; row < rows; ++row) {
        if (null_value.test(row)) column->set_null(row);
      }
      columns[c] = std::move(column);
    }
    if (keys > 1) continue;
    for (uint32_t row = 0; row < rows; ++row) {
      if (columns[c]->is_null(row)) null_key.set(row);
    }
  }
}

}  // namespace weir
