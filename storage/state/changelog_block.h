// Changelog records of stores that expire by time: many rows of one commit in one record, as docs/formats.md specifies.
// BlockWriter belongs to a TaskState, which lends it to its stores; BlockReader is a local of restore().
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "storage/state/state.h"

namespace weir::state {

// What a row of a block means. Part of the format: never renumber.
enum class BlockKind : uint8_t {
  kAppend = 1,   // a row is added, equal ones stay
  kUpsert = 2,   // the row of (key, time) is replaced, or removed when there is no value
  kSession = 3,  // as kUpsert, for the session (key, start, end); time is the end
};

struct BlockRow {
  int64_t time = 0;
  int64_t start = 0;  // kSession only
  std::string_view key;
  std::optional<std::string_view> value;
};

class BlockWriter {
 public:
  using Emit = std::function<void(const ChangelogRecord&)>;
  // Blocks don't grow beyond this unless one row does.
  static constexpr size_t kBlockBytes = 200'000;

  // `observed_time`: the store's, as of this commit. Every block carries it.
  void start(BlockKind kind, int64_t observed_time, const Emit& emit);
  void add(const BlockRow& row) { add(row.time, row.start, row.key, row.value ? row.value->size() + 1 : 0, row.value); }
  // Emits what is left: at least one block for each start(), if only to carry the time.
  void finish();
  void release();  // gives the buffer back

 private:
  void add(int64_t time, int64_t start, std::string_view key, uint64_t value_mark,
           const std::optional<std::string_view>& value);
  void begin_block();
  void flush();

  BlockKind kind_ = BlockKind::kAppend;
  int64_t observed_time_ = INT64_MIN;
  const Emit* emit_ = nullptr;
  std::string buffer_;  // its size is the capacity in use, size_ what has been written
  size_t size_ = 0;
  size_t rows_ = 0;
  size_t blocks_ = 0;
  int64_t last_time_ = 0;
  int64_t max_time_ = INT64_MIN;
};

class BlockReader {
 public:
  // Throws StateError, naming the store, for bytes that are not a block of this kind.
  BlockReader(std::string_view store, BlockKind kind, std::string_view block);
  int64_t observed_time() const { return observed_time_; }
  // False at the block's end.
  bool next(BlockRow& row);

 private:
  [[noreturn]] void fail(const char* what) const;

  std::string_view store_;
  BlockKind kind_;
  std::string_view rest_;
  int64_t observed_time_ = INT64_MIN;
  int64_t last_time_ = 0;
};

}  // namespace weir::state
