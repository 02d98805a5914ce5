#include "storage/log/block_cursor.h"

#include <algorithm>
#include "storage/varint.h"

namespace weir::log {

HeaderView* HeaderArena::allocate(size_t count) {
  constexpr size_t kHeadersInChunk = 256;
  if (room_ - used_ < count) {
    room_ = std::max(count, kHeadersInChunk);
    used_ = 0;
    chunks_.push_back(std::make_unique<HeaderView[]>(room_));
  }
  HeaderView* start = chunks_.back().get() + used_;
  used_ += count;
  return start;
}

BlockCursor::BlockCursor(std::shared_ptr<const Block> block) : block_(std::move(block)) {
  at_ = block_->payload().data();
  end_ = at_ + block_->payload().size();
  left_ = block_->header().records;
  next_offset_ = block_->base_offset();
}

void BlockCursor::damaged(const char* reason) const { throw BlockDamage(block_->base_offset(), reason); }

inline uint64_t BlockCursor::varint() {
  uint64_t value;
  at_ = get_varint(at_, end_, value);
  if (at_ == nullptr) {
    at_ = end_;
    damaged("a number in it is cut off or too long");
  }
  return value;
}

inline std::string_view BlockCursor::bytes(uint64_t size) {
  if (size > static_cast<uint64_t>(end_ - at_)) damaged("a record is longer than the block");
  const std::string_view view(at_, size);
  at_ += size;
  return view;
}

bool BlockCursor::next(RecordView& record, HeaderArena& headers) {
  if (left_ == 0) return false;
  last_timestamp_ =
      static_cast<int64_t>(static_cast<uint64_t>(last_timestamp_) + static_cast<uint64_t>(unzigzag(varint())));
  if (block_->header().sparse) {
    const uint64_t gap = varint();
    if (gap >= static_cast<uint64_t>(block_->end_offset() - next_offset_))
      damaged("an offset is beyond the block's end");
    next_offset_ += static_cast<int64_t>(gap);
  }
  record.timestamp = last_timestamp_;
  record.offset = next_offset_++;
  const uint64_t key_word = varint();
  const uint64_t value_word = varint();
  const uint64_t key_length = key_word >> 1;
  if (key_length > 0) {
    record.key = bytes(key_length - 1);
  } else {
    record.key.reset();
  }
  if (value_word > 0) {
    record.value = bytes(value_word - 1);
  } else {
    record.value.reset();
  }
  record.headers = {};
  if (key_word & 1) {
    const uint64_t count = varint();
    // A header takes two bytes at least, which bounds what a damaged count can allocate.
    if (count == 0 || count > static_cast<uint64_t>(end_ - at_) / 2) damaged("a record's header count is wrong");
    HeaderView* array = headers.allocate(count);
    for (uint64_t i = 0; i < count; ++i) {
      const uint64_t name_length = varint();
      const uint64_t header_value = varint();
      array[i].key = bytes(name_length);
      if (header_value > 0) {
        array[i].value = bytes(header_value - 1);
      } else {
        array[i].value.reset();
      }
    }
    record.headers = {array, count};
  }
  if (--left_ == 0 && at_ != end_) damaged("bytes are left after its last record");
  return true;
}

}  // namespace weir::log
