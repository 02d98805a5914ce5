#include "engine/exec/stored_table.h"

#include "engine/exec/plan_columns.h"

namespace weir {

StoredTable::StoredTable(const PlanSchema& schema, state::KeyValueStore& store, bool times_only)
    : store_(store),
      times_only_(times_only),
      key_codec_(types_where(schema, true)),
      value_codec_(types_where(schema, false)),
      key_columns_(indices_where(schema, true)),
      value_columns_(indices_where(schema, false)) {}

void StoredTable::begin(const Batch& batch) {
  batch_ = &batch;
  keys_ = columns_at(batch.columns, key_columns_);
  values_ = columns_at(batch.columns, value_columns_);
}

bool StoredTable::has_null_key(uint32_t row) const { return weir::has_null_key(*batch_, keys_, row); }

std::string_view StoredTable::key_of(uint32_t row) {
  key_.clear();
  key_codec_.encode(keys_, row, key_);
  return key_;
}

std::optional<StoredTable::Row> StoredTable::find(std::string_view key) {
  const auto found = store_.get(key);
  if (!found) return std::nullopt;
  return Row{stored_time(*found), stored_row(*found)};
}

std::optional<int64_t> StoredTable::time_of(std::string_view key) {
  const auto found = store_.get(key);
  if (!found) return std::nullopt;
  return stored_time(*found);
}

void StoredTable::change(std::string_view key, uint32_t row) {
  if (batch_->null_value.test(row)) return store_.remove(key);
  value_.clear();
  append_stored_time(batch_->timestamps[row], value_);
  if (!times_only_) value_codec_.encode(values_, row, value_);
  store_.put(key, value_);
}

}  // namespace weir
