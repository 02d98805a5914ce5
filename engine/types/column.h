// A typed column of a batch: values in one array, a validity bitmap (bit set: not null), children for nested types.
//
// Layout by kind: BOOLEAN uint8_t · INT, DATE, TIME int32_t · BIGINT, TIMESTAMP int64_t · DOUBLE double · DECIMAL
// Int128 (unscaled) · STRING, BYTES std::string_view into memory that outlives the batch (payload or arena) · ARRAY
// offsets + child 0 · MAP offsets + child 0 (keys), child 1 (values) · STRUCT a child for each field, as long as the
// column itself. The value below a null row is unspecified but readable (string views are empty, array lengths 0).
//
// Built by one thread, then shared read-only as ColumnPtr.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/types/arena.h"
#include "engine/types/type.h"
#include "engine/types/value.h"

namespace weir {

class Column;
using ColumnPtr = std::shared_ptr<const Column>;

class Column {
 public:
  // `rows` rows, all null, data zeroed for views and offsets.
  explicit Column(TypePtr type, size_t rows = 0);

  const TypePtr& type() const { return type_; }
  TypeKind kind() const { return type_->kind(); }
  size_t size() const { return size_; }
  void resize(size_t rows);  // new rows are null
  void reserve(size_t rows);
  // For reuse by its only owner: `rows` rows, all null, as after construction but without giving memory back;
  // fixed-width values other than views are left as they were.
  void recycle(size_t rows);

  bool is_valid(size_t row) const { return (validity_[row >> 6] >> (row & 63)) & 1; }
  bool is_null(size_t row) const { return !is_valid(row); }
  void set_valid(size_t row) { validity_[row >> 6] |= uint64_t{1} << (row & 63); }
  void set_null(size_t row) { validity_[row >> 6] &= ~(uint64_t{1} << (row & 63)); }
  void set_all_valid();
  const uint64_t* validity_words() const { return validity_.data(); }  // bits beyond size() are unspecified
  uint64_t* validity_words() { return validity_.data(); }

  // T must be the kind's storage type.
  template <class T>
  const T* data() const {
    return reinterpret_cast<const T*>(data_.data());
  }
  template <class T>
  T* data() {
    return reinterpret_cast<T*>(data_.data());
  }
  template <class T>
  const T& at(size_t row) const {
    return data<T>()[row];
  }
  template <class T>
  void set(size_t row, const T& value) {
    data<T>()[row] = value;
    set_valid(row);
  }

  // Appends a valid value; T must be the kind's storage type.
  template <class T>
  void append(const T& value) {
    const size_t row = size_;
    resize(row + 1);
    set<T>(row, value);
  }

  // ARRAY and MAP: row r's elements are [offsets()[r], offsets()[r + 1]) of the children.
  const std::vector<uint32_t>& offsets() const { return offsets_; }
  std::vector<uint32_t>& offsets() { return offsets_; }
  const Column& child(size_t i) const { return *children_[i]; }
  Column& child(size_t i) { return *children_[i]; }
  size_t child_count() const { return children_.size(); }

  // Appends row `row` of `from` (same type); views are shared, not copied.
  void append_from(const Column& from, size_t row);
  void append_null();
  // Builds an ARRAY or MAP row by row: append the elements to the children, then close the row.
  void close_row();  // appends a valid row that ends at the children's present size
  // Builds a STRUCT row by row: append one value to each child, then close the row.
  void close_struct_row();  // appends a valid row; every child must have one row more than the struct

  // Boxed access, slow. Strings are copied into the arena.
  Value value(size_t row) const;
  void append_value(const Value& value, Arena& arena);

  // The rows named by `rows`, in that order; views shared.
  std::shared_ptr<Column> gather(const uint32_t* rows, size_t count) const;
  // Rows [from, from + count).
  std::shared_ptr<Column> slice(size_t from, size_t count) const;

  // Equality of two rows of the same type: NULL equals NULL; doubles as Java's Double.equals (NaN equals NaN, 0.0 and
  // -0.0 differ); maps whatever their order.
  bool equals(size_t row, const Column& other, size_t other_row) const;

 private:
  void resize_data(size_t rows);
  TypePtr type_;
  size_t size_ = 0;
  size_t width_ = 0;  // bytes of one element of data_; 0 for nested kinds
  std::vector<uint64_t> validity_;
  std::vector<std::byte> data_;
  std::vector<uint32_t> offsets_;
  std::vector<std::shared_ptr<Column>> children_;
};

// Bytes of one value in Column::data(), 0 for nested kinds.
size_t storage_width(TypeKind kind);

// Calls body with the width as a compile-time constant: for loops that move values whatever their type.
template <class Body>
void with_constant_width(size_t width, Body&& body) {
  switch (width) {
    case 1:
      return body(std::integral_constant<size_t, 1>{});
    case 4:
      return body(std::integral_constant<size_t, 4>{});
    case 8:
      return body(std::integral_constant<size_t, 8>{});
    default:
      return body(std::integral_constant<size_t, 16>{});
  }
}

}  // namespace weir
