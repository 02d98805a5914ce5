// A block: consecutive records of one partition in their stored encoding (docs/formats.md, "Embedded log"). Made by a
// BlockBuilder or unpacked from the store; immutable once published, shared by the store, the cache of recent blocks
// and whoever holds records that point into it. Any thread may read it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace weir::log {

// Bytes of a block that don't decode. Whoever knows the topic turns it into LogError::kCorrupt.
class BlockDamage : public std::runtime_error {
 public:
  BlockDamage(int64_t base_offset, const std::string& reason) : std::runtime_error(reason), base_offset_(base_offset) {}
  int64_t base_offset() const { return base_offset_; }

 private:
  int64_t base_offset_;
};

struct OwnedBytes {
  std::unique_ptr<char[]> data;
  size_t size = 0;
  std::string_view view() const { return {data.get(), size}; }
};

class Block {
 public:
  struct Header {
    uint32_t records = 0;
    uint32_t span = 0;  // offsets that the block covers; more than `records` where compaction removed some
    int64_t max_timestamp = 0;
    bool sparse = false;                    // each record carries its distance from the one before
    std::optional<int64_t> delete_horizon;  // wall clock from which compaction may drop the block's tombstones
  };

  Block(const Header& header, OwnedBytes payload) : header_(header), payload_(std::move(payload)) {}

  // Decodes stored bytes. Throws BlockDamage.
  static std::shared_ptr<const Block> unpack(int64_t base_offset, std::string_view stored);
  // The stored bytes: header and payload, compressed where that makes it smaller.
  OwnedBytes pack() const;

  // Offsets are known at commit only. Call before the block is shared.
  void set_base_offset(int64_t offset) { base_offset_ = offset; }

  int64_t base_offset() const { return base_offset_; }
  int64_t end_offset() const { return base_offset_ + header_.span; }
  const Header& header() const { return header_; }
  std::string_view payload() const { return payload_.view(); }
  // What it costs to keep the block in memory.
  size_t memory_bytes() const { return payload_.size + sizeof(Block) + 64; }

 private:
  int64_t base_offset_ = 0;
  Header header_;
  OwnedBytes payload_;
};

}  // namespace weir::log
