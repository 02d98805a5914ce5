#include "storage/state/row_arena.h"

#include <algorithm>
#include <cstring>

#include "storage/state/state.h"

namespace weir::state {

namespace {
constexpr size_t kSmallestChunk = 4u << 10;
constexpr size_t kLargestChunk = 256u << 10;  // offsets reach 512 kB
constexpr size_t kSpareChunks = 4;            // reused without page faults
constexpr size_t kLargestRow = 1u << 30;
}  // namespace

RowRef RowArena::append(std::string_view key, int64_t time, std::string_view value) {
  if (key.size() > kLargestRow || value.size() > kLargestRow) {
    throw StateError("A row of " + std::to_string(key.size() + value.size()) +
                     " bytes is too large for a window store: keys and values may have up to 1 GiB.");
  }
  const size_t bytes = Row::footprint(key.size(), value.size());
  Chunk* chunk = chunks_.empty() ? nullptr : &chunks_.back();
  if (chunk == nullptr || chunk->capacity - chunk->used < bytes) chunk = &add_chunk(bytes);
  char* at = chunk->data.get() + chunk->used;
  Row* row = reinterpret_cast<Row*>(at);
  row->older = 0;
  row->older_max = INT64_MIN;
  row->time = time;
  row->key_size = static_cast<uint32_t>(key.size());
  row->value_size = static_cast<uint32_t>(value.size());
  if (!key.empty()) std::memcpy(at + sizeof(Row), key.data(), key.size());
  if (!value.empty()) std::memcpy(at + sizeof(Row) + key.size(), value.data(), value.size());
  const RowRef ref = (first_chunk_ + chunks_.size() - 1) << 16 | chunk->used / 8;
  chunk->used += static_cast<uint32_t>(bytes);
  chunk->min_time = std::min(chunk->min_time, time);
  chunk->max_time = std::max(chunk->max_time, time);
  ++next_sequence_;
  return ref;
}

RowArena::Chunk& RowArena::add_chunk(size_t row_bytes) {
  const size_t last = chunks_.empty() ? 0 : chunks_.back().capacity;
  size_t capacity = std::clamp(last * 2, kSmallestChunk, kLargestChunk);
  while (capacity < row_bytes && capacity < kLargestChunk) capacity *= 2;
  capacity = std::max(capacity, row_bytes);  // a row beyond the largest chunk has one to itself
  Chunk chunk;
  if (capacity <= kLargestChunk && !spare_.empty()) {
    capacity = kLargestChunk;
    chunk.data = std::move(spare_.back());
    spare_.pop_back();
  } else {
    chunk.data.reset(new char[capacity]);
    memory_ += capacity;
  }
  chunk.capacity = static_cast<uint32_t>(capacity);
  chunk.first_sequence = next_sequence_;
  chunks_.push_back(std::move(chunk));
  return chunks_.back();
}

RowArena::Position RowArena::begin() const { return {first_chunk_, 0, first_sequence()}; }

RowArena::Position RowArena::end() const {
  if (chunks_.empty()) return {first_chunk_, 0, next_sequence_};
  return {first_chunk_ + chunks_.size() - 1, chunks_.back().used, next_sequence_};
}

RowArena::Position RowArena::clamp(const Position& position) const {
  return position.chunk < first_chunk_ ? begin() : position;
}

size_t RowArena::bytes_since(const Position& position) const {
  size_t bytes = 0;
  uint32_t offset = position.offset;
  for (uint64_t number = position.chunk; number < first_chunk_ + chunks_.size(); ++number, offset = 0) {
    bytes += chunks_[number - first_chunk_].used - offset;
  }
  return bytes;
}

void RowArena::truncate(const Position& position) {
  while (!chunks_.empty() && first_chunk_ + chunks_.size() - 1 > position.chunk) {
    memory_ -= chunks_.back().capacity;
    chunks_.pop_back();
  }
  if (!chunks_.empty() && first_chunk_ + chunks_.size() - 1 == position.chunk) chunks_.back().used = position.offset;
  if (!chunks_.empty() && chunks_.back().used == 0) {
    memory_ -= chunks_.back().capacity;
    chunks_.pop_back();
  }
  next_sequence_ = position.sequence;
}

void RowArena::drop_expired(int64_t horizon) {
  size_t count = 0;
  while (count < chunks_.size() && chunks_[count].max_time <= horizon) ++count;
  pop_front(count);
}

bool RowArena::drop_oldest(const Position& limit) {
  if (chunks_.empty() || limit.chunk < first_chunk_) return false;
  if (limit.chunk == first_chunk_ && limit.offset < chunks_.front().used) return false;
  pop_front(1);
  return true;
}

void RowArena::pop_front(size_t count) {
  if (count == 0) return;
  for (size_t i = 0; i < count; ++i) {
    Chunk& chunk = chunks_[i];
    gone_until_ = std::max(gone_until_, chunk.max_time);
    if (chunk.capacity == kLargestChunk && spare_.size() < kSpareChunks) {
      spare_.push_back(std::move(chunk.data));
    } else {
      memory_ -= chunk.capacity;
    }
  }
  chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<ptrdiff_t>(count));
  first_chunk_ += count;
  if (chunks_.empty()) {  // an idle store keeps nothing
    memory_ -= spare_.size() * kLargestChunk;
    spare_.clear();
  }
}

}  // namespace weir::state
