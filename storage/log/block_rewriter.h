// Replaces runs of old blocks by larger ones that hold the records that stay, at their offsets. Used by maintenance;
// one thread. Each replacement is one write, so that a reader sees either the old blocks or the new one.
#pragma once

#include <optional>
#include <vector>

#include "storage/log/block_builder.h"
#include "storage/log/embedded_log.h"

namespace weir::log {

class BlockRewriter {
 public:
  BlockRewriter(EmbeddedLog& log, const EmbeddedPartition& partition) : log_(log), partition_(partition) {}

  // The next block to replace, which follows those before it; `kept` are the records that stay. `changed` tells whether
  // the block differs from what is stored, `horizon` from when its tombstones may go. Blocks that wait are written once
  // they are large enough.
  void replace(const BlockInfo& old, const std::vector<RecordView>& kept, bool changed, std::optional<int64_t> horizon);
  // Writes what waits. Call it before a block that stays as it is, and at the end.
  void flush();
  // The topic was deleted meanwhile.
  bool gone() const { return gone_; }

 private:
  EmbeddedLog& log_;
  const EmbeddedPartition& partition_;
  std::vector<BlockInfo> replaced_;
  BlockBuilder builder_;
  int64_t base_ = 0;
  bool changed_ = false;
  bool gone_ = false;
  std::optional<int64_t> horizon_;
};

}  // namespace weir::log
