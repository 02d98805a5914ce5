#include "engine/exec/foreign_key_lookup_operator.h"

#include <algorithm>

#include "engine/exec/plan_columns.h"
#include "engine/plan/foreign_key_columns.h"

namespace weir {

namespace {

// The references of one key stand side by side in the store: length of the key · key · key of the left row.
void append_reference_prefix(std::string_view foreign_key, std::string& out) {
  const auto size = static_cast<uint32_t>(foreign_key.size());
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(size >> shift));
  out.append(foreign_key);
}

// The first bytes behind all that begin with `prefix`; empty: there are none.
std::string end_of_prefix(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff) prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(prefix.back() + 1);
  return prefix;
}

}  // namespace

ForeignKeyLookupOperator::ForeignKeyLookupOperator(const PlanNode& node, TaskContext& context)
    : context_(context),
      schema_(node.schema),
      instruction_column_(index_of(node.inputs[0]->schema, kForeignInstructionColumn)),
      foreign_key_codec_(types_where(node.inputs[0]->schema, true)),
      left_key_codec_(types_where(node.schema, true)),
      reference_codec_({Type::bigint(), Type::integer()}),
      references_(context.state->key_value(node.id + "-references")),
      right_(node.inputs[1]->schema, context.state->key_value(node.id + "-right")) {
  for (int c = static_cast<int>(foreign_key_codec_.types().size()); c < instruction_column_; ++c)
    left_keys_.push_back(c);
  reference_columns_ = {index_of(node.inputs[0]->schema, kForeignHashColumn),
                        index_of(node.inputs[0]->schema, kForeignPartitionColumn)};
}

void ForeignKeyLookupOperator::push(const Batch& batch, int input) {
  answers_.clear();
  if (input == 0) {
    take_references(batch);
  } else {
    change_right(batch);
  }
  if (!answers_.empty()) emit(batch);
}

void ForeignKeyLookupOperator::take_references(const Batch& batch) {
  std::vector<const Column*> foreign_keys;
  for (size_t c = 0; c < foreign_key_codec_.types().size(); ++c) foreign_keys.push_back(batch.columns[c].get());
  const std::vector<const Column*> left_keys = columns_at(batch.columns, left_keys_);
  const std::vector<const Column*> references = columns_at(batch.columns, reference_columns_);
  for (uint32_t row = 0; row < batch.rows; ++row) {
    foreign_key_.clear();
    if (!has_null_key(batch, foreign_keys, row)) foreign_key_codec_.encode(foreign_keys, row, foreign_key_);
    left_key_.clear();
    left_key_codec_.encode(left_keys, row, left_key_);
    reference_.clear();
    reference_codec_.encode(references, row, reference_);
    take_reference(batch, row);
  }
}

// foreign_key_ (empty: NULL), left_key_ and reference_ are the row's.
void ForeignKeyLookupOperator::take_reference(const Batch& batch, uint32_t row) {
  using Instruction = ForeignKeyInstruction;
  const auto instruction = static_cast<Instruction>(batch.columns[instruction_column_]->at<int32_t>(row));
  std::optional<StoredTable::Row> right;
  if (!foreign_key_.empty()) {
    entry_.clear();
    append_reference_prefix(foreign_key_, entry_);
    entry_.append(left_key_);
    if (instruction == Instruction::kForget || instruction == Instruction::kForgetAndAnswer) {
      references_.remove(entry_);
    } else {
      references_.put(entry_, reference_);
    }
    right = right_.find(foreign_key_);
  }
  if (instruction == Instruction::kForget || (instruction == Instruction::kSubscribe && !right)) return;
  Answer answer{row, batch.timestamps[row], context_.arena->copy(left_key_), context_.arena->copy(reference_),
                std::nullopt};
  if (right) answer.time = std::max(answer.time, right->time);
  if (right && instruction != Instruction::kForgetAndAnswer) answer.values = context_.arena->copy(right->values);
  answers_.push_back(answer);
}

void ForeignKeyLookupOperator::change_right(const Batch& batch) {
  right_.begin(batch);
  for (uint32_t row = 0; row < batch.rows; ++row) {
    if (right_.has_null_key(row)) continue;
    const std::string_view key = right_.key_of(row);
    right_.change(key, row);
    std::optional<std::string_view> values;
    if (const auto stored = right_.find(key)) values = context_.arena->copy(stored->values);
    entry_.clear();
    append_reference_prefix(key, entry_);
    prefix_end_ = end_of_prefix(entry_);
    references_.scan(entry_, prefix_end_, [&](std::string_view entry, std::string_view reference) {
      answers_.push_back({row, batch.timestamps[row], context_.arena->copy(entry.substr(entry_.size())),
                          context_.arena->copy(reference), values});
      if (answers_.size() >= kMaxBatchRows) emit(batch);
      return true;
    });
  }
}

void ForeignKeyLookupOperator::emit(const Batch& batch) {
  std::vector<std::shared_ptr<Column>> columns;
  std::vector<Column*> keys, references, values;
  for (const PlanColumn& column : schema_) {
    columns.push_back(std::make_shared<Column>(column.type));
    if (column.key) {
      keys.push_back(columns.back().get());
    } else if (references.size() < 2) {
      references.push_back(columns.back().get());
    } else {
      values.push_back(columns.back().get());
    }
  }
  Column* found = values.front();
  values.erase(values.begin());
  std::vector<uint32_t> rows;
  for (const Answer& answer : answers_) {
    rows.push_back(answer.row);
    left_key_codec_.decode(answer.left_key, keys);
    reference_codec_.decode(answer.reference, references);
    found->append<uint8_t>(answer.values.has_value());
    if (answer.values) {
      right_.values().decode(*answer.values, values);
    } else {
      right_.values().decode_nulls(values);
    }
  }
  Batch out = batch.gather_metadata(rows);
  for (size_t i = 0; i < answers_.size(); ++i) out.timestamps[i] = answers_[i].time;
  out.columns.assign(columns.begin(), columns.end());
  answers_.clear();
  forward(out);
}

}  // namespace weir
