#include "engine/exec/ended_rows.h"

#include <memory>

#include "engine/exec/plan_columns.h"

namespace weir {

EndedRows::EndedRows(const PlanSchema& schema, bool old_rows)
    : schema_(schema),
      old_rows_(old_rows),
      key_codec_(types_where(schema, true)),
      value_codec_(types_where(schema, false)),
      key_columns_(indices_where(schema, true)),
      value_columns_(indices_where(schema, false)) {}

void EndedRows::add(std::string_view key, int64_t end, std::string_view values) {
  keys_.emplace_back(key);
  ends_.push_back(end);
  if (old_rows_) values_.emplace_back(values);
}

Batch EndedRows::batch() const {
  Batch out;
  out.rows = ends_.size();
  out.timestamps = ends_;
  out.offsets.assign(ends_.size(), -1);
  out.columns.resize(schema_.size());
  const auto make_columns = [&](const std::vector<int>& places, std::vector<ColumnPtr>& to,
                                std::vector<Column*>& columns) {
    for (const int place : places) {
      auto column = std::make_shared<Column>(schema_[place].type);
      column->reserve(ends_.size());
      columns.push_back(column.get());
      to[place] = std::move(column);
    }
  };
  std::vector<Column*> keys, values, old_values;
  make_columns(key_columns_, out.columns, keys);
  make_columns(value_columns_, out.columns, values);
  if (old_rows_) {
    out.old_columns = out.columns;
    make_columns(value_columns_, out.old_columns, old_values);
  }
  for (size_t i = 0; i < ends_.size(); ++i) {
    out.null_value.set(i);
    key_codec_.decode(keys_[i], keys);
    value_codec_.decode_nulls(values);
    if (old_rows_) value_codec_.decode(values_[i], old_values);
  }
  return out;
}

void EndedRows::clear() {
  keys_.clear();
  values_.clear();
  ends_.clear();
}

}  // namespace weir
