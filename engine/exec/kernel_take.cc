#include "engine/exec/kernel_take.h"

#include <algorithm>
#include <cstring>

#include "engine/exec/kernel_validity.h"

namespace weir {

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
  with_constant_width(storage_width(from.kind()), [&](auto width) {
    const auto* source = from.data<std::byte>();
    auto* target = out.data<std::byte>();
    for (size_t row = 0; row < at.size(); ++row) {
      if (at[row] == kNoRow || from.is_null(at[row])) continue;
      std::memcpy(target + row * width, source + at[row] * width, width);
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
  with_constant_width(storage_width(from.kind()), [&](auto width) {
    const auto* source = from.data<std::byte>();
    auto* target = out.data<std::byte>();
    for (uint32_t row = 0; row < rows; ++row) {
      if (from.is_null(row)) continue;
      const size_t at = static_cast<size_t>(row) * stride + offset;
      std::memcpy(target + at * width, source + row * width, width);
      out.set_valid(at);
    }
  });
}

}  // namespace weir
