// The inner loops of casts between types that aren't nested, and from anything to STRING.
#pragma once

#include "engine/exec/expression_node.h"

namespace weir {

using CastLoop = void (*)(const Column& from, ExpressionFrame& frame, Column& out);

struct CastChoice {
  CastLoop loop = nullptr;  // nullptr: there is no such cast
  bool can_fail = false;
};
CastChoice cast_loop(const Type& from, const Type& to);

}  // namespace weir
