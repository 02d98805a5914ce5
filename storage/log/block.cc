#include "storage/log/block.h"

#include <lz4.h>

#include <cstring>
#include "storage/log/fixed_width.h"

namespace weir::log {

namespace {

constexpr char kBlockVersion = 1;
constexpr unsigned char kFlagLz4 = 1;
constexpr unsigned char kFlagSparse = 2;
constexpr unsigned char kFlagDeleteHorizon = 4;
constexpr size_t kBlockHeaderBytes = 22;
constexpr size_t kHorizonBytes = 8;
constexpr size_t kMinCompressBytes = 512;
// LZ4's speed-up step. On JSON, 4 costs the least CPU in total: more leaves more bytes for everything that comes after.
constexpr int kLz4Acceleration = 4;
constexpr size_t kMaxLz4Ratio = 255;

}  // namespace

OwnedBytes Block::pack() const {
  const size_t head = kBlockHeaderBytes + (header_.delete_horizon ? kHorizonBytes : 0);
  const size_t raw = payload_.size;
  const bool try_lz4 = raw >= kMinCompressBytes && raw <= LZ4_MAX_INPUT_SIZE;
  // Compressed bytes must save something, so the raw size is room enough for both.
  OwnedBytes stored{std::make_unique_for_overwrite<char[]>(head + raw), head + raw};
  char* out = stored.data.get();
  unsigned char flags = 0;
  if (try_lz4) {
    const int room = static_cast<int>(raw - raw / 16);
    const int size = LZ4_compress_fast(payload_.data.get(), out + head, static_cast<int>(raw), room, kLz4Acceleration);
    if (size > 0) {
      flags |= kFlagLz4;
      stored.size = head + static_cast<size_t>(size);
    }
  }
  if (!(flags & kFlagLz4) && raw > 0) std::memcpy(out + head, payload_.data.get(), raw);
  if (header_.sparse) flags |= kFlagSparse;
  if (header_.delete_horizon) flags |= kFlagDeleteHorizon;
  out[0] = kBlockVersion;
  out[1] = static_cast<char>(flags);
  put_little<uint32_t>(out + 2, header_.records);
  put_little<uint32_t>(out + 6, header_.span);
  put_little<int64_t>(out + 10, header_.max_timestamp);
  put_little<uint32_t>(out + 18, static_cast<uint32_t>(raw));
  if (header_.delete_horizon) put_little<int64_t>(out + kBlockHeaderBytes, *header_.delete_horizon);
  return stored;
}

std::shared_ptr<const Block> Block::unpack(int64_t base_offset, std::string_view stored) {
  if (stored.size() < kBlockHeaderBytes) throw BlockDamage(base_offset, "it is shorter than a block's header");
  const char* in = stored.data();
  if (in[0] != kBlockVersion) {
    throw BlockDamage(base_offset, "its format version is " + std::to_string(static_cast<unsigned char>(in[0])) +
                                       ", this program reads version " + std::to_string(kBlockVersion));
  }
  const auto flags = static_cast<unsigned char>(in[1]);
  if (flags & ~(kFlagLz4 | kFlagSparse | kFlagDeleteHorizon)) throw BlockDamage(base_offset, "it has unknown flags");
  Header header;
  header.records = get_little<uint32_t>(in + 2);
  header.span = get_little<uint32_t>(in + 6);
  header.max_timestamp = get_little<int64_t>(in + 10);
  header.sparse = flags & kFlagSparse;
  const size_t raw = get_little<uint32_t>(in + 18);
  size_t head = kBlockHeaderBytes;
  if (flags & kFlagDeleteHorizon) {
    head += kHorizonBytes;
    if (stored.size() < head) throw BlockDamage(base_offset, "it is shorter than a block's header");
    header.delete_horizon = get_little<int64_t>(in + kBlockHeaderBytes);
  }
  if (header.records == 0 || header.span < header.records || (!header.sparse && header.span != header.records)) {
    throw BlockDamage(base_offset, "its record count and its offsets disagree");
  }
  const size_t body = stored.size() - head;
  // The claimed size comes from outside: check that the bytes can be that much before allocating.
  if (flags & kFlagLz4 ? raw / kMaxLz4Ratio > body || raw > LZ4_MAX_INPUT_SIZE : raw != body) {
    throw BlockDamage(base_offset, "its payload has the wrong length");
  }
  OwnedBytes payload{std::make_unique_for_overwrite<char[]>(raw), raw};
  if (flags & kFlagLz4) {
    const int size = LZ4_decompress_safe(in + head, payload.data.get(), static_cast<int>(body), static_cast<int>(raw));
    if (size < 0 || static_cast<size_t>(size) != raw) throw BlockDamage(base_offset, "its payload doesn't decompress");
  } else if (raw > 0) {
    std::memcpy(payload.data.get(), in + head, raw);
  }
  auto block = std::make_shared<Block>(header, std::move(payload));
  block->set_base_offset(base_offset);
  return block;
}

}  // namespace weir::log
