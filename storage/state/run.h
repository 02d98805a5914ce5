// A run: the rows that one checkpoint (or a merge of several) took from an append-only window store, on disk as blocks
// of a few kilobytes ordered by key hash, time and sequence. RocksDB sees one row for each block, because its cost is
// by row. In memory a run has a filter over its keys and the first row of each block, so that a lookup reads one block,
// and no block in most cases when the key isn't there. The encoding is specified in docs/formats.md.
//
// Immutable after load or finish; owned by a RunSet, used from the task's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/state/checkpoint_writer.h"
#include "storage/state/database.h"

namespace weir::state {

// A Bloom filter whose bits for one hash lie in one cache line.
class RunFilter {
 public:
  RunFilter() = default;
  explicit RunFilter(size_t rows);
  void add(uint64_t hash);
  bool may_contain(uint64_t hash) const;
  std::string_view bytes() const { return {reinterpret_cast<const char*>(lines_.get()), count_ * sizeof(Line)}; }
  // False when the bytes aren't a filter's.
  bool load(std::string_view bytes);

 private:
  struct alignas(64) Line {
    uint64_t words[8];
  };
  std::unique_ptr<Line[]> lines_;
  size_t count_ = 0;
};

struct RunRow {
  uint64_t sequence = 0;
  int64_t time = 0;
  std::string_view key;
  std::string_view value;
};

struct Run {
  struct BlockStart {
    uint64_t hash;
    int64_t time;
  };

  uint64_t id = 0;
  uint64_t first_sequence = 0;  // its rows' sequences are in [first_sequence, end_sequence)
  uint64_t end_sequence = 0;
  uint64_t rows = 0;
  uint64_t bytes = 0;
  int64_t min_time = INT64_MAX;
  int64_t max_time = INT64_MIN;
  std::vector<BlockStart> blocks;
  RunFilter filter;

  size_t memory() const { return sizeof(Run) + blocks.capacity() * sizeof(BlockStart) + filter.bytes().size(); }
  static std::string block_key(uint64_t id, uint32_t block);
  static std::string first_key(uint64_t id) { return block_key(id, 0); }
  // Reads filter and blocks; the rest comes from the store's descriptor. Throws StateError when they aren't there.
  void load_index(const Family& family);
};

// Looks into one block: a directory of its rows' hashes, then the rows. A view of the block's bytes.
class RunBlock {
 public:
  RunBlock(std::string_view bytes, uint64_t first_sequence);
  uint32_t size() const { return count_; }
  uint32_t hash(uint32_t index) const;  // low half
  bool read(uint32_t index, RunRow& row) const;
  // A block that isn't one has no rows and is damaged; so is one where read() was false.
  bool damaged() const { return damaged_; }

 private:
  std::string_view directory_;
  std::string_view rows_;
  uint64_t first_sequence_;
  uint32_t count_ = 0;
  mutable bool damaged_ = false;
};

// Writes one run, to a file of its own in the checkpoint's current store.
class RunWriter {
 public:
  RunWriter(CheckpointWriter& checkpoint, uint64_t id, uint64_t first_sequence, uint64_t end_sequence,
            size_t most_rows);
  // Rows in the order of (hash, time, sequence).
  void add(uint64_t hash, uint64_t sequence, int64_t time, std::string_view key, std::string_view value);
  std::unique_ptr<Run> finish();

 private:
  void flush();

  CheckpointWriter& checkpoint_;
  std::unique_ptr<Run> run_;
  std::string directory_;  // of the block that is being filled
  std::string rows_;
  std::string block_;
};

}  // namespace weir::state
