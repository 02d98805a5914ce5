// Values brought to one type where the language does so unasked: the elements of IN lists, arrays and maps, the
// branches of CASE, arguments of functions. String literals there take the type of their neighbours, as in ksqlDB. No
// state; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/plan/bound_expr.h"
#include "engine/sql/error.h"

namespace weir {

// Made by hand where a literal is computed while binding.
BoundExprPtr make_literal(Value value, TypePtr type, std::string text);

// The expression as `type`: itself when it has the type, literals converted on the spot, else a kCast node.
BoundExprPtr cast_to(const BoundExprPtr& expression, const TypePtr& type);

// The value that the text of a string literal has as a value of `type`; nullopt: it is none. BOOLEAN takes any
// unambiguous beginning of true, false, yes and no.
std::optional<Value> parse_literal(const std::string& text, const Type& type);

// The expressions cast to the one type that they have in common. Throws StatementError at `pos` when there is none. All
// NULLs: returned as they are, of the NULL type.
std::vector<BoundExprPtr> coerce_to_common_type(const std::vector<BoundExprPtr>& expressions, const sql::Position& pos);

}  // namespace weir
