// What a Protobuf field is to SQL, as Confluent's Connect converter takes it: scalars, wrapper messages, the messages
// of decimals and times, other messages, lists and maps. Any thread; no state.
#pragma once

#include <cstdint>
#include <string>

#include <google/protobuf/descriptor.h>

#include "engine/formats/protobuf_wire.h"

namespace weir {

enum class ProtobufShape { kScalar, kWrapper, kDecimal, kDate, kTime, kTimestamp, kMessage };

// Of one element where the field is repeated.
ProtobufShape shape_of_field(const google::protobuf::FieldDescriptor& field);
// A repeated message …Entry of the two fields key and value, with or without the option that `map<…>` sets.
bool is_map_field(const google::protobuf::FieldDescriptor& field);
// A field that says whether it is there: optional, of a oneof, a message.
bool has_presence(const google::protobuf::FieldDescriptor& field);

ProtobufWireType wire_type_of(google::protobuf::FieldDescriptor::Type type);
// "a repeated int32", "the message app.Address", for messages.
std::string describe_field(const google::protobuf::FieldDescriptor& field);
// The name by which a oneof is a column: Connect's, name_index.
std::string column_of_oneof(const google::protobuf::OneofDescriptor& oneof);

// An enum value's name; Java's text for numbers without one.
std::string enum_text(const google::protobuf::EnumDescriptor& enumeration, int number);

// A double or float as the 64-bit value that SQL has.
double double_of_bits(uint64_t bits);
double float_of_bits(uint64_t bits);

}  // namespace weir
