#include "engine/exec/table_operator.h"

#include "engine/exec/plan_columns.h"
#include "engine/exec/stored_rows.h"

namespace weir {

TableOperator::TableOperator(const PlanNode& node, TaskContext& context)
    : context_(context),
      schema_(node.schema),
      key_codec_(types_where(node.schema, true)),
      value_codec_(types_where(node.schema, false)),
      key_columns_(indices_where(node.schema, true)),
      value_columns_(indices_where(node.schema, false)) {
  if (node.old_rows) rows_ = &context.state->key_value(node.id);
}

void TableOperator::push(const Batch& batch, int) {
  std::vector<uint32_t> keep;
  keep.reserve(batch.rows);
  for (uint32_t row = 0; row < batch.rows; ++row) {
    if (!batch.null_key.test(row)) {
      keep.push_back(row);
      continue;
    }
    context_.errors.report({RowError::Stage::kNullKey, row, "PRIMARY KEY", "the record has no key; a table's row needs one, it is dropped"});
  }
  if (context_.errors.count() > 0) context_.drain_errors(batch);
  if (keep.empty()) return;
  if (!rows_) return keep.size() == batch.rows ? forward(batch) : forward(batch.gather(keep));
  Batch out = keep.size() == batch.rows ? batch : batch.gather(keep);
  replace_rows(out);
  forward(out);
}

void TableOperator::replace_rows(Batch& batch) {
  const std::vector<const Column*> keys = columns_at(batch.columns, key_columns_);
  const std::vector<const Column*> values = columns_at(batch.columns, value_columns_);
  batch.old_columns = batch.columns;
  std::vector<Column*> old_values;
  for (const int index : value_columns_) {
    auto column = std::make_shared<Column>(schema_[index].type);
    column->reserve(batch.rows);
    old_values.push_back(column.get());
    batch.old_columns[index] = std::move(column);
  }
  for (uint32_t row = 0; row < batch.rows; ++row) {
    key_.clear();
    key_codec_.encode(keys, row, key_);
    if (!batch.windows.empty()) append_window(batch.windows[row], key_);
    if (const auto old = rows_->get(key_)) {
      value_codec_.decode(context_.arena->copy(stored_row(*old)), old_values);
    } else {
      batch.old_null.set(row);
      value_codec_.decode_nulls(old_values);
    }
    if (batch.null_value.test(row)) {
      rows_->remove(key_);
      continue;
    }
    value_.clear();
    append_stored_time(batch.timestamps[row], value_);
    value_codec_.encode(values, row, value_);
    rows_->put(key_, value_);
  }
}

}  // namespace weir
