// Bytes of Protobuf for tests, written by hand.
#pragma once

#include <bit>
#include <string>

#include "engine/formats/protobuf_wire.h"
#include "tests/unit/formats/format_fixture.h"
#include "tests/unit/formats/memory_registry.h"

namespace weir::test {

// One message's bytes, field by field.
class Proto {
 public:
  Proto& number(int field, int64_t value) {
    append_tag(bytes_, field, ProtobufWireType::kVarint);
    append_varint(bytes_, static_cast<uint64_t>(value));
    return *this;
  }
  Proto& text(int field, const std::string& value) {
    append_tag(bytes_, field, ProtobufWireType::kLength);
    append_varint(bytes_, value.size());
    bytes_ += value;
    return *this;
  }
  Proto& message(int field, const Proto& value) { return text(field, value.bytes_); }
  Proto& fixed64(int field, double value) {
    append_tag(bytes_, field, ProtobufWireType::kFixed64);
    append_fixed64(bytes_, std::bit_cast<uint64_t>(value));
    return *this;
  }
  Proto& fixed32(int field, float value) {
    append_tag(bytes_, field, ProtobufWireType::kFixed32);
    append_fixed32(bytes_, std::bit_cast<uint32_t>(value));
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

inline FormatContext proto_context(std::vector<FormatColumn> columns, std::shared_ptr<MemoryRegistry> registry) {
  FormatContext context = value_context(FormatKind::kProtobuf, std::move(columns));
  context.registry = std::move(registry);
  return context;
}

inline FormatContext nosr_context(std::vector<FormatColumn> columns,
                                  ProtobufNullable nullable = ProtobufNullable::kDefault) {
  FormatContext context = value_context(FormatKind::kProtobufNoSr, std::move(columns));
  context.spec.protobuf_nullable = nullable;
  return context;
}

// The header of records of the schema's first message.
inline std::string proto_header(int id) {
  std::string out;
  append_schema_header(out, id);
  return out + '\0';
}

}  // namespace weir::test
