#include "engine/formats/protobuf_column_reader.h"

#include <stdexcept>

#include "engine/formats/protobuf_nested_readers.h"

namespace weir {

std::unique_ptr<ProtobufColumnReader> make_protobuf_reader(const TypePtr& type,
                                                           const google::protobuf::FieldDescriptor& field,
                                                           const ProtobufSchema& schema) {
  const auto mismatch = [&] {
    return std::invalid_argument("is " + type->to_string() + ", but the field " + field.full_name() + " is " +
                                 describe_field(field));
  };
  if (type->kind() == TypeKind::kMap) {
    if (!is_map_field(field)) throw mismatch();
    return std::make_unique<ProtobufMapReader>(type, field, schema);
  }
  if (type->kind() == TypeKind::kArray) {
    if (!field.is_repeated()) throw mismatch();
    return std::make_unique<ProtobufListReader>(type, field, schema);
  }
  if (field.is_repeated()) throw mismatch();
  return make_protobuf_element_reader(type, field, schema);
}

std::unique_ptr<ProtobufColumnReader> make_protobuf_element_reader(const TypePtr& type,
                                                                   const google::protobuf::FieldDescriptor& field,
                                                                   const ProtobufSchema& schema) {
  const bool message = shape_of_field(field) == ProtobufShape::kMessage;
  if (type->kind() != TypeKind::kStruct && !message) return make_protobuf_value_reader(type, field);
  if (type->kind() != TypeKind::kStruct || !message) {
    throw std::invalid_argument("is " + type->to_string() + ", but the field " + field.full_name() + " is " +
                                describe_field(field));
  }
  return std::make_unique<ProtobufStructReader>(type, *field.message_type(), schema);
}

}  // namespace weir
