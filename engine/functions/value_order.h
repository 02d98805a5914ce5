// The order of values within one SQL type, as Java's compareTo gives it. No state; any thread.
#pragma once

#include <string_view>

#include "engine/types/column.h"

namespace weir {

// Negative, zero or positive. Text compares by UTF-16 code units, as java.lang.String does: that is the order of the
// UTF-8 bytes except between characters beyond U+FFFF and those from U+E000 to U+FFFF.
int compare_text(std::string_view a, std::string_view b);
// Byte by byte as signed numbers, as java.nio.ByteBuffer does.
int compare_bytes(std::string_view a, std::string_view b);
// -0.0 before 0.0, NaN after everything, as Double.compare.
int compare_doubles(double a, double b);

// Compares two non-null rows of columns of one kind that isn't nested; DECIMALs must be of one scale.
int compare_rows(const Column& a, size_t row_a, const Column& b, size_t row_b);

// Whether compare_rows can order values of this kind.
bool is_ordered(TypeKind kind);

}  // namespace weir
