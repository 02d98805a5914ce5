// Protobuf's wire format: tags, varints, length-delimited values. Bytes from outside are checked: a reader never goes
// beyond its end and never allocates. https://protobuf.dev/programming-guides/encoding/
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "storage/varint.h"

namespace weir {

enum class ProtobufWireType : uint8_t {
  kVarint = 0,
  kFixed64 = 1,
  kLength = 2,
  kGroup = 3,
  kEndGroup = 4,
  kFixed32 = 5
};

// One value as it stands in the bytes.
struct ProtobufValue {
  ProtobufWireType type = ProtobufWireType::kVarint;
  uint64_t bits = 0;       // kVarint, kFixed64, kFixed32
  std::string_view bytes;  // kLength
};

// Goes through the fields of one message. Owned by who reads; one thread.
class ProtobufCursor {
 public:
  explicit ProtobufCursor(std::string_view bytes) : at_(bytes.data()), end_(at_ + bytes.size()) {}

  bool at_end() const { return at_ == end_; }
  // The next field; a group is passed over as a whole. False: malformed, see error().
  bool next(uint32_t& number, ProtobufValue& value);
  // Bare values, as packed fields hold them.
  bool read_varint(uint64_t& value) {
    if (at_ < end_ && (*at_ & 0x80) == 0) {
      value = static_cast<unsigned char>(*at_++);
      return true;
    }
    return read_long_varint(value);
  }
  bool read_fixed32(uint64_t& value) { return read_fixed<uint32_t>(value); }
  bool read_fixed64(uint64_t& value) { return read_fixed<uint64_t>(value); }

  const char* error() const { return error_; }  // why the last call gave false
  const char* position() const { return at_; }

 private:
  bool fail(const char* error) {
    error_ = error;
    return false;
  }
  bool read_long_varint(uint64_t& value);
  template <class T>
  bool read_fixed(uint64_t& value) {
    T bits;
    if (static_cast<size_t>(end_ - at_) < sizeof bits) return fail("the bytes end within a number");
    std::memcpy(&bits, at_, sizeof bits);  // little-endian, as on every machine that this runs on
    at_ += sizeof bits;
    value = bits;
    return true;
  }
  bool read_value(uint64_t tag, ProtobufValue& value, int depth);
  bool skip_group(uint64_t number, int depth);

  const char* at_;
  const char* end_;
  const char* error_ = "";
};

void append_tag(std::string& out, int number, ProtobufWireType type);
void append_fixed32(std::string& out, uint32_t bits);
void append_fixed64(std::string& out, uint64_t bits);

// Writes a value of a length that is known only afterwards: begin, append, end with what begin gave.
size_t begin_length(std::string& out);
void end_length(std::string& out, size_t begin);

}  // namespace weir
