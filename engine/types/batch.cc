#include "engine/types/batch.h"

#include <algorithm>

namespace weir {

namespace {

template <class T>
std::vector<T> gather_rows(const std::vector<T>& from, const std::vector<uint32_t>& keep) {
  std::vector<T> out;
  if (from.empty()) return out;
  out.reserve(keep.size());
  for (const uint32_t row : keep) out.push_back(from[row]);
  return out;
}

RowBits gather_bits(const RowBits& from, const std::vector<uint32_t>& keep) {
  RowBits out;
  if (from.empty()) return out;
  for (size_t i = 0; i < keep.size(); ++i) {
    if (from.test(keep[i])) out.set(i);
  }
  return out;
}

template <class T>
std::vector<T> slice_rows(const std::vector<T>& from, uint32_t first, uint32_t count) {
  if (from.empty()) return {};
  return std::vector<T>(from.begin() + first, from.begin() + first + count);
}

RowBits slice_bits(const RowBits& from, uint32_t first, uint32_t count) {
  RowBits out;
  if (from.empty()) return out;
  for (uint32_t i = 0; i < count; ++i) {
    if (from.test(first + i)) out.set(i);
  }
  return out;
}

std::vector<ColumnPtr> slice_columns(const std::vector<ColumnPtr>& from, uint32_t first, uint32_t count) {
  std::vector<ColumnPtr> out;
  out.reserve(from.size());
  for (const ColumnPtr& column : from) {
    // A column may be longer than the batch: a slice from row 0 can share it. Columns that nobody uses may be absent.
    out.push_back(!column || first == 0 ? column : ColumnPtr(column->slice(first, count)));
  }
  return out;
}

std::vector<ColumnPtr> gather_columns(const std::vector<ColumnPtr>& from, const std::vector<uint32_t>& keep) {
  std::vector<ColumnPtr> out;
  out.reserve(from.size());
  for (const ColumnPtr& column : from) {
    out.push_back(column ? ColumnPtr(column->gather(keep.data(), keep.size())) : nullptr);
  }
  return out;
}

}  // namespace

Batch Batch::slice(uint32_t from, uint32_t count) const {
  count = std::min(count, rows - std::min(from, rows));
  Batch out;
  out.rows = count;
  out.columns = slice_columns(columns, from, count);
  out.timestamps = slice_rows(timestamps, from, count);
  out.partition = partition;
  out.offsets = slice_rows(offsets, from, count);
  out.origin = origin;
  out.kept = kept;
  out.origins = slice_rows(origins, from, count);
  out.null_value = slice_bits(null_value, from, count);
  out.null_key = slice_bits(null_key, from, count);
  out.headers = slice_rows(headers, from, count);
  out.windows = slice_rows(windows, from, count);
  out.old_columns = slice_columns(old_columns, from, count);
  out.old_null = slice_bits(old_null, from, count);
  return out;
}

Batch Batch::gather_metadata(const std::vector<uint32_t>& keep) const {
  Batch out;
  out.rows = static_cast<uint32_t>(keep.size());
  out.timestamps = gather_rows(timestamps, keep);
  out.partition = partition;
  out.offsets = gather_rows(offsets, keep);
  out.origin = origin;
  out.kept = kept;
  out.origins = gather_rows(origins, keep);
  out.headers = gather_rows(headers, keep);
  out.windows = gather_rows(windows, keep);
  return out;
}

Batch Batch::old_rows() const {
  Batch out;
  out.rows = rows;
  out.columns = old_columns;
  out.timestamps = timestamps;
  out.partition = partition;
  out.offsets = offsets;
  out.origin = origin;
  out.kept = kept;
  out.origins = origins;
  out.null_value = old_null;
  out.null_key = null_key;
  out.windows = windows;
  return out;
}

Batch Batch::gather(const std::vector<uint32_t>& keep) const {
  Batch out = gather_metadata(keep);
  out.columns = gather_columns(columns, keep);
  out.null_value = gather_bits(null_value, keep);
  out.null_key = gather_bits(null_key, keep);
  out.old_columns = gather_columns(old_columns, keep);
  out.old_null = gather_bits(old_null, keep);
  return out;
}

}  // namespace weir
