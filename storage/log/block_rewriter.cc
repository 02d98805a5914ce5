#include "storage/log/block_rewriter.h"

#include <algorithm>

namespace weir::log {

namespace {

constexpr size_t kRewrittenBlockBytes = 256u << 10;
constexpr int64_t kMaxBlockSpan = int64_t{1} << 31;

}  // namespace

void BlockRewriter::replace(const BlockInfo& old, const std::vector<RecordView>& kept, bool changed,
                            std::optional<int64_t> horizon) {
  if (!replaced_.empty() && old.end - base_ > kMaxBlockSpan) flush();
  if (replaced_.empty()) {
    base_ = old.base;
    changed_ = false;
    horizon_.reset();
  }
  replaced_.push_back(old);
  changed_ = changed_ || changed;
  // The later one: a tombstone may stay longer than it needs to.
  if (horizon) horizon_ = std::max(horizon_.value_or(*horizon), *horizon);
  for (const RecordView& record : kept) builder_.append_sparse(record, base_);
  if (builder_.bytes() >= kRewrittenBlockBytes) flush();
}

void BlockRewriter::flush() {
  if (!replaced_.empty() && (changed_ || replaced_.size() > 1)) {
    StoreBatch batch;
    for (const BlockInfo& old : replaced_) {
      batch.add(StoreBatch::DeleteBlock{partition_.id(), old.base, old.stored_bytes});
    }
    OwnedBytes packed;
    if (!builder_.empty()) {
      const std::shared_ptr<const Block> block = builder_.finish_sparse(replaced_.back().end, horizon_);
      packed = log_.pack(*block);
      batch.add(StoreBatch::PutBlock{partition_.id(), block, packed.view()});
    }
    if (!log_.write_maintenance(partition_, batch)) gone_ = true;
  }
  builder_.clear();
  replaced_.clear();
}

}  // namespace weir::log
