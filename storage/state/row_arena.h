// The resident rows of one append-only window store, in the order of their puts, in chunks that are freed from the
// front. A row is written once and never moves. Rows of one key are chained from the newest put to the oldest; since
// chunks go oldest first, a chain breaks only at its end, and a reference tells by its number alone whether its row is
// still there.
//
// Owned by an AppendWindowStore, used from its task's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace weir::state {

// Chunk number (from 1) << 16 | offset in the chunk / 8. 0: no row.
using RowRef = uint64_t;

struct Row {
  RowRef older;       // the row of the same key put before this one
  int64_t older_max;  // the highest time among that row and all behind it; INT64_MIN without any
  int64_t time;
  uint32_t key_size;
  uint32_t value_size;

  std::string_view key() const { return {reinterpret_cast<const char*>(this + 1), key_size}; }
  std::string_view value() const { return {reinterpret_cast<const char*>(this + 1) + key_size, value_size}; }
  // The bytes that a row takes in a chunk.
  static size_t footprint(size_t key_size, size_t value_size) {
    return (sizeof(Row) + key_size + value_size + 7) & ~size_t{7};
  }
};

class RowArena {
 public:
  // A place between two rows, in put order.
  struct Position {
    uint64_t chunk = 1;
    uint32_t offset = 0;
    uint64_t sequence = 0;  // rows put before it, ever
  };

  // `gone_until`: the latest time of the rows before `first_sequence`.
  explicit RowArena(uint64_t first_sequence = 0, int64_t gone_until = INT64_MIN)
      : next_sequence_(first_sequence), gone_until_(gone_until) {}

  // Copies key and value; links are the caller's. Throws StateError for a row that is too large to be stored.
  RowRef append(std::string_view key, int64_t time, std::string_view value);

  bool alive(RowRef ref) const { return ref >> 16 >= first_chunk_; }
  Row& row(RowRef ref) {
    return *reinterpret_cast<Row*>(chunks_[(ref >> 16) - first_chunk_].data.get() + (ref & 0xffff) * 8);
  }
  const Row& row(RowRef ref) const { return const_cast<RowArena*>(this)->row(ref); }

  bool empty() const { return chunks_.empty(); }
  uint64_t next_sequence() const { return next_sequence_; }
  // The sequence of the oldest resident row; next_sequence() when there is none.
  uint64_t first_sequence() const { return chunks_.empty() ? next_sequence_ : chunks_.front().first_sequence; }
  size_t memory() const { return memory_; }
  // No row that was put and isn't resident any more is later than this.
  int64_t gone_until() const { return gone_until_; }

  Position begin() const;
  Position end() const;
  // `position`, or the oldest row when that has been dropped.
  Position clamp(const Position& position) const;
  bool at_end(const Position& position) const { return position.sequence >= next_sequence_; }
  // Bytes of the rows from `position` on.
  size_t bytes_since(const Position& position) const;

  // Calls visit(ref, row) for the rows from `position` on, in put order. `position` must not have been dropped.
  template <class Visit>
  void for_each(const Position& position, Visit&& visit) const {
    uint32_t offset = position.offset;
    for (uint64_t number = position.chunk; number < first_chunk_ + chunks_.size(); ++number, offset = 0) {
      const Chunk& chunk = chunks_[number - first_chunk_];
      while (offset < chunk.used) {
        const Row& row = *reinterpret_cast<const Row*>(chunk.data.get() + offset);
        visit(number << 16 | offset / 8, row);
        offset += static_cast<uint32_t>(Row::footprint(row.key_size, row.value_size));
      }
    }
  }
  // As for_each from the oldest row on, without the chunks that have no row in [from, to].
  template <class Visit>
  void for_each_between(int64_t from, int64_t to, Visit&& visit) const {
    for (const Chunk& chunk : chunks_) {
      if (chunk.max_time < from || chunk.min_time > to) continue;
      for (uint32_t offset = 0; offset < chunk.used;) {
        const Row& row = *reinterpret_cast<const Row*>(chunk.data.get() + offset);
        if (row.time >= from && row.time <= to) visit(row);
        offset += static_cast<uint32_t>(Row::footprint(row.key_size, row.value_size));
      }
    }
  }

  // Forgets the rows from `position` on. The caller has unlinked them.
  void truncate(const Position& position);
  // Frees the oldest chunks whose rows' times are all <= `horizon`.
  void drop_expired(int64_t horizon);
  // Frees the oldest chunk if all its rows are before `limit`; false when they aren't.
  bool drop_oldest(const Position& limit);

 private:
  struct Chunk {
    std::unique_ptr<char[]> data;
    uint32_t capacity = 0;
    uint32_t used = 0;
    uint64_t first_sequence = 0;
    int64_t min_time = INT64_MAX;
    int64_t max_time = INT64_MIN;  // bounds; truncate() leaves them as they are
  };
  Chunk& add_chunk(size_t row_bytes);
  void pop_front(size_t count);

  std::vector<Chunk> chunks_;
  std::vector<std::unique_ptr<char[]>> spare_;  // of kLargestChunk bytes each
  uint64_t first_chunk_ = 1;
  uint64_t next_sequence_;
  int64_t gone_until_;
  size_t memory_ = 0;
};

}  // namespace weir::state
