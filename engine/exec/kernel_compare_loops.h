// The inner loops of comparisons: one function for each type and operator, chosen when an expression is compiled.
#pragma once

#include "engine/sql/ast.h"
#include "engine/types/column.h"

namespace weir {

// Writes 1 or 0 for every row, null or not.
using CompareLoop = void (*)(const Column& left, const Column& right, uint32_t rows, uint8_t* out);

// For =, <>, <, <=, >, >=; nullptr when values of the type don't compare so.
CompareLoop compare_loop(const Type& type, sql::CompareOp op);

}  // namespace weir
