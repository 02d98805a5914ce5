// Readers of what has other values in it: messages, lists, maps. Belong to one decoder; one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/formats/protobuf_column_reader.h"

namespace weir {

// The fields of one message type into columns of the same names: exactly, or whatever their case. A column without a
// field is NULL.
class ProtobufMessageReader {
 public:
  // Throws std::invalid_argument for a column whose field is of another kind.
  ProtobufMessageReader(const std::vector<StructField>& columns, const google::protobuf::Descriptor& message,
                        const ProtobufSchema& schema);

  void bind(const std::vector<Column*>& columns);
  // Defines the slot of every column. False: see record.error.
  bool read(ProtobufRecord& record, std::string_view bytes, size_t slot);

 private:
  struct Target {
    std::unique_ptr<ProtobufColumnReader> reader;  // null: no such field
    std::string name;
    size_t column = 0;  // of those given
    int member = -1;    // of the oneof that is the column; -1: the field is the column itself
    int oneof = -1;     // of the message; setting one of its fields clears the others
    bool seen = false;
  };
  struct Field {
    uint32_t number = 0;
    int target = -1;  // -1: not wanted, but it clears others of its oneof
    int oneof = -1;
  };
  // A oneof as a STRUCT column.
  struct Union {
    size_t column = 0;
    size_t first_target = 0, targets = 0;
  };

  void add_union(size_t column, const StructField& field, const google::protobuf::OneofDescriptor& oneof,
                 const ProtobufSchema& schema);
  void add_field(const google::protobuf::FieldDescriptor& field, int target);
  const Field* find(uint32_t number) const;
  void clear_oneof(const Field& field);
  bool read_field(ProtobufRecord& record, const Field& field, const ProtobufValue& value, size_t slot);
  bool finish(ProtobufRecord& record, size_t slot);

  std::vector<Target> targets_;
  std::vector<Union> unions_;
  std::vector<Field> fields_;        // by number
  std::vector<int16_t> low_fields_;  // the index in fields_ of the numbers below 64; -1: none
  std::vector<Column*> columns_;
};

class ProtobufStructReader : public ProtobufColumnReader {
 public:
  ProtobufStructReader(const TypePtr& type, const google::protobuf::Descriptor& message, const ProtobufSchema& schema)
      : message_(type->fields(), message, schema) {}

  void bind(Column& column) override;
  bool accepts(ProtobufWireType type) const override { return type == ProtobufWireType::kLength; }
  void begin(size_t) override { more_.clear(), first_ = {}, count_ = 0; }
  bool read(ProtobufRecord&, const ProtobufValue& value, size_t) override;
  bool end(ProtobufRecord& record, size_t slot) override;
  bool set_empty(ProtobufRecord& record, size_t slot) override;

 private:
  ProtobufMessageReader message_;
  // A message may come in parts, which are merged: that is what reading them as one does.
  std::string_view first_;
  std::vector<std::string_view> more_;
  size_t count_ = 0;
};

class ProtobufListReader : public ProtobufColumnReader {
 public:
  ProtobufListReader(const TypePtr& type, const google::protobuf::FieldDescriptor& field, const ProtobufSchema& schema);

  void bind(Column& column) override;
  bool accepts(ProtobufWireType type) const override;
  void begin(size_t slot) override { elements_ = column_->offsets()[slot]; }
  bool read(ProtobufRecord& record, const ProtobufValue& value, size_t slot) override;
  bool end(ProtobufRecord&, size_t slot) override;
  void set_absent(ProtobufRecord& record, size_t slot) override;

 private:
  bool read_packed(ProtobufRecord& record, std::string_view bytes, size_t slot);
  bool read_element(ProtobufRecord& record, const ProtobufValue& value, size_t slot);

  std::unique_ptr<ProtobufColumnReader> element_;
  ProtobufWireType element_type_;
  bool packable_;
  size_t elements_ = 0;  // in the child that are taken
};

class ProtobufMapReader : public ProtobufColumnReader {
 public:
  ProtobufMapReader(const TypePtr& type, const google::protobuf::FieldDescriptor& field, const ProtobufSchema& schema);

  void bind(Column& column) override;
  bool accepts(ProtobufWireType type) const override { return type == ProtobufWireType::kLength; }
  void begin(size_t) override { entries_.clear(); }
  bool read(ProtobufRecord&, const ProtobufValue& value, size_t) override;
  bool end(ProtobufRecord& record, size_t slot) override;
  void set_absent(ProtobufRecord& record, size_t slot) override;

 private:
  bool read_entries(ProtobufRecord& record, size_t slot, const std::vector<bool>& skipped);
  bool read_entry(ProtobufRecord& record, std::string_view bytes, size_t element);

  struct Part {
    std::unique_ptr<ProtobufColumnReader> reader;
    bool seen = false;
  };
  Part key_, value_;
  std::vector<std::string_view> entries_;
};

// The reader for one element of a field as the type; throws as make_protobuf_reader().
std::unique_ptr<ProtobufColumnReader> make_protobuf_element_reader(const TypePtr& type,
                                                                   const google::protobuf::FieldDescriptor& field,
                                                                   const ProtobufSchema& schema);

}  // namespace weir
