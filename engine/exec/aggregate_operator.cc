#include "engine/exec/aggregate_operator.h"

#include "engine/exec/plan_columns.h"

namespace weir {

AggregateOperator::AggregateOperator(const PlanNode& node, AggregateSet aggregates, TaskContext& context)
    : aggregates_(std::move(aggregates)),
      context_(context),
      schema_(node.schema),
      old_rows_(node.old_rows),
      key_codec_(types_where(node.inputs[0]->schema, true)),
      key_columns_(indices_where(node.inputs[0]->schema, true)),
      groups_(context.state->key_value(node.id)) {}

void AggregateOperator::push(const Batch& batch, int) {
  keys_ = columns_at(batch.columns, key_columns_);
  aggregates_.begin(batch);
  results_.clear();
  for (uint32_t row = 0; row < batch.rows; ++row) {
    const bool has_old = !batch.old_columns.empty() && !batch.old_null.test(row);
    if (batch.null_value.test(row) && !has_old) continue;
    if (has_null_key(batch, keys_, row)) {
      context_.errors.report({RowError::Stage::kNullKey, row, "GROUP BY", "a grouping expression is NULL; the row is dropped"});
      continue;
    }
    change_group(batch, row);
  }
  if (context_.errors.count() > 0) context_.drain_errors(batch);
  if (!results_.empty()) emit(batch);
}

void AggregateOperator::change_group(const Batch& batch, uint32_t row) {
  key_.clear();
  key_codec_.encode(keys_, row, key_);
  std::string_view old;
  if (const auto found = groups_.get(key_)) old = context_.arena->copy(*found);
  const int64_t time = batch.timestamps[row];
  std::string_view present = old;
  if (!batch.old_columns.empty() && !batch.old_null.test(row) && old.data() != nullptr) {
    undone_.clear();
    aggregates_.undo(old, row, time, undone_);
    present = undone_;
  }
  if (!batch.null_value.test(row)) {
    value_.clear();
    aggregates_.add(present, row, time, value_);
    present = value_;
  }
  Result result{row, {}, old};
  if (present.data() != nullptr) {
    groups_.put(key_, present);
    result.value = context_.arena->copy(present);
  }
  results_.push_back(result);
}

void AggregateOperator::emit(const Batch& batch) {
  std::vector<uint32_t> rows;
  rows.reserve(results_.size());
  for (const Result& result : results_) rows.push_back(result.row);
  Batch out = batch.gather_metadata(rows);
  for (const int column : key_columns_) out.columns.push_back(batch.columns[column]->gather(rows.data(), rows.size()));
  const size_t keys = key_columns_.size();
  std::vector<std::shared_ptr<Column>> columns, old_columns;
  std::vector<Column*> pointers, old_pointers;
  for (size_t c = 0; c < aggregates_.size(); ++c) {
    columns.push_back(std::make_shared<Column>(schema_[keys + c].type));
    pointers.push_back(columns.back().get());
    old_columns.push_back(std::make_shared<Column>(schema_[keys + c].type));
    old_pointers.push_back(old_columns.back().get());
  }
  for (size_t i = 0; i < results_.size(); ++i) {
    const Result& result = results_[i];
    if (result.value.data() != nullptr) {
      out.timestamps[i] = AggregateSet::time_of(result.value);
      aggregates_.results(result.value, pointers, *context_.arena);
    } else {
      out.null_value.set(i);
      for (Column* column : pointers) column->append_null();
    }
    if (!old_rows_) continue;
    if (result.old.data() != nullptr) {
      aggregates_.results(result.old, old_pointers, *context_.arena);
    } else {
      out.old_null.set(i);
      for (Column* column : old_pointers) column->append_null();
    }
  }
  if (old_rows_) {
    out.old_columns = out.columns;
    out.old_columns.insert(out.old_columns.end(), old_columns.begin(), old_columns.end());
  }
  out.columns.insert(out.columns.end(), columns.begin(), columns.end());
  forward(out);
}

}  // namespace weir
