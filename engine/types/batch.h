// Up to kMaxBatchRows rows on their way through a task: typed columns and each row's metadata. Passed down the
// operators by const reference; views in it are valid until the push returns, so who keeps rows copies them. One
// thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/types/column.h"
#include "storage/log/record.h"

namespace weir {

inline constexpr size_t kMaxBatchRows = 1024;

// One bit a row; empty() means that no bit is set.
class RowBits {
 public:
  bool empty() const { return words_.empty(); }
  bool test(size_t row) const { return row / 64 < words_.size() && ((words_[row / 64] >> (row % 64)) & 1); }
  void set(size_t row) {
    if (row / 64 >= words_.size()) words_.resize(row / 64 + 1, 0);
    words_[row / 64] |= uint64_t{1} << (row % 64);
  }
  void clear() { words_.clear(); }

 private:
  std::vector<uint64_t> words_;
};

struct WindowBounds {
  int64_t start = 0;  // ms, inclusive
  int64_t end = 0;    // ms, exclusive for time windows, inclusive last event for session windows
};

struct Batch {
  uint32_t rows = 0;
  std::vector<ColumnPtr> columns;   // each at least `rows` long
  std::vector<int64_t> timestamps;  // event time of each row, ms
  // Where the rows came from: for errors, the processing log and ROWPARTITION / ROWOFFSET. Offsets may be empty for
  // derived rows.
  int32_t partition = 0;
  std::vector<int64_t> offsets;
  // The records that the rows were read from, so that an error can show their bytes: one for the whole batch, or one
  // for each row that came out of a join. nullptr: not at hand. Valid as long as the batch is.
  const log::FetchedRecords* origin = nullptr;
  std::vector<const log::FetchedRecords*> origins;
  // An aggregation or a join of streams has made the rows: it keeps what their records brought, and would take it twice
  // if they came again.
  bool kept = false;
  // The row's value is NULL as a whole (a tombstone, or a null record value): value columns are null, key columns hold.
  RowBits null_value;
  // The record's key is NULL as a whole.
  RowBits null_key;
  // Record headers, handed through to the output; empty when no row has any.
  std::vector<std::span<const log::HeaderView>> headers;
  // The window of a windowed key; empty when the key isn't windowed.
  std::vector<WindowBounds> windows;
  // Changes of tables: the row before the change, same number of rows; columns empty when there is none.
  std::vector<ColumnPtr> old_columns;
  RowBits old_null;  // no old row

  const log::FetchedRecords* origin_of(uint32_t row) const { return row < origins.size() ? origins[row] : origin; }

  Batch slice(uint32_t from, uint32_t count) const;
  Batch gather(const std::vector<uint32_t>& keep) const;
  // Time, origin, headers and windows of some rows, without columns and without the bits that say what is NULL.
  Batch gather_metadata(const std::vector<uint32_t>& keep) const;
  // The old rows as a batch: rows without one have a NULL value.
  Batch old_rows() const;
};

}  // namespace weir
