#include "engine/formats/protobuf_shape.h"

#include <bit>

namespace weir {
namespace {

using ProtoField = google::protobuf::FieldDescriptor;

bool is_wrapper_name(const std::string& name) {
  for (const char* type : {"Double", "Float", "Int64", "UInt64", "Int32", "UInt32", "Bool", "String", "Bytes"}) {
    if (name == std::string("google.protobuf.") + type + "Value") return true;
  }
  return false;
}

}  // namespace

ProtobufShape shape_of_field(const google::protobuf::FieldDescriptor& field) {
  if (field.type() != ProtoField::TYPE_MESSAGE) return ProtobufShape::kScalar;
  const std::string& name = field.message_type()->full_name();
  if (name == "confluent.type.Decimal") return ProtobufShape::kDecimal;
  if (name == "google.type.Date") return ProtobufShape::kDate;
  if (name == "google.type.TimeOfDay") return ProtobufShape::kTime;
  if (name == "google.protobuf.Timestamp") return ProtobufShape::kTimestamp;
  return is_wrapper_name(name) ? ProtobufShape::kWrapper : ProtobufShape::kMessage;
}

bool is_map_field(const google::protobuf::FieldDescriptor& field) {
  if (field.is_map()) return true;
  if (!field.is_repeated() || field.type() != ProtoField::TYPE_MESSAGE) return false;
  const google::protobuf::Descriptor& entry = *field.message_type();
  return entry.name().ends_with("Entry") && entry.field_count() == 2 && entry.field(0)->name() == "key" &&
         entry.field(1)->name() == "value" && !entry.field(0)->is_repeated();
}

bool has_presence(const google::protobuf::FieldDescriptor& field) {
  if (field.is_repeated()) return false;
  // An optional field of proto2 has its default when it isn't there, as Connect reads it.
  return field.type() == ProtoField::TYPE_MESSAGE || field.containing_oneof() != nullptr;
}

ProtobufWireType wire_type_of(google::protobuf::FieldDescriptor::Type type) {
  switch (type) {
    case ProtoField::TYPE_DOUBLE:
    case ProtoField::TYPE_FIXED64:
    case ProtoField::TYPE_SFIXED64:
      return ProtobufWireType::kFixed64;
    case ProtoField::TYPE_FLOAT:
    case ProtoField::TYPE_FIXED32:
    case ProtoField::TYPE_SFIXED32:
      return ProtobufWireType::kFixed32;
    case ProtoField::TYPE_STRING:
    case ProtoField::TYPE_BYTES:
    case ProtoField::TYPE_MESSAGE:
      return ProtobufWireType::kLength;
    case ProtoField::TYPE_GROUP:
      return ProtobufWireType::kGroup;
    default:
      return ProtobufWireType::kVarint;
  }
}

std::string describe_field(const google::protobuf::FieldDescriptor& field) {
  std::string type = field.type() == ProtoField::TYPE_MESSAGE ? "message " + field.message_type()->full_name()
                     : field.type() == ProtoField::TYPE_ENUM  ? "enum " + field.enum_type()->full_name()
                                                              : std::string(field.type_name());
  if (is_map_field(field)) return "a map";
  return (field.is_repeated() ? "a repeated " : field.type() == ProtoField::TYPE_MESSAGE ? "the " : "of type ") + type;
}

std::string column_of_oneof(const google::protobuf::OneofDescriptor& oneof) {
  return oneof.name() + "_" + std::to_string(oneof.index());
}

std::string enum_text(const google::protobuf::EnumDescriptor& enumeration, int number) {
  if (const auto* value = enumeration.FindValueByNumber(number)) return value->name();
  return "UNKNOWN_ENUM_VALUE_" + enumeration.name() + "_" + std::to_string(number);
}

double double_of_bits(uint64_t bits) { return std::bit_cast<double>(bits); }
double float_of_bits(uint64_t bits) { return static_cast<double>(std::bit_cast<float>(static_cast<uint32_t>(bits))); }

}  // namespace weir
