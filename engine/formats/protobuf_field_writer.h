// Writes values of columns as fields of a Protobuf message. A tree of writers mirrors a message type and the columns
// that go into it. Belongs to one encoder; one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/formats/protobuf_schema.h"
#include "engine/formats/protobuf_shape.h"
#include "engine/types/column.h"

namespace weir {

class ProtobufFieldWriter;

// The columns that make up one message, written in the order of the fields' numbers.
class ProtobufMessageWriter {
 public:
  // Throws std::invalid_argument: a column without a field, a field of another kind, a required field without a column.
  ProtobufMessageWriter(const std::vector<StructField>& columns, const google::protobuf::Descriptor& message,
                        const ProtobufSchema& schema);
  ~ProtobufMessageWriter();

  // columns[i] is that of the constructor's columns[i]. False: a value can't be written, `error` says which.
  bool write(const std::vector<const Column*>& columns, size_t row, std::string& out, std::string& error) const;
  // The same for a STRUCT column's fields.
  bool write(const Column& structure, size_t row, std::string& out, std::string& error) const;

 private:
  struct Item {
    size_t column;
    std::string name;
    std::vector<std::unique_ptr<ProtobufFieldWriter>> members;  // one; a oneof's STRUCT has one for each of its fields
    bool is_oneof = false;
    int number = 0;
  };

  void add_oneof(Item& item, const StructField& field, const google::protobuf::OneofDescriptor& oneof,
                 const ProtobufSchema& schema);
  static bool write_item(const Item& item, const Column& column, size_t row, std::string& out, std::string& error);

  std::vector<Item> items_;
};

// One field.
class ProtobufFieldWriter {
 public:
  ProtobufFieldWriter(const TypePtr& type, const google::protobuf::FieldDescriptor& field,
                      const ProtobufSchema& schema);

  // NULL, and what a field without presence takes for nothing, writes nothing.
  bool write(const Column& column, size_t row, std::string& out, std::string& error) const;

 private:
  bool write_list(const Column& column, size_t row, std::string& out, std::string& error) const;
  bool write_map(const Column& column, size_t row, std::string& out, std::string& error) const;
  // Behind its tag.
  bool write_value(const Column& column, size_t row, std::string& out, std::string& error) const;
  bool write_scalar(const Column& column, size_t row, std::string& out, std::string& error) const;
  bool write_integer(int64_t value, std::string& out, std::string& error) const;
  bool write_enum(std::string_view name, std::string& out, std::string& error) const;
  bool write_logical(const Column& column, size_t row, std::string& out, std::string& error) const;
  bool is_default(const Column& column, size_t row) const;

  TypePtr type_;  // of one value: an ARRAY's element
  ProtobufShape shape_;
  google::protobuf::FieldDescriptor::Type proto_type_;  // of a wrapper: its value's
  const google::protobuf::EnumDescriptor* enumeration_ = nullptr;
  bool list_ = false, map_ = false, packed_ = false, presence_ = false, required_ = false;
  std::string tag_;
  std::unique_ptr<ProtobufMessageWriter> message_;
  std::unique_ptr<ProtobufFieldWriter> inner_;  // of a wrapper: its value; of a map: the entry's key
  std::unique_ptr<ProtobufFieldWriter> map_value_;
};

}  // namespace weir
