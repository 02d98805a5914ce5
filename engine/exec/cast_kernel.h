// CAST over columns. Made once for a pair of types; one thread (it owns scratch memory).
#pragma once

#include <memory>

#include "engine/exec/expression_node.h"

namespace weir {

// Numbers narrow as in Java: BIGINT to INT keeps the low bits, DOUBLE to an integer truncates and saturates, DECIMAL to
// an integer truncates and keeps the low bits. DECIMALs round half up. What can't be converted (text that is no number,
// a DECIMAL too large) fails its row, an element that can't be converted the whole array, map or struct.
class CastKernel {
 public:
  virtual ~CastKernel() = default;
  // Writes the first frame.rows rows of `from` to `out`, which is of the target type and has as many rows, all null.
  virtual void run(const Column& from, ExpressionFrame& frame, Column& out) = 0;
  virtual bool can_fail() const = 0;
};

// For types between which cast_exists (engine/plan/cast_rules.h). Throws std::logic_error otherwise.
std::unique_ptr<CastKernel> make_cast_kernel(const TypePtr& from, const TypePtr& to);

ExpressionNodePtr make_cast(TypePtr type, ExpressionNodePtr operand);

}  // namespace weir
