#include "engine/exec/kernel_take.h"

#include <algorithm>

#include "engine/exec/kernel_validity.h"

namespace weir {

namespace {

// Calls body with a null pointer to the type that stores a value of the kind.
template <class Body>
void with_storage_type(TypeKind kind, Body&& body) {
  switch (storage_width(kind)) {
    case 1:
      body(static_cast<uint8_t*>(nullptr));
      break;
    case 4:
      body(static_cast<int32_t*>(nullptr));
      break;
    case 8:
      body(static_cast<int64_t*>(nullptr));
      break;
    default:
      if (kind == TypeKind::kDecimal) {
        body(static_cast<Int128*>(nullptr));
      } else {
        body(static_cast<std::string_view*>(nullptr));
      }
  }
}

}  // namespace

void take_rows(const Column& from, const std::vector<uint32_t>& at, Column& out) {
  if (from.type()->is_nested()) {
    for (const uint32_t row : at) {
      if (row == kNoRow) {
        out.append_null();
      } else {
        out.append_from(from, row);
      }
    }
    return;
  }
  with_storage_type(from.kind(), [&]<class T>(T*) {
    const T* source = from.data<T>();
    T* target = out.data<T>();
    for (size_t row = 0; row < at.size(); ++row) {
      if (at[row] == kNoRow || from.is_null(at[row])) continue;
      target[row] = source[at[row]];
      out.set_valid(row);
    }
  });
}

void copy_rows(const Column& from, uint32_t rows, Column& out) {
  if (from.type()->is_nested()) {
    out = std::move(*from.slice(0, rows));
    return;
  }
  out.recycle(rows);
  std::copy_n(from.data<std::byte>(), rows * storage_width(from.kind()), out.data<std::byte>());
  copy_validity(from, rows, out);
}

void spread_rows(const Column& from, uint32_t rows, uint32_t stride, uint32_t offset, Column& out) {
  with_storage_type(from.kind(), [&]<class T>(T*) {
    const T* source = from.data<T>();
    T* target = out.data<T>() + offset;
    for (uint32_t row = 0; row < rows; ++row) {
      if (from.is_null(row)) continue;
      target[static_cast<size_t>(row) * stride] = source[row];
      out.set_valid(static_cast<size_t>(row) * stride + offset);
    }
  });
}

}  // namespace weir
