#include "storage/state/changelog_block.h"

#include <algorithm>
#include <cstring>

#include "storage/state/codec.h"
#include "storage/varint.h"

namespace weir::state {

namespace {
constexpr uint8_t kBlockVersion = 1;
}

void BlockWriter::start(BlockKind kind, int64_t observed_time, const Emit& emit) {
  kind_ = kind;
  observed_time_ = observed_time;
  emit_ = &emit;
  rows_ = blocks_ = size_ = 0;
  begin_block();
}

void BlockWriter::begin_block() {
  if (buffer_.size() < 64) buffer_.resize(4096);
  buffer_[0] = static_cast<char>(kBlockVersion);
  buffer_[1] = static_cast<char>(kind_);
  std::memcpy(buffer_.data() + 2, &observed_time_, sizeof observed_time_);
  size_ = 2 + sizeof observed_time_;
  rows_ = 0;
  last_time_ = 0;
  max_time_ = INT64_MIN;
}

void BlockWriter::add(int64_t time, int64_t start, std::string_view key, uint64_t value_mark,
                      const std::optional<std::string_view>& value) {
  const size_t value_size = value ? value->size() : 0;
  const size_t most = 4 * kMaxVarintBytes + key.size() + value_size;
  if (size_ + most > kBlockBytes && rows_ > 0) {
    flush();
    begin_block();
  }
  if (size_ + most > buffer_.size()) buffer_.resize(std::max(std::min(buffer_.size() * 2, kBlockBytes), size_ + most));
  char* out = buffer_.data() + size_;
  // Differences of times wrap around, here and in the reader, so that every pair of times has one.
  out = put_varint(out, zigzag(static_cast<int64_t>(static_cast<uint64_t>(time) - static_cast<uint64_t>(last_time_))));
  if (kind_ == BlockKind::kSession) {
    out = put_varint(out, zigzag(static_cast<int64_t>(static_cast<uint64_t>(time) - static_cast<uint64_t>(start))));
  }
  out = put_varint(out, key.size());
  out = put_varint(out, value_mark);
  if (!key.empty()) std::memcpy(out, key.data(), key.size());
  out += key.size();
  if (value_size != 0) std::memcpy(out, value->data(), value_size);
  out += value_size;
  size_ = static_cast<size_t>(out - buffer_.data());
  last_time_ = time;
  max_time_ = std::max(max_time_, time);
  ++rows_;
}

void BlockWriter::finish() {
  if (rows_ > 0 || blocks_ == 0) flush();
  emit_ = nullptr;
}

void BlockWriter::flush() {
  // The record's timestamp is its latest row's, so that retention by time never takes a row too early.
  const int64_t timestamp = rows_ > 0 ? max_time_ : observed_time_;
  (*emit_)(ChangelogRecord{{}, std::string_view(buffer_.data(), size_), std::max<int64_t>(timestamp, 0)});
  ++blocks_;
}

void BlockWriter::release() { buffer_ = {}; }

BlockReader::BlockReader(std::string_view store, BlockKind kind, std::string_view block)
    : store_(store), kind_(kind), rest_(block) {
  uint8_t version = 0;
  uint8_t found = 0;
  if (!read_fixed(rest_, version) || !read_fixed(rest_, found) || !read_fixed(rest_, observed_time_)) {
    fail("is cut off");
  }
  if (version != kBlockVersion) fail("has an unknown version");
  if (found != static_cast<uint8_t>(kind)) fail("belongs to another kind of store");
}

bool BlockReader::next(BlockRow& row) {
  if (rest_.empty()) return false;
  uint64_t number = 0;
  if (!read_varint(rest_, number)) fail("is cut off");
  row.time = static_cast<int64_t>(static_cast<uint64_t>(last_time_) + static_cast<uint64_t>(unzigzag(number)));
  last_time_ = row.time;
  if (kind_ == BlockKind::kSession) {
    if (!read_varint(rest_, number)) fail("is cut off");
    row.start = static_cast<int64_t>(static_cast<uint64_t>(row.time) - static_cast<uint64_t>(unzigzag(number)));
  }
  uint64_t key_size = 0;
  uint64_t mark = 0;
  if (!read_varint(rest_, key_size) || !read_varint(rest_, mark)) fail("is cut off");
  const uint64_t value_size = mark == 0 ? 0 : mark - 1;
  if (key_size > rest_.size() || value_size > rest_.size() - key_size) fail("is cut off");
  row.key = rest_.substr(0, key_size);
  row.value = mark == 0 ? std::nullopt : std::optional(rest_.substr(key_size, value_size));
  rest_.remove_prefix(key_size + value_size);
  return true;
}

void BlockReader::fail(const char* what) const {
  throw StateError(
      "A changelog record of store '" + std::string(store_) + "' " + what +
      ": it was not written by this version of Weir, or the changelog topic is damaged or used by something else.");
}

}  // namespace weir::state
