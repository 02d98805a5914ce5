// A Protobuf schema: the text of a .proto file and what it imports, parsed and linked by libprotobuf. Immutable,
// shared; any thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include "engine/formats/schema_registry.h"

namespace weir {

// Parses a .proto text; throws SchemaRegistryError (kInvalid) with line and column.
google::protobuf::FileDescriptorProto parse_proto_text(const std::string& name, const std::string& text);

class ProtobufSchema {
 public:
  // `registry` has what the schema refers to; null where it refers to nothing. Throws SchemaRegistryError.
  ProtobufSchema(const RegisteredSchema& schema, SchemaRegistry* registry);

  // The message of that name, with its package; the file's first where the name is empty. Throws kInvalid.
  const google::protobuf::Descriptor& message(const std::string& full_name) const;
  bool has_message(const std::string& full_name) const;
  // The message that the wire format's indexes lead to; null: there is none.
  const google::protobuf::Descriptor* message_at(const std::vector<int>& indexes) const;

  // A field's name in the text. Where names differ in case or underscores only, libprotobuf knows a field by another.
  const std::string& name_of(const google::protobuf::FieldDescriptor& field) const;
  // What Confluent's option field_meta says of a field: precision and scale of a decimal.
  const std::map<std::string, std::string>& parameters_of(const google::protobuf::FieldDescriptor& field) const;

 private:
  class Linker;

  std::string title_;  // "the schema with id 7", for messages
  google::protobuf::DescriptorPool pool_;
  const google::protobuf::FileDescriptor* file_ = nullptr;
  std::map<std::string, std::string> names_;  // by the field's full name in the pool
  std::map<std::string, std::map<std::string, std::string>> parameters_;
};

// The indexes of a message among the messages of its file, outermost first.
std::vector<int> indexes_of_message(const google::protobuf::Descriptor& message);

}  // namespace weir
