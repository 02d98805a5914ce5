#include "engine/exec/foreign_key_join_operator.h"

#include <xxhash.h>

#include <algorithm>

#include "engine/exec/changed_rows.h"
#include "engine/exec/plan_columns.h"
#include "engine/exec/stage.h"
#include "engine/exec/stored_rows.h"

namespace weir {

namespace {

// A left row in the store: its time, the key that it refers to, its values. The hash is that of all but the time.
struct StoredLeftRow {
  explicit StoredLeftRow(std::string_view value) : content(stored_row(value)) {
    std::string_view rest = content;
    foreign_key = take_changed_row(rest);
    values = rest;
  }
  int64_t hash() const { return static_cast<int64_t>(XXH3_64bits(content.data(), content.size())); }

  std::string_view content;
  std::optional<std::string_view> foreign_key;
  std::string_view values;
};

std::vector<int> columns_behind(const PlanSchema& schema, int index) {
  std::vector<int> out;
  for (int c = index + 1; c < static_cast<int>(schema.size()); ++c) out.push_back(c);
  return out;
}

}  // namespace

ForeignKeyJoinOperator::ForeignKeyJoinOperator(const PlanNode& node,
                                               std::vector<std::unique_ptr<CompiledExpression>> foreign_keys,
                                               std::unique_ptr<CompiledExpression> condition, Operator* references,
                                               TaskContext& context)
    : context_(context),
      schema_(node.schema),
      left_join_(*node.table_join_type == sql::JoinType::kLeft),
      old_rows_(node.old_rows),
      foreign_keys_(std::move(foreign_keys)),
      condition_(std::move(condition)),
      references_sink_(references),
      key_codec_(types_where(node.inputs[0]->schema, true)),
      left_codec_(types_where(node.inputs[0]->schema, false)),
      foreign_key_codec_(types_where(foreign_key_references(node)->schema, true)),
      result_codec_(types_where(node.schema, false)),
      left_keys_(indices_where(node.inputs[0]->schema, true)),
      left_values_(indices_where(node.inputs[0]->schema, false)),
      answer_keys_(indices_where(node.inputs[1]->schema, true)),
      hash_column_(index_of(node.inputs[1]->schema, kForeignHashColumn)),
      found_column_(index_of(node.inputs[1]->schema, kForeignFoundColumn)),
      left_rows_(context.state->key_value(node.id + "-left")) {
  right_values_ = columns_behind(node.inputs[1]->schema, found_column_);
  if (keeps_foreign_key_results(node)) results_store_ = &context.state->key_value(node.id + "-results");
}

void ForeignKeyJoinOperator::push(const Batch& batch, int input) {
  if (input == 0) {
    change_left(batch);
  } else {
    take_answers(batch);
  }
}

void ForeignKeyJoinOperator::change_left(const Batch& batch) {
  EvalContext eval = context_.eval();
  std::vector<ColumnPtr> evaluated;
  std::vector<const Column*> foreign_keys;
  for (const auto& foreign_key : foreign_keys_) {
    evaluated.push_back(foreign_key->evaluate(batch, eval));
    foreign_keys.push_back(evaluated.back().get());
  }
  if (context_.errors.count() > 0) context_.drain_errors(batch);
  const std::vector<const Column*> keys = columns_at(batch.columns, left_keys_);
  const std::vector<const Column*> values = columns_at(batch.columns, left_values_);
  references_.clear();
  for (uint32_t row = 0; row < batch.rows; ++row) {
    if (has_null_key(batch, keys, row)) continue;
    key_.clear();
    key_codec_.encode(keys, row, key_);
    std::optional<std::string_view> old_key, new_key;
    bool had_row = false;
    if (const auto found = left_rows_.get(key_)) {
      const StoredLeftRow old(*found);
      had_row = true;
      if (old.foreign_key) old_key = context_.arena->copy(*old.foreign_key);
    }
    if (batch.null_value.test(row)) {
      left_rows_.remove(key_);
      refer(row, old_key, had_row, std::nullopt, std::nullopt);
      continue;
    }
    const auto is_null = [row](const Column* column) { return column->is_null(row); };
    if (std::none_of(foreign_keys.begin(), foreign_keys.end(), is_null)) {
      new_key_.clear();
      foreign_key_codec_.encode(foreign_keys, row, new_key_);
      new_key = context_.arena->copy(new_key_);
    }
    value_.clear();
    append_stored_time(batch.timestamps[row], value_);
    append_changed_row(new_key, value_);
    left_codec_.encode(values, row, value_);
    left_rows_.put(key_, value_);
    refer(row, old_key, had_row, new_key, StoredLeftRow(value_).hash());
  }
  if (!references_.empty()) send_references(batch);
}

// What the lookup must hear of a change: as Kafka Streams' SubscriptionSendProcessor. `hash`: of the new row; nullopt:
// it is gone.
void ForeignKeyJoinOperator::refer(uint32_t row, std::optional<std::string_view> old_key, bool had_row,
                                   std::optional<std::string_view> new_key, std::optional<int64_t> hash) {
  using Instruction = ForeignKeyInstruction;
  const auto add = [&](std::optional<std::string_view> key, Instruction instruction) {
    references_.push_back({row, key, instruction, hash});
  };
  if (left_join_) {
    if (!hash && !had_row) return;
    if (old_key && old_key != new_key) add(old_key, Instruction::kForget);
    add(new_key, Instruction::kSubscribeAndAnswer);  // a row without a reference and a row's end need an answer, too
    return;
  }
  if (!new_key) {
    if (old_key) add(old_key, Instruction::kForgetAndAnswer);
  } else if (old_key && old_key != new_key) {
    add(old_key, Instruction::kForget);
    add(new_key, Instruction::kSubscribeAndAnswer);
  } else {
    add(new_key, Instruction::kSubscribe);
  }
}

void ForeignKeyJoinOperator::send_references(const Batch& batch) {
  std::vector<uint32_t> rows;
  std::vector<std::shared_ptr<Column>> keys;
  std::vector<Column*> key_columns;
  for (const TypePtr& type : foreign_key_codec_.types()) {
    keys.push_back(std::make_shared<Column>(type));
    key_columns.push_back(keys.back().get());
  }
  auto instruction = std::make_shared<Column>(Type::integer());
  auto hash = std::make_shared<Column>(Type::bigint());
  auto partition = std::make_shared<Column>(Type::integer());
  RowBits null_key;
  for (const Reference& reference : references_) {
    if (reference.key) {
      foreign_key_codec_.decode(*reference.key, key_columns);
    } else {
      foreign_key_codec_.decode_nulls(key_columns);
      null_key.set(rows.size());
    }
    instruction->append<int32_t>(static_cast<int32_t>(reference.instruction));
    if (reference.hash) {
      hash->append<int64_t>(*reference.hash);
    } else {
      hash->append_null();
    }
    partition->append<int32_t>(batch.partition);
    rows.push_back(reference.row);
  }
  Batch out = batch.gather_metadata(rows);
  out.null_key = std::move(null_key);
  out.columns.assign(keys.begin(), keys.end());
  for (const int column : left_keys_) out.columns.push_back(batch.columns[column]->gather(rows.data(), rows.size()));
  out.columns.push_back(std::move(instruction));
  out.columns.push_back(std::move(hash));
  out.columns.push_back(std::move(partition));
  references_sink_->push(out, 0);
}

void ForeignKeyJoinOperator::take_answers(const Batch& batch) {
  const std::vector<const Column*> keys = columns_at(batch.columns, answer_keys_);
  const Column& hashes = *batch.columns[hash_column_];
  const Column& found = *batch.columns[found_column_];
  results_.clear();
  for (uint32_t row = 0; row < batch.rows; ++row) {
    key_.clear();
    key_codec_.encode(keys, row, key_);
    const auto left = left_rows_.get(key_);
    if (left.has_value() == hashes.is_null(row)) continue;
    Result result{row, std::nullopt, false};
    if (left) {
      const StoredLeftRow stored(*left);
      if (stored.hash() != hashes.at<int64_t>(row)) continue;
      result.found = found.is_valid(row) && found.at<uint8_t>(row) != 0;
      if (result.found || left_join_) result.left = context_.arena->copy(stored.values);
    }
    results_.push_back(result);
  }
  if (!results_.empty()) emit(batch);
}

// A right row for which the condition doesn't hold counts as not found.
void ForeignKeyJoinOperator::apply_condition(const Batch& batch) {
  const Batch pairs = result_batch(batch);
  std::vector<uint32_t> matches;
  rows_where(*condition_, pairs, context_.eval(), matches);
  if (context_.errors.count() > 0) context_.drain_errors(pairs);
  for (size_t i = 0; i < results_.size(); ++i) {
    if (!results_[i].found || std::binary_search(matches.begin(), matches.end(), static_cast<uint32_t>(i))) continue;
    results_[i].found = false;
    if (!left_join_) results_[i].left.reset();
  }
}

void ForeignKeyJoinOperator::emit(const Batch& batch) {
  if (condition_) apply_condition(batch);
  Batch out = result_batch(batch);
  if (results_store_) add_old_rows(out);
  if (condition_) drop_repeated_ends(out);
  if (!old_rows_) {
    out.old_columns.clear();
    out.old_null.clear();
  }
  if (out.rows > 0) forward(out);
}

// Ends of rows that weren't there.
void ForeignKeyJoinOperator::drop_repeated_ends(Batch& out) const {
  std::vector<uint32_t> keep;
  for (uint32_t row = 0; row < out.rows; ++row) {
    if (!out.null_value.test(row) || !out.old_null.test(row)) keep.push_back(row);
  }
  if (keep.size() < out.rows) out = out.gather(keep);
}

Batch ForeignKeyJoinOperator::result_batch(const Batch& batch) const {
  std::vector<uint32_t> rows;
  for (const Result& result : results_) rows.push_back(result.row);
  Batch out = batch.gather_metadata(rows);
  for (const int column : answer_keys_) out.columns.push_back(batch.columns[column]->gather(rows.data(), rows.size()));
  std::vector<std::shared_ptr<Column>> left;
  std::vector<Column*> left_columns;
  for (const TypePtr& type : left_codec_.types()) {
    left.push_back(std::make_shared<Column>(type));
    left_columns.push_back(left.back().get());
  }
  for (size_t i = 0; i < results_.size(); ++i) {
    if (results_[i].left) {
      left_codec_.decode(*results_[i].left, left_columns);
    } else {
      left_codec_.decode_nulls(left_columns);
      out.null_value.set(i);
    }
  }
  out.columns.insert(out.columns.end(), left.begin(), left.end());
  for (const int column : right_values_) {
    auto right = batch.columns[column]->gather(rows.data(), rows.size());
    for (size_t i = 0; i < results_.size(); ++i) {
      if (!results_[i].found) right->set_null(i);
    }
    out.columns.push_back(std::move(right));
  }
  return out;
}

void ForeignKeyJoinOperator::add_old_rows(Batch& out) {
  const size_t key_count = answer_keys_.size();
  std::vector<const Column*> keys, values;
  std::vector<std::shared_ptr<Column>> old;
  std::vector<Column*> old_columns;
  for (size_t c = 0; c < out.columns.size(); ++c) {
    (c < key_count ? keys : values).push_back(out.columns[c].get());
    if (c < key_count) continue;
    old.push_back(std::make_shared<Column>(schema_[c].type));
    old_columns.push_back(old.back().get());
  }
  for (uint32_t row = 0; row < out.rows; ++row) {
    key_.clear();
    key_codec_.encode(keys, row, key_);
    if (const auto found = results_store_->get(key_)) {
      result_codec_.decode(context_.arena->copy(*found), old_columns);
    } else {
      result_codec_.decode_nulls(old_columns);
      out.old_null.set(row);
    }
    if (out.null_value.test(row)) {
      results_store_->remove(key_);
      continue;
    }
    value_.clear();
    result_codec_.encode(values, row, value_);
    results_store_->put(key_, value_);
  }
  out.old_columns.assign(out.columns.begin(), out.columns.begin() + static_cast<std::ptrdiff_t>(key_count));
  out.old_columns.insert(out.old_columns.end(), old.begin(), old.end());
}

}  // namespace weir
