#include <algorithm>
#include <stdexcept>

#include "engine/formats/protobuf_field_writer.h"

namespace weir {

ProtobufMessageWriter::ProtobufMessageWriter(const std::vector<StructField>& columns,
                                             const google::protobuf::Descriptor& message,
                                             const ProtobufSchema& schema) {
  std::vector<bool> taken(static_cast<size_t>(message.field_count()));
  for (size_t c = 0; c < columns.size(); ++c) {
    Item item{c, columns[c].name, {}, false, 0};
    try {
      for (int i = 0; i < message.field_count() && item.members.empty(); ++i) {
        const auto& field = *message.field(i);
        if (schema.name_of(field) != columns[c].name || field.type() == google::protobuf::FieldDescriptor::TYPE_GROUP) {
          continue;
        }
        item.members.push_back(std::make_unique<ProtobufFieldWriter>(columns[c].type, field, schema));
        item.number = field.number();
        taken[static_cast<size_t>(i)] = true;
      }
      for (int i = 0; i < message.real_oneof_decl_count() && item.members.empty(); ++i) {
        if (column_of_oneof(*message.oneof_decl(i)) == columns[c].name) {
          add_oneof(item, columns[c], *message.oneof_decl(i), schema);
        }
      }
    } catch (const std::invalid_argument& error) {
      const std::string what = error.what();
      const bool inner = what.starts_with("the field ");
      throw std::invalid_argument("the field " + columns[c].name + (inner ? "." + what.substr(10) : " " + what));
    }
    if (item.members.empty()) {
      throw std::invalid_argument("the field " + columns[c].name + " is none of the message " + message.full_name());
    }
    items_.push_back(std::move(item));
  }
  for (int i = 0; i < message.field_count(); ++i) {
    if (message.field(i)->is_required() && !taken[static_cast<size_t>(i)]) {
      throw std::invalid_argument("the field " + message.field(i)->full_name() + " is required, but no column");
    }
  }
  std::stable_sort(items_.begin(), items_.end(), [](const Item& a, const Item& b) { return a.number < b.number; });
}

ProtobufMessageWriter::~ProtobufMessageWriter() = default;

void ProtobufMessageWriter::add_oneof(Item& item, const StructField& field,
                                      const google::protobuf::OneofDescriptor& oneof, const ProtobufSchema& schema) {
  if (field.type->kind() != TypeKind::kStruct) {
    throw std::invalid_argument("is " + field.type->to_string() + ", but a oneof is a STRUCT of its fields");
  }
  item.is_oneof = true;
  item.number = oneof.field(0)->number();
  for (const StructField& member : field.type->fields()) {
    for (int i = 0; i < oneof.field_count(); ++i) {
      if (schema.name_of(*oneof.field(i)) != member.name) continue;
      item.members.push_back(std::make_unique<ProtobufFieldWriter>(member.type, *oneof.field(i), schema));
      break;
    }
    if (item.members.size() != static_cast<size_t>(&member - field.type->fields().data()) + 1) {
      throw std::invalid_argument("the field " + member.name + " is none of the oneof " + oneof.full_name());
    }
  }
}

bool ProtobufMessageWriter::write_item(const Item& item, const Column& column, size_t row, std::string& out,
                                       std::string& error) {
  if (!item.is_oneof) return item.members[0]->write(column, row, out, error);
  if (column.is_null(row)) return true;
  bool written = false;
  for (size_t m = 0; m < item.members.size(); ++m) {
    if (column.child(m).is_null(row)) continue;
    if (written) {
      error = "has more than one field that isn't NULL, but is a oneof";
      return false;
    }
    written = true;
    if (!item.members[m]->write(column.child(m), row, out, error)) return false;
  }
  return true;
}

bool ProtobufMessageWriter::write(const std::vector<const Column*>& columns, size_t row, std::string& out,
                                  std::string& error) const {
  for (const Item& item : items_) {
    if (write_item(item, *columns[item.column], row, out, error)) continue;
    error = item.name + (error.starts_with('.') ? error : " " + error);
    return false;
  }
  return true;
}

bool ProtobufMessageWriter::write(const Column& structure, size_t row, std::string& out, std::string& error) const {
  for (const Item& item : items_) {
    if (write_item(item, structure.child(item.column), row, out, error)) continue;
    error = "." + item.name + (error.starts_with('.') ? error : " " + error);
    return false;
  }
  return true;
}

}  // namespace weir
