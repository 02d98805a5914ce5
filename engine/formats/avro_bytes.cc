#include "engine/formats/avro_bytes.h"

namespace weir {
namespace {

constexpr size_t kAvroInt128Bytes = 16;

// The fewest bytes of two's complement that hold the value.
size_t avro_decimal_bytes(Int128 unscaled) {
  size_t bytes = 1;
  while (bytes < kAvroInt128Bytes && (unscaled >> (8 * bytes - 1)) != 0 && (unscaled >> (8 * bytes - 1)) != -1) ++bytes;
  return bytes;
}

void append_avro_big_endian(TextBuffer& out, Int128 value, size_t bytes) {
  char* to = out.room(bytes);
  for (size_t left = bytes; left > 0; --left) {
    // What is beyond the value repeats its sign.
    *to++ =
        static_cast<char>(left > kAvroInt128Bytes ? (value < 0 ? -1 : 0) : static_cast<int>(value >> (8 * (left - 1))));
  }
  out.advance_to(to);
}

}  // namespace

bool AvroCursor::read_long_of_several_bytes(int64_t& value) {
  uint64_t bits = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (at_ == end_) return cut_off();
    const auto byte = static_cast<uint8_t>(*at_++);
    bits |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      if (shift == 63 && byte > 1) break;
      value = unzigzag(bits);
      return true;
    }
  }
  return fail("a number takes more than 64 bits");
}

bool AvroCursor::read_block(bool empty_items, uint64_t& count, uint64_t& bytes) {
  int64_t items, size = 0;
  if (!read_long(items)) return false;
  if (items < 0) {
    if (!read_long(size)) return false;
    if (size < 0 || static_cast<uint64_t>(size) > left())
      return fail("a block is larger than what is left of the record");
    if (items == INT64_MIN) return fail("a block has more items than can be");
    items = -items;
  }
  count = static_cast<uint64_t>(items);
  bytes = static_cast<uint64_t>(size);
  if (!empty_items && count > left()) return fail("a block has more items than there are bytes left");
  return true;
}

void append_avro_decimal(TextBuffer& out, Int128 unscaled) {
  const size_t bytes = avro_decimal_bytes(unscaled);
  append_avro_long(out, static_cast<int64_t>(bytes));
  append_avro_big_endian(out, unscaled, bytes);
}

bool append_avro_fixed_decimal(TextBuffer& out, Int128 unscaled, size_t size) {
  if (avro_decimal_bytes(unscaled) > size) return false;
  append_avro_big_endian(out, unscaled, size);
  return true;
}

}  // namespace weir
