#include "engine/exec/table_join_operator.h"

#include <algorithm>

#include "engine/exec/plan_columns.h"

namespace weir {

TableJoinOperator::TableJoinOperator(const PlanNode& node, TaskContext& context)
    : context_(context),
      old_rows_(node.old_rows),
      key_columns_{indices_where(node.inputs[0]->schema, true), indices_where(node.inputs[1]->schema, true)},
      sides_{{StoredTable(node.inputs[0]->schema, context.state->key_value(node.id + "-left")),
              indices_where(node.inputs[0]->schema, false)},
             {StoredTable(node.inputs[1]->schema, context.state->key_value(node.id + "-right")),
              indices_where(node.inputs[1]->schema, false)}} {
  const sql::JoinType type = *node.table_join_type;
  sides_[0].outer = type == sql::JoinType::kLeft || type == sql::JoinType::kFull;
  sides_[1].outer = type == sql::JoinType::kRight || type == sql::JoinType::kFull;
}

void TableJoinOperator::push_rows(const Batch& batch, uint32_t from, uint32_t count, int input) {
  results_.clear();
  sides_[input].table.begin(batch);
  for (uint32_t row = from; row < from + count; ++row) {
    if (!sides_[input].table.has_null_key(row)) change(batch, row, input);
  }
  if (!results_.empty()) emit(batch, input);
}

void TableJoinOperator::change(const Batch& batch, uint32_t row, int side_index) {
  Side& side = sides_[side_index];
  const std::string_view key = side.table.key_of(row);
  Result result{row, batch.timestamps[row], false, false, !batch.null_value.test(row), {}, {}};
  if (const auto other = sides_[1 - side_index].table.find(key)) {
    result.time = std::max(result.time, other->time);
    result.other = context_.arena->copy(other->values);
  }
  const bool has_other = result.other.data() != nullptr;
  // What the side had is looked up only where it makes a difference.
  bool had_row = false;
  if (old_rows_ || (side.outer && !has_other && !result.own_new)) {
    if (const auto old = side.table.find(key)) {
      had_row = true;
      if (old_rows_) result.own_old = context_.arena->copy(old->values);
    }
  }
  side.table.change(key, row);
  if (!has_other && !(side.outer && (result.own_new || had_row))) return;
  // The other side's row stands alone where it is preserved.
  const bool other_alone = has_other && sides_[1 - side_index].outer;
  result.has_new = result.own_new || other_alone;
  result.has_old = had_row || other_alone;
  results_.push_back(result);
}

void TableJoinOperator::emit(const Batch& batch, int side_index) {
  std::vector<uint32_t> rows;
  rows.reserve(results_.size());
  for (const Result& result : results_) rows.push_back(result.row);
  Batch out = batch.gather_metadata(rows);
  for (size_t i = 0; i < results_.size(); ++i) {
    out.timestamps[i] = results_[i].time;
    if (!results_[i].has_new) out.null_value.set(i);
    if (old_rows_ && !results_[i].has_old) out.old_null.set(i);
  }
  for (const int column : key_columns_[side_index])
    out.columns.push_back(batch.columns[column]->gather(rows.data(), rows.size()));
  if (old_rows_) out.old_columns = out.columns;
  const auto append_sides = [&](std::vector<ColumnPtr>& to, std::vector<ColumnPtr> own, std::vector<ColumnPtr> other) {
    if (side_index == 1) std::swap(own, other);
    to.insert(to.end(), own.begin(), own.end());
    to.insert(to.end(), other.begin(), other.end());
  };
  const std::vector<ColumnPtr> other = decode(sides_[1 - side_index], &Result::other);
  append_sides(out.columns, own_columns(batch, sides_[side_index], rows), other);
  if (old_rows_) append_sides(out.old_columns, decode(sides_[side_index], &Result::own_old), other);
  forward(out);
}

// The value columns of the side that changed; NULL where its row is gone.
std::vector<ColumnPtr> TableJoinOperator::own_columns(const Batch& batch, const Side& side,
                                                      const std::vector<uint32_t>& rows) const {
  std::vector<ColumnPtr> out;
  for (const int index : side.value_columns) {
    auto column = batch.columns[index]->gather(rows.data(), rows.size());
    for (size_t i = 0; i < results_.size(); ++i) {
      if (!results_[i].own_new) column->set_null(i);
    }
    out.push_back(std::move(column));
  }
  return out;
}

std::vector<ColumnPtr> TableJoinOperator::decode(const Side& side, std::string_view Result::*bytes) const {
  std::vector<std::shared_ptr<Column>> columns;
  std::vector<Column*> pointers;
  for (const TypePtr& type : side.table.values().types()) {
    columns.push_back(std::make_shared<Column>(type));
    columns.back()->reserve(results_.size());
    pointers.push_back(columns.back().get());
  }
  for (const Result& result : results_) {
    if ((result.*bytes).data() != nullptr) {
      side.table.values().decode(result.*bytes, pointers);
    } else {
      side.table.values().decode_nulls(pointers);
    }
  }
  return {columns.begin(), columns.end()};
}

}  // namespace weir
