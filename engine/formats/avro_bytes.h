// Avro's binary encoding of single values (specification 1.11, "Binary Encoding"). Any thread; no shared state.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "engine/formats/text_buffer.h"
#include "engine/types/value.h"
#include "storage/varint.h"

namespace weir {

// Goes through the bytes of a record. A read that fails says why in error() and leaves the position undefined.
class AvroCursor {
 public:
  AvroCursor() = default;
  explicit AvroCursor(std::string_view bytes) : begin_(bytes.data()), at_(begin_), end_(begin_ + bytes.size()) {}

  size_t offset() const { return static_cast<size_t>(at_ - begin_); }
  size_t left() const { return static_cast<size_t>(end_ - at_); }
  const char* error() const { return error_; }
  bool fail(const char* why) {
    error_ = why;
    return false;
  }

  bool read_long(int64_t& value) {
    if (at_ < end_ && static_cast<uint8_t>(*at_) < 0x80) {
      value = unzigzag(static_cast<uint8_t>(*at_++));
      return true;
    }
    return read_long_of_several_bytes(value);
  }
  bool read_int(int32_t& value) {
    int64_t wide;
    if (!read_long(wide)) return false;
    value = static_cast<int32_t>(wide);
    return value == wide || fail("a number is outside the range of an Avro int");
  }
  bool read_boolean(bool& value) {
    if (at_ == end_) return cut_off();
    const char byte = *at_++;
    value = byte != 0;
    return (byte & ~1) == 0 || fail("a boolean is neither 0 nor 1");
  }
  bool read_float(float& value) { return read_raw(value); }
  bool read_double(double& value) { return read_raw(value); }
  bool read_fixed(size_t size, std::string_view& bytes) {
    if (size > left()) return cut_off();
    bytes = {at_, size};
    at_ += size;
    return true;
  }
  // bytes and string.
  bool read_bytes(std::string_view& bytes) {
    int64_t size;
    if (!read_long(size)) return false;
    if (size < 0) return fail("a length is negative");
    if (static_cast<uint64_t>(size) > left()) return cut_off();
    return read_fixed(static_cast<size_t>(size), bytes);
  }
  bool skip(size_t bytes) {
    if (bytes > left()) return cut_off();
    at_ += bytes;
    return true;
  }
  bool skip_long() {
    while (at_ < end_) {
      if (static_cast<uint8_t>(*at_++) < 0x80) return true;
    }
    return cut_off();
  }

  // The head of a block of an array's or map's items; 0: there are no more. `bytes` is the block's size where it is
  // given, else 0. An item takes a byte at least, unless `empty_items`.
  bool read_block(bool empty_items, uint64_t& count, uint64_t& bytes);

 private:
  bool cut_off() { return fail("the bytes end in the middle of a value"); }
  bool read_long_of_several_bytes(int64_t& value);
  // Avro is little-endian, as every machine that this runs on.
  template <class T>
  bool read_raw(T& value) {
    if (left() < sizeof value) return cut_off();
    std::memcpy(&value, at_, sizeof value);
    at_ += sizeof value;
    return true;
  }

  const char* begin_ = nullptr;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  const char* error_ = "";
};

inline void append_avro_long(TextBuffer& out, int64_t value) {
  out.advance_to(put_varint(out.room(kMaxVarintBytes), zigzag(value)));
}
template <class T>
void append_avro_raw(TextBuffer& out, T value) {  // float and double
  char* to = out.room(sizeof value);
  std::memcpy(to, &value, sizeof value);
  out.advance_to(to + sizeof value);
}
inline void append_avro_bytes(TextBuffer& out, std::string_view bytes) {
  append_avro_long(out, static_cast<int64_t>(bytes.size()));
  if (!bytes.empty()) out.append(bytes);
}
// The unscaled value of a decimal in bytes: as short as it goes.
void append_avro_decimal(TextBuffer& out, Int128 unscaled);
// In a fixed of `size` bytes. False: it doesn't fit, and nothing was appended.
bool append_avro_fixed_decimal(TextBuffer& out, Int128 unscaled, size_t size);

}  // namespace weir
