#include "engine/exec/stateless_operators.h"

#include <algorithm>

namespace weir {

void FilterOperator::push(const Batch& batch, int) {
  EvalContext eval = context_.eval();
  const ColumnPtr predicate = predicate_->evaluate(batch, eval);
  if (context_.errors.count() > 0) context_.drain_errors(batch);
  selected_.clear();
  selected_rows(*predicate, batch.rows, selected_);
  if (!batch.null_value.empty()) {
    std::erase_if(selected_, [&](uint32_t row) { return batch.null_value.test(row); });
  }
  if (selected_.empty()) return;
  if (selected_.size() == batch.rows) {
    forward(batch);
  } else {
    forward(batch.gather(selected_));
  }
}

void ProjectOperator::push(const Batch& batch, int) {
  Batch out;
  out.rows = batch.rows;
  out.timestamps = batch.timestamps;
  out.partition = batch.partition;
  out.offsets = batch.offsets;
  out.null_value = batch.null_value;
  out.headers = batch.headers;
  out.windows = batch.windows;
  out.columns.reserve(outputs_.size());
  EvalContext eval = context_.eval();
  for (Output& output : outputs_) {
    out.columns.push_back(output.expression->evaluate(batch, eval));
    if (context_.errors.count() > 0) context_.drain_errors(batch);
  }
  if (changes_key_) {
    make_keys(out);
  } else {
    out.null_key = batch.null_key;
  }
  forward(out);
}

// Of a row that is NULL as a whole only the old key is left to make a new one of. One key column that is NULL makes the key
// NULL; several make a key with NULLs in it.
void ProjectOperator::make_keys(Batch& out) const {
  const auto keys = std::count_if(outputs_.begin(), outputs_.end(), [](const Output& output) { return output.key; });
  for (size_t c = 0; c < outputs_.size(); ++c) {
    if (!outputs_[c].key) continue;
    if (outputs_[c].needs_value && !out.null_value.empty()) {
      auto column = out.columns[c]->slice(0, out.rows);
      for (uint32_t row = 0; row < out.rows; ++row) {
        if (out.null_value.test(row)) column->set_null(row);
      }
      out.columns[c] = std::move(column);
    }
    if (keys > 1) continue;
    for (uint32_t row = 0; row < out.rows; ++row) {
      if (out.columns[c]->is_null(row)) out.null_key.set(row);
    }
  }
}

}  // namespace weir
