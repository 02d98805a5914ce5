#include "engine/exec/group_output.h"

#include <algorithm>

#include "engine/exec/plan_columns.h"

namespace weir {

namespace {

std::vector<std::shared_ptr<Column>> make_columns(const PlanSchema& schema, size_t from, size_t to, size_t rows,
                                                  std::vector<Column*>& pointers) {
  std::vector<std::shared_ptr<Column>> out;
  for (size_t c = from; c < to; ++c) {
    out.push_back(std::make_shared<Column>(schema[c].type));
    out.back()->reserve(rows);
    pointers.push_back(out.back().get());
  }
  return out;
}

}  // namespace

GroupOutput::GroupOutput(const PlanNode& node, AggregateSet& aggregates, TaskContext& context)
    : aggregates_(aggregates),
      context_(context),
      schema_(node.schema),
      old_rows_(node.old_rows),
      windowed_(node.aggregate->window.has_value()),
      key_codec_(types_where(node.schema, true)),
      keys_(key_codec_.types().size()) {}

Batch GroupOutput::take(const Batch& batch) {
  std::vector<uint32_t> rows;
  rows.reserve(changes_.size());
  for (const GroupChange& change : changes_) rows.push_back(change.row);
  Batch out = batch.gather_metadata(rows);
  out.windows.clear();
  out.kept = true;
  std::vector<Column*> keys, bounds, results, old_results;
  const size_t first_call = keys_ + (windowed_ ? 2 : 0);
  const auto key_columns = make_columns(schema_, 0, keys_, rows.size(), keys);
  const auto bound_columns = make_columns(schema_, keys_, first_call, rows.size(), bounds);
  const auto result_columns = make_columns(schema_, first_call, schema_.size(), rows.size(), results);
  const auto old_columns = make_columns(schema_, first_call, schema_.size(), old_rows_ ? rows.size() : 0, old_results);
  for (size_t i = 0; i < changes_.size(); ++i) {
    const GroupChange& change = changes_[i];
    out.timestamps[i] = change.time;
    key_codec_.decode(change.key, keys);
    if (windowed_) {
      bounds[0]->append<int64_t>(change.window.start);
      bounds[1]->append<int64_t>(change.window.end);
      out.windows.push_back(change.window);
    }
    if (change.value.data() != nullptr) {
      aggregates_.results(change.value, results, *context_.arena);
    } else {
      out.null_value.set(i);
      for (Column* column : results) column->append_null();
    }
    if (!old_rows_) continue;
    if (change.old.data() != nullptr) {
      aggregates_.results(change.old, old_results, *context_.arena);
    } else {
      out.old_null.set(i);
      for (Column* column : old_results) column->append_null();
    }
  }
  changes_.clear();
  out.columns.assign(key_columns.begin(), key_columns.end());
  out.columns.insert(out.columns.end(), bound_columns.begin(), bound_columns.end());
  if (old_rows_) {
    out.old_columns = out.columns;
    out.old_columns.insert(out.old_columns.end(), old_columns.begin(), old_columns.end());
  }
  out.columns.insert(out.columns.end(), result_columns.begin(), result_columns.end());
  return out;
}

}  // namespace weir
