// Encodes records into one block, straight into its buffer. Owned by a transaction (one for each partition that it
// appends to) or by the log's maintenance; one thread at a time. Reusable after finish().
#pragma once

#include <memory>
#include <optional>

#include "storage/log/block.h"
#include "storage/log/record.h"

namespace weir::log {

class BlockBuilder {
 public:
  // Appends to a dense block: offsets follow one another.
  void append(const RecordView& record) { encode(record, 0); }
  // Appends to a sparse block, whose offsets start at `base_offset` (fixed by the first call) and may leave gaps.
  void append_sparse(const RecordView& record, int64_t base_offset);

  bool empty() const { return records_ == 0; }
  uint32_t records() const { return records_; }
  size_t bytes() const { return size_; }

  // The block of what was appended; the builder is empty again. For a sparse block the base offset is set and
  // `end_offset` gives where it ends, since offsets at its end may be gone as well.
  std::shared_ptr<Block> finish();
  std::shared_ptr<Block> finish_sparse(int64_t end_offset, std::optional<int64_t> delete_horizon);
  void clear();

 private:
  void encode(const RecordView& record, uint64_t gap);
  void reserve(size_t more);
  OwnedBytes take_payload();

  std::unique_ptr<char[]> buffer_;
  size_t capacity_ = 0;
  size_t size_ = 0;
  uint32_t records_ = 0;
  bool sparse_ = false;
  int64_t base_offset_ = 0;
  int64_t next_offset_ = 0;
  int64_t last_timestamp_ = 0;
  int64_t max_timestamp_ = 0;
};

}  // namespace weir::log
