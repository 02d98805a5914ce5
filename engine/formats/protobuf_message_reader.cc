#include <algorithm>
#include <stdexcept>

#include "engine/formats/protobuf_nested_readers.h"
#include "engine/types/text.h"

namespace weir {
namespace {

constexpr size_t kLowProtoNumbers = 64;

bool same_proto_name(const std::string& a, const std::string& b, bool any_case) {
  return any_case ? std::equal(a.begin(), a.end(), b.begin(), b.end(),
                               [](unsigned char x, unsigned char y) { return std::toupper(x) == std::toupper(y); })
                  : a == b;
}

}  // namespace

ProtobufMessageReader::ProtobufMessageReader(const std::vector<StructField>& columns,
                                             const google::protobuf::Descriptor& message,
                                             const ProtobufSchema& schema) {
  for (size_t c = 0; c < columns.size(); ++c) {
    const google::protobuf::FieldDescriptor* field = nullptr;
    const google::protobuf::OneofDescriptor* oneof = nullptr;
    for (const bool any_case : {false, true}) {
      for (int i = 0; i < message.field_count() && field == nullptr && oneof == nullptr; ++i) {
        if (same_proto_name(schema.name_of(*message.field(i)), columns[c].name, any_case)) field = message.field(i);
      }
      for (int i = 0; i < message.real_oneof_decl_count() && field == nullptr && oneof == nullptr; ++i) {
        if (same_proto_name(column_of_oneof(*message.oneof_decl(i)), columns[c].name, any_case)) {
          oneof = message.oneof_decl(i);
        }
      }
    }
    try {
      if (oneof != nullptr) {
        add_union(c, columns[c], *oneof, schema);
        continue;
      }
      Target target;
      target.name = columns[c].name;
      target.column = c;
      if (field != nullptr) {
        target.reader = make_protobuf_reader(columns[c].type, *field, schema);
        add_field(*field, static_cast<int>(targets_.size()));
        if (field->real_containing_oneof() != nullptr) target.oneof = field->real_containing_oneof()->index();
      }
      targets_.push_back(std::move(target));
    } catch (const std::invalid_argument& error) {
      const std::string what = error.what();
      const bool inner = what.starts_with("the field ");
      throw std::invalid_argument("the field " + columns[c].name + (inner ? "." + what.substr(10) : " " + what));
    }
  }
  // The fields that aren't wanted, but clear one that is.
  for (size_t t = 0, count = targets_.size(); t < count; ++t) {
    if (targets_[t].oneof < 0) continue;
    const auto& oneof = *message.oneof_decl(targets_[t].oneof);
    for (int i = 0; i < oneof.field_count(); ++i) add_field(*oneof.field(i), -1);
  }
  std::stable_sort(fields_.begin(), fields_.end(), [](const Field& a, const Field& b) { return a.number < b.number; });
  // Two columns whose names differ in case only may be the same field: the second stays NULL.
  std::vector<Field> distinct;
  for (const Field& field : fields_) {
    if (distinct.empty() || distinct.back().number != field.number) {
      distinct.push_back(field);
    } else if (field.target >= 0) {
      targets_[static_cast<size_t>(field.target)].reader = nullptr;
    }
  }
  fields_ = std::move(distinct);
  low_fields_.assign(kLowProtoNumbers, -1);
  for (size_t i = 0; i < fields_.size(); ++i) {
    if (fields_[i].number < kLowProtoNumbers) low_fields_[fields_[i].number] = static_cast<int16_t>(i);
  }
}

void ProtobufMessageReader::add_union(size_t column, const StructField& field,
                                      const google::protobuf::OneofDescriptor& oneof, const ProtobufSchema& schema) {
  if (field.type->kind() != TypeKind::kStruct) {
    throw std::invalid_argument("is " + field.type->to_string() + ", but a oneof is a STRUCT of its fields");
  }
  unions_.push_back({column, targets_.size(), field.type->fields().size()});
  for (size_t m = 0; m < field.type->fields().size(); ++m) {
    const StructField& member = field.type->fields()[m];
    Target target;
    target.name = field.name + "." + member.name;
    target.column = column;
    target.member = static_cast<int>(m);
    target.oneof = oneof.index();
    const google::protobuf::FieldDescriptor* found = nullptr;
    for (const bool any_case : {false, true}) {
      for (int i = 0; i < oneof.field_count() && found == nullptr; ++i) {
        if (same_proto_name(schema.name_of(*oneof.field(i)), member.name, any_case)) found = oneof.field(i);
      }
    }
    if (found != nullptr) {
      target.reader = make_protobuf_reader(member.type, *found, schema);
      add_field(*found, static_cast<int>(targets_.size()));
    }
    targets_.push_back(std::move(target));
  }
}

void ProtobufMessageReader::add_field(const google::protobuf::FieldDescriptor& field, int target) {
  const auto* oneof = field.real_containing_oneof();
  fields_.push_back({static_cast<uint32_t>(field.number()), target, oneof == nullptr ? -1 : oneof->index()});
}

void ProtobufMessageReader::bind(const std::vector<Column*>& columns) {
  columns_ = columns;
  for (Target& target : targets_) {
    Column& column = *columns[target.column];
    if (target.reader)
      target.reader->bind(target.member < 0 ? column : column.child(static_cast<size_t>(target.member)));
  }
}

const ProtobufMessageReader::Field* ProtobufMessageReader::find(uint32_t number) const {
  if (number < kLowProtoNumbers)
    return low_fields_[number] < 0 ? nullptr : &fields_[static_cast<size_t>(low_fields_[number])];
  const auto found = std::lower_bound(fields_.begin(), fields_.end(), number,
                                      [](const Field& field, uint32_t wanted) { return field.number < wanted; });
  return found == fields_.end() || found->number != number ? nullptr : &*found;
}

bool ProtobufMessageReader::read(ProtobufRecord& record, std::string_view bytes, size_t slot) {
  for (Target& target : targets_) target.seen = false;
  ProtobufCursor cursor(bytes);
  while (!cursor.at_end()) {
    uint32_t number;
    ProtobufValue value;
    if (!cursor.next(number, value)) return record.fail(cursor.error());
    const Field* field = find(number);
    if (field != nullptr && !read_field(record, *field, value, slot)) return false;
  }
  return finish(record, slot);
}

bool ProtobufMessageReader::read_field(ProtobufRecord& record, const Field& field, const ProtobufValue& value,
                                       size_t slot) {
  if (field.target < 0) {
    clear_oneof(field);
    return true;
  }
  Target& target = targets_[static_cast<size_t>(field.target)];
  if (!target.reader->accepts(value.type)) return true;
  if (!target.seen) {
    if (field.oneof >= 0) clear_oneof(field);
    target.reader->begin(slot);
    target.seen = true;
  }
  if (target.reader->read(record, value, slot)) return true;
  record.path.insert(0, "." + target.name);
  return false;
}

void ProtobufMessageReader::clear_oneof(const Field& field) {
  for (Target& target : targets_) {
    if (target.oneof == field.oneof) target.seen = false;
  }
}

bool ProtobufMessageReader::finish(ProtobufRecord& record, size_t slot) {
  for (Target& target : targets_) {
    if (!target.reader) {
      Column& column = *columns_[target.column];
      define_null(target.member < 0 ? column : column.child(static_cast<size_t>(target.member)), slot);
    } else if (!target.seen) {
      target.reader->set_absent(record, slot);
    } else if (!target.reader->end(record, slot)) {
      record.path.insert(0, "." + target.name);
      return false;
    }
  }
  for (const Union& one : unions_) {
    bool any = false;
    for (size_t i = 0; i < one.targets; ++i) any |= targets_[one.first_target + i].seen;
    if (any) {
      columns_[one.column]->set_valid(slot);
    } else {
      columns_[one.column]->set_null(slot);
    }
  }
  return true;
}

}  // namespace weir
