// Which types convert into which: what CAST offers, what the language does unasked, and the type that two types have in
// common. The kernels are in exec/. No state; any thread.
#pragma once

#include <string_view>

#include "engine/types/type.h"

namespace weir {

// Whether CAST(from AS to) exists.
bool cast_exists(const Type& from, const Type& to);
// Whether CAST makes anything but NULL of the text. Of types that it converts text to.
bool text_casts_to(std::string_view text, const Type& to);
// Whether a value of `from` may be used where `to` is needed without a CAST: INT → BIGINT → DECIMAL → DOUBLE, also
// inside arrays, maps and structs by field name. A DECIMAL takes an integer only where all its digits fit.
bool implicit_cast_exists(const Type& from, const Type& to);

// The narrowest type that both convert to without loss by the rules above; of two STRUCTs the one with the fields of
// both. The NULL type gives the other one. nullptr: there is none.
TypePtr common_type(const TypePtr& a, const TypePtr& b);
// The same for two types of numbers; nullptr if one is none.
TypePtr common_numeric_type(const TypePtr& a, const TypePtr& b);

// The type has a MAP anywhere in it.
bool contains_map(const Type& type);

}  // namespace weir
