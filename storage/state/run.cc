#include "storage/state/run.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "storage/state/codec.h"

namespace weir::state {

namespace {

constexpr size_t kRunBlockBytes = 4096;
constexpr size_t kFilterBitsPerRow = 12;
constexpr uint32_t kRunIndexBlock = UINT32_MAX;  // sorts behind the run's blocks
constexpr uint8_t kRunVersion = 1;

struct RunDirectoryEntry {
  uint32_t hash;  // low half
  uint32_t at;    // from the first row
};
struct RunRowHeader {
  int64_t time;
  uint32_t sequence;  // from the run's first
  uint32_t key_size;
  uint32_t value_size;
};
constexpr size_t kRunRowHeaderBytes = 20;  // without padding
static_assert(sizeof(RunDirectoryEntry) == 8 && offsetof(RunRowHeader, value_size) == 16);

}  // namespace

RunFilter::RunFilter(size_t rows) : count_((rows * kFilterBitsPerRow + 511) / 512) {
  lines_ = std::make_unique<Line[]>(count_);
}

// The line comes from the hash's upper bits; the bits in it from seven groups of nine bits of a remix.
void RunFilter::add(uint64_t hash) {
  Line& line = lines_[static_cast<size_t>((static_cast<unsigned __int128>(hash) * count_) >> 64)];
  uint64_t bits = hash * 0x9e3779b97f4a7c15ull;
  for (int i = 0; i < 7; ++i, bits >>= 9) line.words[(bits >> 6) & 7] |= 1ull << (bits & 63);
}

bool RunFilter::may_contain(uint64_t hash) const {
  if (count_ == 0) return false;
  const Line& line = lines_[static_cast<size_t>((static_cast<unsigned __int128>(hash) * count_) >> 64)];
  uint64_t bits = hash * 0x9e3779b97f4a7c15ull;
  for (int i = 0; i < 7; ++i, bits >>= 9) {
    if ((line.words[(bits >> 6) & 7] >> (bits & 63) & 1) == 0) return false;
  }
  return true;
}

bool RunFilter::load(std::string_view bytes) {
  if (bytes.size() % sizeof(Line) != 0) return false;
  count_ = bytes.size() / sizeof(Line);
  lines_ = std::make_unique<Line[]>(count_);
  if (!bytes.empty()) std::memcpy(lines_.get(), bytes.data(), bytes.size());
  return true;
}

std::string Run::block_key(uint64_t id, uint32_t block) {
  char key[12];
  store_big_endian(key, id);
  const uint32_t swapped = __builtin_bswap32(block);
  std::memcpy(key + 8, &swapped, sizeof swapped);
  return {key, sizeof key};
}

void Run::load_index(const Family& family) {
  rocksdb::PinnableSlice row;
  const bool found = family.get(block_key(id, kRunIndexBlock), row);
  std::string_view rest = row.ToStringView();
  uint8_t version = 0;
  uint32_t count = 0;
  if (!found || !read_fixed(rest, version) || version != kRunVersion || !read_fixed(rest, count) ||
      rest.size() < count * sizeof(BlockStart)) {
    family.database().check(rocksdb::Status::Corruption("the index of run " + std::to_string(id), family.store()),
                            "be read");
  }
  blocks.resize(count);
  if (count > 0) std::memcpy(blocks.data(), rest.data(), count * sizeof(BlockStart));
  rest.remove_prefix(count * sizeof(BlockStart));
  if (!filter.load(rest)) {
    family.database().check(rocksdb::Status::Corruption("the filter of run " + std::to_string(id), family.store()),
                            "be read");
  }
}

RunBlock::RunBlock(std::string_view bytes, uint64_t first_sequence) : first_sequence_(first_sequence) {
  if (!read_fixed(bytes, count_) || bytes.size() / sizeof(RunDirectoryEntry) < count_) {
    count_ = 0;
    damaged_ = true;
    return;
  }
  directory_ = bytes.substr(0, count_ * sizeof(RunDirectoryEntry));
  rows_ = bytes.substr(directory_.size());
}

uint32_t RunBlock::hash(uint32_t index) const {
  RunDirectoryEntry entry;
  std::memcpy(&entry, directory_.data() + index * sizeof entry, sizeof entry);
  return entry.hash;
}

bool RunBlock::read(uint32_t index, RunRow& row) const {
  RunDirectoryEntry entry;
  std::memcpy(&entry, directory_.data() + index * sizeof entry, sizeof entry);
  damaged_ = true;
  if (entry.at > rows_.size() || rows_.size() - entry.at < kRunRowHeaderBytes) return false;
  std::string_view rest = rows_.substr(entry.at);
  RunRowHeader header;
  std::memcpy(&header, rest.data(), kRunRowHeaderBytes);
  rest.remove_prefix(kRunRowHeaderBytes);
  if (rest.size() < header.key_size || rest.size() - header.key_size < header.value_size) return false;
  damaged_ = false;
  row.sequence = first_sequence_ + header.sequence;
  row.time = header.time;
  row.key = rest.substr(0, header.key_size);
  row.value = rest.substr(header.key_size, header.value_size);
  return true;
}

RunWriter::RunWriter(CheckpointWriter& checkpoint, uint64_t id, uint64_t first_sequence, uint64_t end_sequence,
                     size_t most_rows)
    : checkpoint_(checkpoint), run_(std::make_unique<Run>()) {
  run_->id = id;
  run_->first_sequence = first_sequence;
  run_->end_sequence = end_sequence;
  run_->filter = RunFilter(most_rows);
  checkpoint_.next_file();
}

void RunWriter::add(uint64_t hash, uint64_t sequence, int64_t time, std::string_view key, std::string_view value) {
  const size_t bytes = sizeof(RunDirectoryEntry) + kRunRowHeaderBytes + key.size() + value.size();
  if (!directory_.empty() && directory_.size() + rows_.size() + bytes > kRunBlockBytes) flush();
  if (directory_.empty()) run_->blocks.push_back({hash, time});
  append_fixed(directory_, RunDirectoryEntry{static_cast<uint32_t>(hash), static_cast<uint32_t>(rows_.size())});
  const RunRowHeader header{time, static_cast<uint32_t>(sequence - run_->first_sequence),
                            static_cast<uint32_t>(key.size()), static_cast<uint32_t>(value.size())};
  rows_.append(reinterpret_cast<const char*>(&header), kRunRowHeaderBytes);
  rows_.append(key);
  rows_.append(value);
  run_->filter.add(hash);
  run_->min_time = std::min(run_->min_time, time);
  run_->max_time = std::max(run_->max_time, time);
  run_->bytes += bytes;
  ++run_->rows;
}

void RunWriter::flush() {
  block_.clear();
  append_fixed(block_, static_cast<uint32_t>(directory_.size() / sizeof(RunDirectoryEntry)));
  block_.append(directory_).append(rows_);
  checkpoint_.put(Run::block_key(run_->id, static_cast<uint32_t>(run_->blocks.size() - 1)), block_);
  directory_.clear();
  rows_.clear();
}

std::unique_ptr<Run> RunWriter::finish() {
  if (!directory_.empty()) flush();
  std::string index;
  append_fixed(index, kRunVersion);
  append_fixed(index, static_cast<uint32_t>(run_->blocks.size()));
  index.append(reinterpret_cast<const char*>(run_->blocks.data()), run_->blocks.size() * sizeof(Run::BlockStart));
  index.append(run_->filter.bytes());
  checkpoint_.put(Run::block_key(run_->id, kRunIndexBlock), index);
  checkpoint_.next_file();
  run_->blocks.shrink_to_fit();
  return std::move(run_);
}

}  // namespace weir::state
