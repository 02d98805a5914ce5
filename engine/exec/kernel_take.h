// Moving values between columns of one type.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/types/column.h"

namespace weir {

inline constexpr uint32_t kNoRow = UINT32_MAX;

// out[row] = from[at[row]] for at.size() rows; kNoRow gives NULL. `out` has as many rows, all null (none for nested
// types).
void take_rows(const Column& from, const std::vector<uint32_t>& at, Column& out);

// The first `rows` rows into `out`, whatever it held.
void copy_rows(const Column& from, uint32_t rows, Column& out);

// out[row * stride + offset] = from[row], for types that aren't nested. `out` has rows * stride rows.
void spread_rows(const Column& from, uint32_t rows, uint32_t stride, uint32_t offset, Column& out);

}  // namespace weir
