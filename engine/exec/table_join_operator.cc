#include "engine/exec/table_join_operator.h"

#include <algorithm>

#include "engine/exec/plan_columns.h"
#include "engine/exec/stage.h"

namespace weir {

namespace {

// Columns of the side that changed and of the other one, the left side's first.
void append_join_sides(std::vector<ColumnPtr>& to, int own_side, std::vector<ColumnPtr> own,
                       std::vector<ColumnPtr> other) {
  if (own_side == 1) std::swap(own, other);
  to.insert(to.end(), own.begin(), own.end());
  to.insert(to.end(), other.begin(), other.end());
}

}  // namespace

TableJoinOperator::TableJoinOperator(const PlanNode& node, std::unique_ptr<CompiledExpression> condition,
                                     TaskContext& context)
    : context_(context),
      condition_(std::move(condition)),
      old_rows_(node.old_rows),
      key_columns_{indices_where(node.inputs[0]->schema, true), indices_where(node.inputs[1]->schema, true)},
      sides_{{StoredTable(node.inputs[0]->schema, context.state->key_value(node.id + "-left")),
              indices_where(node.inputs[0]->schema, false), false, std::nullopt},
             {StoredTable(node.inputs[1]->schema, context.state->key_value(node.id + "-right")),
              indices_where(node.inputs[1]->schema, false), false, std::nullopt}},
      schemas_{node.inputs[0]->schema, node.inputs[1]->schema} {
  const sql::JoinType type = *node.table_join_type;
  sides_[0].outer = type == sql::JoinType::kLeft || type == sql::JoinType::kFull;
  sides_[1].outer = type == sql::JoinType::kRight || type == sql::JoinType::kFull;
  const auto make_queue = [&](const std::optional<int64_t>& ttl_ms, const char* suffix,
                              std::optional<ExpiryQueue>& to) {
    if (ttl_ms) to.emplace(context.state->key_value(node.id + suffix), *ttl_ms);
  };
  make_queue(node.ttl_ms, kExpirySuffix, expiry_);
  make_queue(node.left_ttl_ms, kLeftExpirySuffix, sides_[0].expiry);
  make_queue(node.right_ttl_ms, kRightExpirySuffix, sides_[1].expiry);
}

void TableJoinOperator::push_rows(const Batch& batch, uint32_t from, uint32_t count, int input) {
  results_.clear();
  if (any_expiry()) return push_ending(batch, from, count, input);
  sides_[input].table.begin(batch);
  for (uint32_t row = from; row < from + count; ++row) {
    if (!sides_[input].table.has_null_key(row)) change(batch, row, input);
  }
  send_results(batch, input);
}

void TableJoinOperator::send_results(const Batch& batch, int side) {
  if (condition_) apply_condition(batch, side);
  if (!results_.empty()) emit(batch, side);
  results_.clear();
}

void TableJoinOperator::change(const Batch& batch, uint32_t row, int side_index, bool ends) {
  Side& side = sides_[side_index];
  Side& other_side = sides_[1 - side_index];
  const std::string_view key = side.table.key_of(row);
  Result result{row, batch.timestamps[row], false, false, !batch.null_value.test(row), false, {}, {}, {}, 0, ends};
  result.own_time = result.time;
  if (side.expiry && result.own_new && side.expiry->has_ended(result.time)) {
    result.own_new = false;
    ++context_.expired;
  }
  std::optional<int64_t> other_time, own_before;
  if (const auto other = other_side.table.find(key)) {
    other_time = other->time;
    result.time = std::max(result.time, other->time);
    result.other_new = result.other_old = context_.arena->copy(other->values);
  }
  const bool has_other = result.other_new.data() != nullptr;
  if (expiry_ && !ends && (result.own_new || has_other)) {
    const int64_t newest = !has_other ? result.own_time : result.own_new ? result.time : *other_time;
    if (expiry_->has_ended(newest)) {
      result.ended = true;
      ++context_.expired;
    }
  }
  if (result.ended) {
    result.own_new = false;
    result.time = result.own_time;
  }
  // What the side had is looked up only where it makes a difference.
  const bool checks = condition_ && has_other;
  const bool wants_old = old_rows_ || checks;
  if (wants_old || result.ended || side.expiry || expiry_ || (side.outer && !has_other && !result.own_new)) {
    if (const auto old = side.table.find(key)) {
      own_before = old->time;
      result.had_row = true;
      if (wants_old) result.own_old = context_.arena->copy(old->values);
    }
  }
  if (result.own_new) {
    if (side.expiry) side.expiry->changed(key, result.own_time, own_before);
    side.table.change(key, row);
  } else {
    side.table.remove(key);
  }
  if (result.ended) {
    other_side.table.remove(key);
    if (condition_ || settle_ended(result, side_index, true)) results_.push_back(result);
    return;
  }
  if (expiry_) note_change(key, result, own_before, other_time);
  if (!has_other && !(side.outer && (result.own_new || result.had_row))) return;
  // The other side's row stands alone where it is preserved.
  const bool other_alone = has_other && other_side.outer;
  result.has_new = result.own_new || other_alone;
  result.has_old = result.had_row || other_alone;
  results_.push_back(result);
}

// Two rows for which the condition doesn't hold are no match: at most the outer side's stands, alone.
void TableJoinOperator::apply_condition(const Batch& batch, int side) {
  std::vector<char> new_holds, old_holds;
  evaluate_condition(batch, side, false, new_holds);
  evaluate_condition(batch, side, true, old_holds);
  size_t kept = 0;
  for (size_t i = 0; i < results_.size(); ++i) {
    if (settle(results_[i], side, new_holds[i] != 0, old_holds[i] != 0)) results_[kept++] = results_[i];
  }
  results_.resize(kept);
}

// `old`: of the rows before the changes. `holds`: for each result; 0 also where there is no pair.
void TableJoinOperator::evaluate_condition(const Batch& batch, int side_index, bool old, std::vector<char>& holds) {
  const Side& side = sides_[side_index];
  holds.assign(results_.size(), 0);
  std::vector<size_t> places;
  std::vector<uint32_t> rows;
  std::vector<std::string_view> own, other;
  for (size_t i = 0; i < results_.size(); ++i) {
    const Result& result = results_[i];
    if (result.other_new.data() == nullptr || !(old ? result.had_row : result.own_new)) continue;
    places.push_back(i);
    rows.push_back(result.row);
    own.push_back(result.own_old);
    other.push_back(result.other_new);
  }
  if (places.empty()) return;
  Batch pairs = batch.gather_metadata(rows);
  for (const int column : key_columns_[side_index])
    pairs.columns.push_back(batch.columns[column]->gather(rows.data(), rows.size()));
  std::vector<ColumnPtr> own_values;
  if (old) {
    own_values = decode(side, own);
  } else {
    for (const int column : side.value_columns)
      own_values.push_back(batch.columns[column]->gather(rows.data(), rows.size()));
  }
  append_join_sides(pairs.columns, side_index, std::move(own_values), decode(sides_[1 - side_index], other));
  std::vector<uint32_t> matches;
  rows_where(*condition_, pairs, context_.eval(), matches);
  if (old) context_.errors.clear();  // they were reported when the row was new
  if (context_.errors.count() > 0) context_.drain_errors(pairs);
  for (const uint32_t match : matches) holds[places[match]] = 1;
}

// False: the change makes no difference to the result.
bool TableJoinOperator::settle(Result& result, int side_index, bool new_matches, bool old_matches) const {
  if (result.ended) return settle_ended(result, side_index, old_matches);
  if (result.other_new.data() == nullptr) return true;
  const bool own_outer = sides_[side_index].outer, other_outer = sides_[1 - side_index].outer;
  result.has_new = new_matches || (own_outer && result.own_new) || other_outer;
  result.has_old = old_matches || (own_outer && result.had_row) || other_outer;
  if (!result.has_new && !result.has_old) return false;
  if (other_outer && !new_matches && !old_matches) return false;
  if (own_outer) {
    if (!new_matches) result.other_new = {};
    if (!old_matches) result.other_old = {};
    if (!new_matches && !old_matches) result.time = result.own_time;
  } else {
    if (!new_matches) result.own_new = false;
    if (!old_matches) result.own_old = {};
  }
  return true;
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
  const Side& other = sides_[1 - side_index];
  append_join_sides(out.columns, side_index, own_columns(batch, sides_[side_index], rows),
                    decode(other, &Result::other_new));
  if (old_rows_) {
    append_join_sides(out.old_columns, side_index, decode(sides_[side_index], &Result::own_old),
                      decode(other, &Result::other_old));
  }
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
  std::vector<std::string_view> rows;
  rows.reserve(results_.size());
  for (const Result& result : results_) rows.push_back(result.*bytes);
  return decode(side, rows);
}

std::vector<ColumnPtr> TableJoinOperator::decode(const Side& side, const std::vector<std::string_view>& rows) const {
  std::vector<std::shared_ptr<Column>> columns;
  std::vector<Column*> pointers;
  for (const TypePtr& type : side.table.values().types()) {
    columns.push_back(std::make_shared<Column>(type));
    columns.back()->reserve(rows.size());
    pointers.push_back(columns.back().get());
  }
  for (const std::string_view row : rows) {
    if (row.data() != nullptr) {
      side.table.values().decode(row, pointers);
    } else {
      side.table.values().decode_nulls(pointers);
    }
  }
  return {columns.begin(), columns.end()};
}

}  // namespace weir
