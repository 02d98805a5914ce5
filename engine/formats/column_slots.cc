#include "engine/formats/column_slots.h"

namespace weir {

ColumnSlots::ColumnSlots(TypePtr type) : type_(std::move(type)) {
  const TypeKind kind = type_->kind();
  if (kind == TypeKind::kArray) children_.push_back(std::make_unique<ColumnSlots>(type_->element()));
  if (kind == TypeKind::kMap) {
    children_.push_back(std::make_unique<ColumnSlots>(type_->map_key()));
    children_.push_back(std::make_unique<ColumnSlots>(type_->map_value()));
  }
  if (kind == TypeKind::kStruct) {
    for (const StructField& field : type_->fields()) children_.push_back(std::make_unique<ColumnSlots>(field.type));
  }
}

void ColumnSlots::bind(Column& column) {
  column_ = &column;
  for (size_t i = 0; i < children_.size(); ++i) children_[i]->bind(column.child(i));
}

}  // namespace weir
