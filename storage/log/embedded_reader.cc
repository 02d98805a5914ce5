#include "storage/log/embedded_reader.h"

#include <algorithm>

namespace weir::log {

namespace {

// Bounds what one poll returns of a partition and what a reader holds in memory for it.
constexpr size_t kFetchBytes = 1u << 20;
constexpr size_t kReserveRecords = 2048;
constexpr size_t kReadAheadBlocks = 4096;
constexpr std::chrono::hours kLongestWait{24};

}  // namespace

EmbeddedReader::~EmbeddedReader() {
  for (auto& [name, assignment] : assignments_) assignment.partition->remove_waiter(&signal_);
}

void EmbeddedReader::assign(const TopicPartition& name, int64_t offset) {
  Assignment fresh;
  fresh.partition = log_.find_partition(name.topic, name.partition);
  fresh.end_seen = fresh.partition->end();
  fresh.position = offset == kLatest ? fresh.end_seen : std::max(offset, fresh.partition->begin());
  unassign(name);
  fresh.partition->add_waiter(&signal_);
  assignments_.emplace(name, std::move(fresh));
}

void EmbeddedReader::unassign(const TopicPartition& name) {
  const auto found = assignments_.find(name);
  if (found == assignments_.end()) return;
  found->second.partition->remove_waiter(&signal_);
  assignments_.erase(found);
}

void EmbeddedReader::pause(const TopicPartition& name) {
  const auto found = assignments_.find(name);
  if (found == assignments_.end() || found->second.paused) return;
  found->second.paused = true;
  found->second.partition->remove_waiter(&signal_);  // no wakeups for what isn't wanted
}

void EmbeddedReader::resume(const TopicPartition& name) {
  const auto found = assignments_.find(name);
  if (found == assignments_.end() || !found->second.paused) return;
  found->second.paused = false;
  found->second.partition->add_waiter(&signal_);
}

bool EmbeddedReader::at_end(const TopicPartition& name) const {
  const auto found = assignments_.find(name);
  if (found == assignments_.end()) return true;
  const Assignment& from = found->second;
  return from.position >= from.end_seen || from.partition->deleted();
}

std::vector<FetchedRecords> EmbeddedReader::poll(std::chrono::milliseconds timeout, size_t max_records) {
  const auto wait = std::min<std::chrono::milliseconds>(timeout, kLongestWait);
  const auto deadline = std::chrono::steady_clock::now() + wait;
  while (true) {
    signal_.clear_data();
    std::vector<FetchedRecords> fetched = fetch_all(max_records);
    if (signal_.take_wakeup() || !fetched.empty()) return fetched;
    if (!signal_.wait_until(deadline)) {
      signal_.take_wakeup();
      return {};
    }
  }
}

std::vector<FetchedRecords> EmbeddedReader::fetch_all(size_t max_records) {
  std::vector<FetchedRecords> all;
  for (auto& [name, from] : assignments_) {
    from.end_seen = from.partition->end();
    if (from.partition->deleted()) continue;
    if (from.position < from.partition->begin()) {
      from.position = from.partition->begin();
      from.cursor = {};
      from.ahead.clear();
    }
    if (from.paused || from.position >= from.end_seen) continue;
    FetchedRecords fetched = fetch(from, max_records);
    if (!fetched.records.empty()) all.push_back(std::move(fetched));
  }
  return all;
}

FetchedRecords EmbeddedReader::fetch(Assignment& from, size_t max_records) {
  FetchedRecords out;
  out.source = from.partition->name();
  std::shared_ptr<HeaderArena> headers = std::make_shared<HeaderArena>();
  const auto known = static_cast<size_t>(from.end_seen - from.position);
  out.records.reserve(std::min({max_records, known, kReserveRecords}));
  size_t bytes = 0;
  while (out.records.size() < max_records && bytes < kFetchBytes && from.position < from.end_seen) {
    if (from.cursor.done() && !next_block(from)) break;
    const std::shared_ptr<const Block>& block = from.cursor.block();
    out.memory.push_back(block);
    bytes += block->payload().size();
    try {
      while (out.records.size() < max_records && !from.cursor.done()) {
        RecordView& record = out.records.emplace_back();
        from.cursor.next(record, *headers);
        if (record.offset < from.position) out.records.pop_back();
      }
    } catch (const BlockDamage& damage) {
      log_.throw_corrupt(from.partition->name(), damage.base_offset(), damage.what());
    }
    if (from.cursor.done()) {
      from.position = block->end_offset();
      from.cursor = {};
    } else {
      from.position = out.records.back().offset + 1;
    }
  }
  if (!headers->empty()) out.memory.push_back(std::move(headers));
  return out;
}

bool EmbeddedReader::next_block(Assignment& from) {
  while (true) {
    while (!from.ahead.empty()) {
      std::shared_ptr<const Block> block = from.ahead.pop_front();
      if (block->end_offset() <= from.position) continue;
      from.cursor = BlockCursor(std::move(block));
      return true;
    }
    from.partition->recent_blocks(from.position, kFetchBytes, from.ahead);
    if (from.ahead.empty()) read_ahead(from);
    if (from.ahead.empty()) {
      // Gone since the poll began: the next poll sees the new start. Otherwise the store has lost them.
      if (from.partition->deleted() || from.position < from.partition->begin()) return false;
      log_.throw_corrupt(from.partition->name(), from.position,
                         "it and what follows, up to offset " + std::to_string(from.end_seen) + ", is missing");
    }
  }
}

void EmbeddedReader::read_ahead(Assignment& from) {
  size_t bytes = 0;
  log_.read_blocks(*from.partition, from.position, [&](std::shared_ptr<const Block> block) {
    if (block->base_offset() >= from.end_seen) return false;  // written but not committed to readers yet
    bytes += block->memory_bytes();
    from.ahead.push_back(std::move(block));
    return bytes < kFetchBytes && from.ahead.size() < kReadAheadBlocks;
  });
}

}  // namespace weir::log
