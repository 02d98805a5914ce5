#include "engine/formats/protobuf_wire.h"

namespace weir {
namespace {

constexpr int kMaxGroupDepth = 100;  // protobuf's own limit of nesting
constexpr uint64_t kMaxFieldNumber = 536'870'911;

}  // namespace

bool ProtobufCursor::read_long_varint(uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 70; shift += 7) {
    if (at_ == end_) return fail("the bytes end within a number");
    const uint64_t byte = static_cast<unsigned char>(*at_++);
    value |= (byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return true;
  }
  return fail("a number has more than 10 bytes");
}

bool ProtobufCursor::next(uint32_t& number, ProtobufValue& value) {
  uint64_t tag;
  if (!read_varint(tag)) return false;
  const uint64_t field = tag >> 3;
  if (field == 0 || field > kMaxFieldNumber) return fail("a field has a number that none can have");
  number = static_cast<uint32_t>(field);
  return read_value(tag, value, 0);
}

bool ProtobufCursor::read_value(uint64_t tag, ProtobufValue& value, int depth) {
  value.type = static_cast<ProtobufWireType>(tag & 7);
  switch (value.type) {
    case ProtobufWireType::kVarint:
      return read_varint(value.bits);
    case ProtobufWireType::kFixed64:
      return read_fixed64(value.bits);
    case ProtobufWireType::kFixed32:
      return read_fixed32(value.bits);
    case ProtobufWireType::kLength: {
      uint64_t size;
      if (!read_varint(size)) return false;
      if (size > static_cast<size_t>(end_ - at_)) return fail("a field is longer than the bytes that are there");
      value.bytes = {at_, static_cast<size_t>(size)};
      at_ += size;
      return true;
    }
    case ProtobufWireType::kGroup:
      return skip_group(tag >> 3, depth + 1);
    case ProtobufWireType::kEndGroup:
      return fail("a group ends that hasn't begun");
  }
  return fail("a field is of no known wire type");
}

bool ProtobufCursor::skip_group(uint64_t number, int depth) {
  if (depth > kMaxGroupDepth) return fail("groups are nested too deeply");
  for (;;) {
    uint64_t tag;
    if (!read_varint(tag)) return false;
    if (static_cast<ProtobufWireType>(tag & 7) == ProtobufWireType::kEndGroup) {
      return tag >> 3 == number || fail("a group ends that hasn't begun");
    }
    ProtobufValue value;
    if (!read_value(tag, value, depth)) return false;
  }
}

void append_tag(std::string& out, int number, ProtobufWireType type) {
  append_varint(out, static_cast<uint64_t>(number) << 3 | static_cast<uint64_t>(type));
}

void append_fixed32(std::string& out, uint32_t bits) {
  char bytes[sizeof bits];
  std::memcpy(bytes, &bits, sizeof bits);
  out.append(bytes, sizeof bits);
}

void append_fixed64(std::string& out, uint64_t bits) {
  char bytes[sizeof bits];
  std::memcpy(bytes, &bits, sizeof bits);
  out.append(bytes, sizeof bits);
}

size_t begin_length(std::string& out) {
  out.push_back('\0');
  return out.size();
}

void end_length(std::string& out, size_t begin) {
  char bytes[kMaxVarintBytes];
  const auto count = static_cast<size_t>(put_varint(bytes, out.size() - begin) - bytes);
  out[begin - 1] = bytes[0];
  if (count > 1) out.insert(begin, bytes + 1, count - 1);  // rare: most values are shorter than 128 bytes
}

}  // namespace weir
