// Arrays, maps and structs: access and construction.
#pragma once

#include <vector>

#include "engine/exec/expression_node.h"

namespace weir {

// Field `index` of a STRUCT; of a NULL struct it is NULL.
ExpressionNodePtr make_field(TypePtr type, int index, ExpressionNodePtr base);
// ARRAY by INT: 1 is the first element, -1 the last; what doesn't exist (0 too) is NULL. MAP by key: a missing key is
// NULL.
ExpressionNodePtr make_subscript(TypePtr type, ExpressionNodePtr base, ExpressionNodePtr index);
// An element, value or field that fails is NULL.
ExpressionNodePtr make_array(TypePtr type, std::vector<ExpressionNodePtr> elements);
// key, value, …: of equal keys the last wins; a NULL key fails the row.
ExpressionNodePtr make_map(TypePtr type, std::vector<ExpressionNodePtr> entries);
ExpressionNodePtr make_struct(TypePtr type, std::vector<ExpressionNodePtr> fields);

}  // namespace weir
