#include "engine/exec/table_operator.h"

#include "engine/exec/plan_columns.h"

namespace weir {

TableOperator::TableOperator(const PlanNode& node, TaskContext& context)
    : context_(context), schema_(node.schema), value_columns_(indices_where(node.schema, false)) {
  if (node.old_rows) rows_.emplace(node.schema, context.state->key_value(node.id));
}

void TableOperator::push(const Batch& batch, int) {
  std::vector<uint32_t> keep;
  keep.reserve(batch.rows);
  for (uint32_t row = 0; row < batch.rows; ++row) {
    if (!batch.null_key.test(row)) {
      keep.push_back(row);
      continue;
    }
    context_.errors.report({RowError::Stage::kNullKey, row, "PRIMARY KEY",
                            "the record has no key; a table's row needs one, it is dropped"});
  }
  if (context_.errors.count() > 0) context_.drain_errors(batch);
  if (keep.empty()) return;
  if (!rows_) return keep.size() == batch.rows ? forward(batch) : forward(batch.gather(keep));
  Batch out = keep.size() == batch.rows ? batch : batch.gather(keep);
  replace_rows(out);
  forward(out);
}

void TableOperator::replace_rows(Batch& batch) {
  rows_->begin(batch);
  batch.old_columns = batch.columns;
  std::vector<Column*> old_values;
  for (const int index : value_columns_) {
    auto column = std::make_shared<Column>(schema_[index].type);
    column->reserve(batch.rows);
    old_values.push_back(column.get());
    batch.old_columns[index] = std::move(column);
  }
  for (uint32_t row = 0; row < batch.rows; ++row) {
    key_.assign(rows_->key_of(row));
    if (!batch.windows.empty()) append_window(batch.windows[row], key_);
    if (const auto old = rows_->find(key_)) {
      rows_->values().decode(context_.arena->copy(old->values), old_values);
    } else {
      batch.old_null.set(row);
      rows_->values().decode_nulls(old_values);
    }
    rows_->change(key_, row);
  }
}

}  // namespace weir
