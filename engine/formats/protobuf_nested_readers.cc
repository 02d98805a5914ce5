#include "engine/formats/protobuf_nested_readers.h"

#include <algorithm>

namespace weir {

void ProtobufStructReader::bind(Column& column) {
  column_ = &column;
  std::vector<Column*> children;
  for (size_t i = 0; i < column.child_count(); ++i) children.push_back(&column.child(i));
  message_.bind(children);
}

bool ProtobufStructReader::read(ProtobufRecord&, const ProtobufValue& value, size_t) {
  if (count_++ == 0) {
    first_ = value.bytes;
  } else if (!value.bytes.empty()) {
    more_.push_back(value.bytes);
  }
  return true;
}

bool ProtobufStructReader::end(ProtobufRecord& record, size_t slot) {
  std::string_view bytes = first_;
  if (!more_.empty()) {
    size_t size = first_.size();
    for (const std::string_view part : more_) size += part.size();
    char* joined = record.arena->allocate(size);
    bytes = {joined, size};
    joined = std::copy(first_.begin(), first_.end(), joined);
    for (const std::string_view part : more_) joined = std::copy(part.begin(), part.end(), joined);
  }
  if (!message_.read(record, bytes, slot)) return false;
  column_->set_valid(slot);
  return true;
}

bool ProtobufStructReader::set_empty(ProtobufRecord& record, size_t slot) {
  if (!message_.read(record, {}, slot)) return false;
  column_->set_valid(slot);
  return true;
}

ProtobufListReader::ProtobufListReader(const TypePtr& type, const google::protobuf::FieldDescriptor& field,
                                       const ProtobufSchema& schema)
    : element_(make_protobuf_element_reader(type->element(), field, schema)),
      element_type_(wire_type_of(field.type())),
      packable_(field.is_packable()) {}

void ProtobufListReader::bind(Column& column) {
  column_ = &column;
  element_->bind(column.child(0));
}

bool ProtobufListReader::accepts(ProtobufWireType type) const {
  return type == element_type_ || (packable_ && type == ProtobufWireType::kLength);
}

bool ProtobufListReader::read(ProtobufRecord& record, const ProtobufValue& value, size_t slot) {
  if (packable_ && value.type == ProtobufWireType::kLength) return read_packed(record, value.bytes, slot);
  return read_element(record, value, slot);
}

bool ProtobufListReader::read_packed(ProtobufRecord& record, std::string_view bytes, size_t slot) {
  ProtobufCursor cursor(bytes);
  ProtobufValue value;
  value.type = element_type_;
  while (!cursor.at_end()) {
    const bool read = element_type_ == ProtobufWireType::kVarint    ? cursor.read_varint(value.bits)
                      : element_type_ == ProtobufWireType::kFixed32 ? cursor.read_fixed32(value.bits)
                                                                    : cursor.read_fixed64(value.bits);
    if (!read) return record.fail(cursor.error());
    if (!read_element(record, value, slot)) return false;
  }
  return true;
}

bool ProtobufListReader::read_element(ProtobufRecord& record, const ProtobufValue& value, size_t slot) {
  const size_t element = add_child_element(*column_, elements_++);
  element_->begin(element);
  if (element_->read(record, value, element) && element_->end(record, element)) return true;
  record.path.insert(0, "[" + std::to_string(element - column_->offsets()[slot]) + "]");
  return false;
}

bool ProtobufListReader::end(ProtobufRecord&, size_t slot) {
  column_->offsets()[slot + 1] = static_cast<uint32_t>(elements_);
  column_->set_valid(slot);
  return true;
}

void ProtobufListReader::set_absent(ProtobufRecord&, size_t slot) {
  define_null(*column_, slot);
  column_->set_valid(slot);
}

ProtobufMapReader::ProtobufMapReader(const TypePtr& type, const google::protobuf::FieldDescriptor& field,
                                     const ProtobufSchema& schema) {
  const google::protobuf::Descriptor& entry = *field.message_type();
  key_.reader = make_protobuf_reader(type->map_key(), *entry.field(0), schema);
  value_.reader = make_protobuf_reader(type->map_value(), *entry.field(1), schema);
}

void ProtobufMapReader::bind(Column& column) {
  column_ = &column;
  key_.reader->bind(column.child(0));
  value_.reader->bind(column.child(1));
}

bool ProtobufMapReader::read(ProtobufRecord&, const ProtobufValue& value, size_t) {
  entries_.push_back(value.bytes);
  return true;
}

bool ProtobufMapReader::end(ProtobufRecord& record, size_t slot) {
  if (!read_entries(record, slot, {})) return false;
  // Of equal keys the last stays. They are rare, so the map is then simply read again without the others.
  const std::vector<bool> repeated = repeated_map_keys(*column_, slot);
  if (!repeated.empty() && !read_entries(record, slot, repeated)) return false;
  column_->set_valid(slot);
  return true;
}

bool ProtobufMapReader::read_entries(ProtobufRecord& record, size_t slot, const std::vector<bool>& skipped) {
  size_t elements = column_->offsets()[slot];
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (i < skipped.size() && skipped[i]) continue;
    const size_t element = add_child_element(*column_, elements++);
    if (read_entry(record, entries_[i], element)) continue;
    record.path.insert(0, "[entry " + std::to_string(i) + "]");
    return false;
  }
  column_->offsets()[slot + 1] = static_cast<uint32_t>(elements);
  return true;
}

bool ProtobufMapReader::read_entry(ProtobufRecord& record, std::string_view bytes, size_t element) {
  key_.seen = value_.seen = false;
  ProtobufCursor cursor(bytes);
  while (!cursor.at_end()) {
    uint32_t number;
    ProtobufValue value;
    if (!cursor.next(number, value)) return record.fail(cursor.error());
    if (number > 2) continue;
    Part& part = number == 1 ? key_ : value_;
    if (!part.reader->accepts(value.type)) continue;
    if (!part.seen) part.reader->begin(element);
    part.seen = true;
    if (!part.reader->read(record, value, element)) return false;
  }
  for (Part* part : {&key_, &value_}) {
    if (!(part->seen ? part->reader->end(record, element) : part->reader->set_empty(record, element))) return false;
  }
  return true;
}

void ProtobufMapReader::set_absent(ProtobufRecord&, size_t slot) {
  define_null(*column_, slot);
  column_->set_valid(slot);
}

}  // namespace weir
