#include "storage/log/partition_maintenance.h"

#include <algorithm>
#include <charconv>

#include "storage/log/block_cursor.h"
#include "storage/log/block_rewriter.h"

namespace weir::log {

namespace {

constexpr int64_t kDefaultDeleteRetentionMs = int64_t{24} * 60 * 60 * 1000;
constexpr double kDefaultDirtyRatio = 0.5;
constexpr size_t kOffsetMapBytes = 32u << 20;
constexpr size_t kUntouchedBlockBytes = 64u << 10;  // payloads of this size need no merging
constexpr uint64_t kSmallBlockBytes = 16u << 10;
constexpr uint64_t kMergedBytes = 128u << 10;
constexpr size_t kMinMerged = 8;  // fewer blocks aren't worth a rewrite

template <typename Number>
Number topic_setting(const TopicConfig& config, const std::string& name, Number otherwise) {
  const auto found = config.extra.find(name);
  if (found == config.extra.end()) return otherwise;
  Number value{};
  const char* const end = found->second.data() + found->second.size();
  const auto [at, error] = std::from_chars(found->second.data(), end, value);
  return error == std::errc() && at == end ? value : otherwise;
}

}  // namespace

void PartitionMaintenance::run() {
  apply_retention();
  if (config_.cleanup == Cleanup::kDelete) {
    merge_small_blocks();
  } else {
    compact();
  }
}

std::vector<BlockInfo> PartitionMaintenance::list_blocks(int64_t from) const {
  std::vector<BlockInfo> blocks;
  log_.scan_blocks(partition_, from, [&](const BlockInfo& info) {
    blocks.push_back(info);
    return true;
  });
  return blocks;
}

void PartitionMaintenance::apply_retention() {
  if (config_.cleanup == Cleanup::kCompact) return;
  const bool by_time = config_.retention_ms >= 0;
  const bool by_size = config_.retention_bytes >= 0;
  if (!by_time && !by_size) return;
  const int64_t old_begin = partition_.begin();
  uint64_t excess = 0;
  if (by_size) {
    uint64_t total = 0;
    log_.scan_blocks(partition_, old_begin, [&](const BlockInfo& info) {
      total += info.stored_bytes;
      return true;
    });
    const auto limit = static_cast<uint64_t>(config_.retention_bytes);
    excess = total > limit ? total - limit : 0;
  }
  StoreBatch batch;
  PartitionState state = partition_.maintenance_state();
  log_.scan_blocks(partition_, old_begin, [&](const BlockInfo& info) {
    const bool expired = by_time && info.max_timestamp < now_ - config_.retention_ms;
    // As in Kafka, whole blocks go as long as at least the limit stays.
    const bool oversize = info.stored_bytes <= excess;
    if (!expired && !oversize) return false;
    excess -= std::min(excess, info.stored_bytes);
    batch.add(StoreBatch::DeleteBlock{partition_.id(), info.base, info.stored_bytes});
    state.begin = info.end;
    return true;
  });
  if (batch.empty()) return;
  batch.add(StoreBatch::PutMeta{partition_state_key(partition_.id()), encode_partition_state(state)});
  // Readers look at the start when they don't find a block: it has to move first.
  partition_.set_begin(state.begin);
  try {
    if (log_.write_maintenance(partition_, batch)) partition_.maintenance_state() = state;
  } catch (...) {
    partition_.set_begin(old_begin);
    throw;
  }
}

void PartitionMaintenance::compact() {
  const std::vector<BlockInfo> blocks = list_blocks(partition_.begin());
  const size_t count = compactable(blocks);
  if (!worth_compacting(blocks, count)) return;
  OffsetMap latest(kOffsetMapBytes);
  const size_t covered = collect_latest(blocks, count, latest);
  if (covered == 0) return;
  PartitionState state = partition_.maintenance_state();
  state.clean_until = blocks[covered - 1].end;
  state.next_horizon = rewrite(blocks, covered, latest);
  if (log_.stopping()) return;
  StoreBatch batch;
  batch.add(StoreBatch::PutMeta{partition_state_key(partition_.id()), encode_partition_state(state)});
  if (log_.write_maintenance(partition_, batch)) partition_.maintenance_state() = state;
}

size_t PartitionMaintenance::compactable(const std::vector<BlockInfo>& blocks) const {
  if (blocks.empty()) return 0;
  // The last block stays: it tells where the partition ends.
  size_t count = blocks.size() - 1;
  const auto lag = topic_setting<int64_t>(config_, "min.compaction.lag.ms", 0);
  if (lag > 0) {
    const auto young = std::find_if(blocks.begin(), blocks.end(), [&](const BlockInfo& info) {
      return info.base >= partition_.maintenance_state().clean_until && info.max_timestamp > now_ - lag;
    });
    count = std::min(count, static_cast<size_t>(young - blocks.begin()));
  }
  return count;
}

bool PartitionMaintenance::worth_compacting(const std::vector<BlockInfo>& blocks, size_t count) const {
  const PartitionState& state = partition_.maintenance_state();
  uint64_t clean = 0;
  uint64_t dirty = 0;
  for (size_t i = 0; i < count; ++i) (blocks[i].base < state.clean_until ? clean : dirty) += blocks[i].stored_bytes;
  if (clean + dirty == 0) return false;
  if (clean > 0 && state.next_horizon <= now_) return true;
  const double ratio = static_cast<double>(dirty) / static_cast<double>(clean + dirty);
  return dirty > 0 && ratio >= topic_setting<double>(config_, "min.cleanable.dirty.ratio", kDefaultDirtyRatio);
}

size_t PartitionMaintenance::collect_latest(const std::vector<BlockInfo>& blocks, size_t count,
                                            OffsetMap& latest) const {
  size_t covered = 0;
  while (covered < count && blocks[covered].base < partition_.maintenance_state().clean_until) ++covered;
  if (covered == count) return covered;
  log_.read_blocks(partition_, blocks[covered].base, [&](std::shared_ptr<const Block> block) {
    if (covered == count || block->base_offset() != blocks[covered].base || log_.stopping()) return false;
    const int64_t base = block->base_offset();
    BlockCursor cursor(std::move(block));
    HeaderArena headers;
    RecordView record;
    try {
      while (cursor.next(record, headers)) {
        // Full: this pass ends before the block. That some of its keys are in the map does no harm.
        if (record.key && !latest.put(*record.key, record.offset)) return false;
      }
    } catch (const BlockDamage& damage) {
      log_.throw_corrupt(partition_.name(), base, damage.what());
    }
    ++covered;
    return true;
  });
  return covered;
}

int64_t PartitionMaintenance::rewrite(const std::vector<BlockInfo>& blocks, size_t count, const OffsetMap& latest) {
  const auto delete_retention = topic_setting<int64_t>(config_, "delete.retention.ms", kDefaultDeleteRetentionMs);
  int64_t next_horizon = PartitionState::kNever;
  BlockRewriter rewriter(log_, partition_);
  std::vector<RecordView> kept;
  size_t next = 0;
  log_.read_blocks(partition_, blocks.front().base, [&](const std::shared_ptr<const Block>& block) {
    if (next == count || block->base_offset() != blocks[next].base || log_.stopping() || rewriter.gone()) return false;
    const Block::Header& header = block->header();
    const bool drop_tombstones = header.delete_horizon && *header.delete_horizon <= now_;
    bool tombstones = false;
    kept.clear();
    BlockCursor cursor(block);
    HeaderArena headers;
    RecordView record;
    try {
      while (cursor.next(record, headers)) {
        if (record.key && latest.latest(*record.key) > record.offset) continue;
        if (!record.value && drop_tombstones) continue;
        tombstones = tombstones || !record.value;
        kept.push_back(record);
      }
    } catch (const BlockDamage& damage) {
      log_.throw_corrupt(partition_.name(), block->base_offset(), damage.what());
    }
    std::optional<int64_t> horizon;
    if (tombstones) horizon = header.delete_horizon.value_or(now_ + delete_retention);
    if (horizon) next_horizon = std::min(next_horizon, *horizon);
    const bool changed = kept.size() != header.records || horizon != header.delete_horizon;
    if (!changed && block->payload().size() >= kUntouchedBlockBytes) {
      rewriter.flush();
    } else {
      rewriter.replace(blocks[next], kept, changed, horizon);
    }
    ++next;
    return true;
  });
  rewriter.flush();
  return next_horizon;
}

void PartitionMaintenance::merge_small_blocks() {
  int64_t& merged_until = partition_.merged_until();
  const std::vector<BlockInfo> blocks = list_blocks(std::max(merged_until, partition_.begin()));
  size_t start = 0;
  uint64_t bytes = 0;
  for (size_t i = 0; i + 1 < blocks.size() && !log_.stopping(); ++i) {
    const bool small = blocks[i].stored_bytes < kSmallBlockBytes;
    if (small) bytes += blocks[i].stored_bytes;
    if (small && bytes < kMergedBytes) continue;
    const size_t end = small ? i + 1 : i;
    if (end - start >= kMinMerged) {
      BlockRewriter rewriter(log_, partition_);
      std::vector<RecordView> kept;
      size_t next = start;
      log_.read_blocks(partition_, blocks[start].base, [&](const std::shared_ptr<const Block>& block) {
        if (next == end || block->base_offset() != blocks[next].base || rewriter.gone()) return false;
        kept.clear();
        BlockCursor cursor(block);
        HeaderArena headers;
        try {
          while (!cursor.done()) cursor.next(kept.emplace_back(), headers);
        } catch (const BlockDamage& damage) {
          log_.throw_corrupt(partition_.name(), block->base_offset(), damage.what());
        }
        rewriter.replace(blocks[next++], kept, /*changed=*/false, std::nullopt);
        return true;
      });
      rewriter.flush();
    }
    start = i + 1;
    bytes = 0;
    merged_until = blocks[i].end;
  }
}

}  // namespace weir::log
