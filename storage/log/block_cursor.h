// Walks the records of a block. The views it gives point into the block, headers into the arena: whoever keeps a record
// keeps both. Owned by a reader or by maintenance; one thread at a time.
#pragma once

#include <memory>
#include <vector>

#include "storage/log/block.h"
#include "storage/log/record.h"

namespace weir::log {

// Arrays of headers that stay where they are while more are made.
class HeaderArena {
 public:
  HeaderView* allocate(size_t count);
  bool empty() const { return chunks_.empty(); }

 private:
  std::vector<std::unique_ptr<HeaderView[]>> chunks_;
  size_t used_ = 0;
  size_t room_ = 0;
};

class BlockCursor {
 public:
  BlockCursor() = default;
  explicit BlockCursor(std::shared_ptr<const Block> block);

  const std::shared_ptr<const Block>& block() const { return block_; }
  bool done() const { return left_ == 0; }
  // The next record; false at the end. Throws BlockDamage.
  bool next(RecordView& record, HeaderArena& headers);

 private:
  [[noreturn]] void damaged(const char* reason) const;
  uint64_t varint();
  std::string_view bytes(uint64_t size);

  std::shared_ptr<const Block> block_;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  uint32_t left_ = 0;
  int64_t next_offset_ = 0;
  int64_t last_timestamp_ = 0;
};

}  // namespace weir::log
