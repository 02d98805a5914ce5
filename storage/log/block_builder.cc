#include "storage/log/block_builder.h"

#include <algorithm>
#include <cstring>
#include "storage/varint.h"

namespace weir::log {

namespace {

constexpr size_t kFirstBlockCapacity = 1024;

char* put_block_bytes(char* out, std::string_view bytes) {
  if (!bytes.empty()) std::memcpy(out, bytes.data(), bytes.size());
  return out + bytes.size();
}

uint64_t optional_length(const OptionalBytes& bytes) { return bytes ? bytes->size() + 1 : 0; }

}  // namespace

void BlockBuilder::append_sparse(const RecordView& record, int64_t base_offset) {
  if (empty()) {
    sparse_ = true;
    base_offset_ = next_offset_ = base_offset;
  }
  encode(record, static_cast<uint64_t>(record.offset - next_offset_));
  next_offset_ = record.offset + 1;
}

void BlockBuilder::encode(const RecordView& record, uint64_t gap) {
  size_t need = 5 * kMaxVarintBytes + (record.key ? record.key->size() : 0) + (record.value ? record.value->size() : 0);
  for (const HeaderView& header : record.headers) {
    need += 2 * kMaxVarintBytes + header.key.size() + (header.value ? header.value->size() : 0);
  }
  if (capacity_ - size_ < need) reserve(need);
  char* out = buffer_.get() + size_;
  // Unsigned, so that the distance of any two timestamps wraps instead of overflowing.
  const auto step = static_cast<uint64_t>(record.timestamp) - static_cast<uint64_t>(last_timestamp_);
  out = put_varint(out, zigzag(static_cast<int64_t>(step)));
  if (sparse_) out = put_varint(out, gap);
  const bool with_headers = !record.headers.empty();
  out = put_varint(out, optional_length(record.key) << 1 | (with_headers ? 1 : 0));
  out = put_varint(out, optional_length(record.value));
  if (record.key) out = put_block_bytes(out, *record.key);
  if (record.value) out = put_block_bytes(out, *record.value);
  if (with_headers) {
    out = put_varint(out, record.headers.size());
    for (const HeaderView& header : record.headers) {
      out = put_varint(out, header.key.size());
      out = put_varint(out, optional_length(header.value));
      out = put_block_bytes(out, header.key);
      if (header.value) out = put_block_bytes(out, *header.value);
    }
  }
  size_ = static_cast<size_t>(out - buffer_.get());
  last_timestamp_ = record.timestamp;
  max_timestamp_ = records_ == 0 ? record.timestamp : std::max(max_timestamp_, record.timestamp);
  ++records_;
}

void BlockBuilder::reserve(size_t more) {
  const size_t capacity = std::max({size_ + more, capacity_ * 2, kFirstBlockCapacity});
  auto buffer = std::make_unique_for_overwrite<char[]>(capacity);
  if (size_ > 0) std::memcpy(buffer.get(), buffer_.get(), size_);
  buffer_ = std::move(buffer);
  capacity_ = capacity;
}

OwnedBytes BlockBuilder::take_payload() {
  OwnedBytes payload;
  payload.size = size_;
  if (size_ * 4 < capacity_ * 3) {
    // The block may live long in the cache: don't let it keep a mostly empty buffer, which the next block can use.
    payload.data = std::make_unique_for_overwrite<char[]>(size_);
    if (size_ > 0) std::memcpy(payload.data.get(), buffer_.get(), size_);
  } else {
    payload.data = std::move(buffer_);
    capacity_ = 0;
  }
  return payload;
}

std::shared_ptr<Block> BlockBuilder::finish() {
  Block::Header header;
  header.records = header.span = records_;
  header.max_timestamp = max_timestamp_;
  auto block = std::make_shared<Block>(header, take_payload());
  clear();
  return block;
}

std::shared_ptr<Block> BlockBuilder::finish_sparse(int64_t end_offset, std::optional<int64_t> delete_horizon) {
  Block::Header header;
  header.records = records_;
  header.span = static_cast<uint32_t>(end_offset - base_offset_);
  header.max_timestamp = max_timestamp_;
  header.sparse = true;
  header.delete_horizon = delete_horizon;
  auto block = std::make_shared<Block>(header, take_payload());
  block->set_base_offset(base_offset_);
  clear();
  return block;
}

void BlockBuilder::clear() {
  size_ = 0;
  records_ = 0;
  sparse_ = false;
  base_offset_ = next_offset_ = last_timestamp_ = max_timestamp_ = 0;
}

}  // namespace weir::log
