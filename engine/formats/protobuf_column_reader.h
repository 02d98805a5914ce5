// Reads the fields of Protobuf messages into the columns of a batch. A tree of readers mirrors the wanted columns'
// types for one message type; bind() ties it to the columns of one batch. Belongs to one decoder; one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/formats/column_filling.h"
#include "engine/formats/protobuf_schema.h"
#include "engine/formats/protobuf_shape.h"
#include "engine/formats/protobuf_wire.h"

namespace weir {

// What the reading of one record shares.
struct ProtobufRecord {
  Arena* arena = nullptr;
  std::string error;
  std::string path;  // where: ".FIELD[2]"

  bool fail(std::string message) {
    error = std::move(message);
    return false;
  }
};

// One field into one column. Slots are defined in ascending order; the newest may be defined again.
class ProtobufColumnReader {
 public:
  virtual ~ProtobufColumnReader() = default;

  // The column must have all its slots already; children grow as elements come.
  virtual void bind(Column& column) { column_ = &column; }
  virtual bool accepts(ProtobufWireType type) const = 0;  // another type: the field is taken for an unknown one

  // For each message in which the field occurs: begin, read for each occurrence, end.
  virtual void begin(size_t) {}
  virtual bool read(ProtobufRecord& record, const ProtobufValue& value, size_t slot) = 0;
  virtual bool end(ProtobufRecord&, size_t) { return true; }
  // The field isn't there.
  virtual void set_absent(ProtobufRecord&, size_t slot) { define_null(*column_, slot); }
  void set_null(size_t slot) { define_null(*column_, slot); }
  // The value of a map's entry that isn't there: an empty one, never NULL.
  virtual bool set_empty(ProtobufRecord& record, size_t slot) {
    set_absent(record, slot);
    return true;
  }

 protected:
  Column* column_ = nullptr;
};

// The reader for a field as a column of the type. Throws std::invalid_argument when they don't go together; the message
// goes on "the column …".
std::unique_ptr<ProtobufColumnReader> make_protobuf_reader(const TypePtr& type,
                                                           const google::protobuf::FieldDescriptor& field,
                                                           const ProtobufSchema& schema);
// The same for one value of a field, whether it is repeated or not.
std::unique_ptr<ProtobufColumnReader> make_protobuf_value_reader(const TypePtr& type,
                                                                 const google::protobuf::FieldDescriptor& field);

}  // namespace weir
