#include "storage/log/memory_block_store.h"

#include <mutex>

namespace weir::log {

namespace {

BlockInfo memory_block_info(const Block& block) {
  return {block.base_offset(), block.end_offset(), block.header().records, block.payload().size(),
          block.header().max_timestamp};
}

}  // namespace

void MemoryBlockStore::write(const StoreBatch& batch) {
  const std::lock_guard lock(mutex_);
  for (const StoreBatch::Change& change : batch.changes()) {
    if (const auto* put = std::get_if<StoreBatch::PutBlock>(&change)) {
      blocks_[put->partition].insert_or_assign(put->block->base_offset(), put->block);
    } else if (const auto* erase = std::get_if<StoreBatch::DeleteBlock>(&change)) {
      blocks_[erase->partition].erase(erase->base);
    } else if (const auto* drop = std::get_if<StoreBatch::DeletePartition>(&change)) {
      blocks_.erase(drop->partition);
    } else if (const auto* meta = std::get_if<StoreBatch::PutMeta>(&change)) {
      meta_.insert_or_assign(meta->key, meta->value);
    } else if (const auto* gone = std::get_if<StoreBatch::DeleteMeta>(&change)) {
      meta_.erase(gone->key);
    }
  }
}

std::shared_ptr<const Block> MemoryBlockStore::find(PartitionId partition, int64_t offset) const {
  const std::shared_lock lock(mutex_);
  const auto found = blocks_.find(partition);
  if (found == blocks_.end()) return nullptr;
  const Blocks& blocks = found->second;
  auto next = blocks.upper_bound(offset);
  if (next != blocks.begin() && std::prev(next)->second->end_offset() > offset) --next;
  return next == blocks.end() ? nullptr : next->second;
}

void MemoryBlockStore::read_blocks(PartitionId partition, int64_t offset, const BlockVisitor& visit) const {
  // Visitors run outside the lock; each block is looked up anew, since maintenance may have changed the map.
  while (auto block = find(partition, offset)) {
    offset = block->end_offset();
    if (!visit(std::move(block))) return;
  }
}

void MemoryBlockStore::scan_blocks(PartitionId partition, int64_t offset, const InfoVisitor& visit) const {
  read_blocks(partition, offset,
              [&](const std::shared_ptr<const Block>& block) { return visit(memory_block_info(*block)); });
}

void MemoryBlockStore::last_blocks(std::span<const PartitionId> partitions, const LastVisitor& visit) const {
  const std::shared_lock lock(mutex_);
  for (size_t i = 0; i < partitions.size(); ++i) {
    const auto found = blocks_.find(partitions[i]);
    if (found != blocks_.end() && !found->second.empty()) visit(i, memory_block_info(*found->second.rbegin()->second));
  }
}

std::optional<std::string> MemoryBlockStore::get_meta(std::string_view key) const {
  const std::shared_lock lock(mutex_);
  const auto found = meta_.find(key);
  if (found == meta_.end()) return std::nullopt;
  return found->second;
}

void MemoryBlockStore::scan_meta(std::string_view prefix, const MetaVisitor& visit) const {
  std::map<std::string, std::string, std::less<>> hits;
  {
    const std::shared_lock lock(mutex_);
    for (auto it = meta_.lower_bound(prefix); it != meta_.end() && it->first.starts_with(prefix); ++it)
      hits.insert(*it);
  }
  for (const auto& [key, value] : hits) visit(key, value);
}

}  // namespace weir::log
