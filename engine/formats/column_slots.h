// Fills a column and its children slot by slot in ascending order, as a decoder of nested values does. A tree of these
// mirrors a type; bind() ties it to the columns of one batch. Belongs to one decoder; one thread.
#pragma once

#include <memory>
#include <vector>

#include "engine/formats/column_filling.h"

namespace weir {

class ColumnSlots {
 public:
  explicit ColumnSlots(TypePtr type);

  const TypePtr& type() const { return type_; }
  Column& column() { return *column_; }
  // ARRAY: the element; MAP: key and value; STRUCT: the fields.
  ColumnSlots& child(size_t i) { return *children_[i]; }
  size_t child_count() const { return children_.size(); }

  // The column must have all its slots already; children of arrays and maps grow as elements come.
  void bind(Column& column);
  // Defines the slot; the newest slot may be defined again.
  void set_null(size_t slot) { define_null(*column_, slot); }
  template <class T>
  void set(size_t slot, const T& value) {
    column_->set<T>(slot, value);
  }
  void set_valid(size_t slot) { column_->set_valid(slot); }

  // ARRAY and MAP: begin, an element slot for each element, end.
  void begin_elements(size_t slot) { elements_ = column_->offsets()[slot]; }
  size_t add_element() { return add_child_element(*column_, elements_++); }
  void drop_element() { --elements_; }
  void end_elements(size_t slot) {
    column_->offsets()[slot + 1] = static_cast<uint32_t>(elements_);
    column_->set_valid(slot);
  }

  // After the last slot: cuts the children to what was filled.
  void finish() { trim_children(*column_); }

 private:
  TypePtr type_;
  Column* column_ = nullptr;
  std::vector<std::unique_ptr<ColumnSlots>> children_;
  size_t elements_ = 0;  // ARRAY and MAP: slots of the children that are taken
};

}  // namespace weir
