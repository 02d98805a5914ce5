#include "engine/formats/column_slots.h"

#include <string_view>
#include <unordered_map>

namespace weir {

ColumnSlots::ColumnSlots(TypePtr type) : type_(std::move(type)), kind_(type_->kind()) {
  if (kind_ == TypeKind::kArray) children_.push_back(std::make_unique<ColumnSlots>(type_->element()));
  if (kind_ == TypeKind::kMap) {
    children_.push_back(std::make_unique<ColumnSlots>(type_->map_key()));
    children_.push_back(std::make_unique<ColumnSlots>(type_->map_value()));
  }
  if (kind_ == TypeKind::kStruct) {
    for (const StructField& field : type_->fields()) children_.push_back(std::make_unique<ColumnSlots>(field.type));
  }
}

void ColumnSlots::bind(Column& column) {
  column_ = &column;
  elements_ = 0;
  for (size_t i = 0; i < children_.size(); ++i) children_[i]->bind(column.child(i));
}

void ColumnSlots::set_null(size_t slot) {
  column_->set_null(slot);
  switch (kind_) {
    case TypeKind::kString:
    case TypeKind::kBytes:
      column_->data<std::string_view>()[slot] = {};
      break;
    case TypeKind::kArray:
    case TypeKind::kMap:
      elements_ = column_->offsets()[slot];
      column_->offsets()[slot + 1] = static_cast<uint32_t>(elements_);
      break;
    case TypeKind::kStruct:
      for (const std::unique_ptr<ColumnSlots>& field : children_) field->set_null(slot);
      break;
    default:
      break;
  }
}

void ColumnSlots::grow_elements() {
  constexpr size_t kFirst = 16;
  const size_t room = elements_ < kFirst ? kFirst : elements_ * 2;
  for (size_t i = 0; i < children_.size(); ++i) column_->child(i).resize(room);
}

void ColumnSlots::finish() {
  if (kind_ == TypeKind::kArray || kind_ == TypeKind::kMap) {
    elements_ = column_->offsets()[column_->size()];
    for (size_t i = 0; i < children_.size(); ++i) column_->child(i).resize(elements_);
  }
  for (const std::unique_ptr<ColumnSlots>& child : children_) child->finish();
}

std::vector<bool> ColumnSlots::repeated_keys(size_t slot) const {
  if (type_->map_key()->kind() != TypeKind::kString) return {};
  const std::string_view* names = column_->child(0).data<std::string_view>();
  const uint32_t begin = column_->offsets()[slot], end = column_->offsets()[slot + 1];
  constexpr uint32_t kFew = 8;
  if (end - begin <= kFew) {
    bool any = false;
    for (uint32_t i = begin + 1; i < end; ++i) {
      for (uint32_t j = begin; j < i; ++j) any |= names[i] == names[j];
    }
    if (!any) return {};
  }
  std::unordered_map<std::string_view, uint32_t> last;
  for (uint32_t i = begin; i < end; ++i) last[names[i]] = i;
  if (last.size() == end - begin) return {};
  std::vector<bool> repeated(end - begin);
  for (uint32_t i = begin; i < end; ++i) repeated[i - begin] = last[names[i]] != i;
  return repeated;
}

}  // namespace weir
