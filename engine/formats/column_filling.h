// What all decoders do that fill the columns of a batch slot by slot: every slot of a column is defined before the next
// one, be it as NULL; children of arrays and maps grow as elements come and are cut to size at the end. Free functions
// on the decoder's own columns.
#pragma once

#include <vector>

#include "engine/types/column.h"

namespace weir {

// Makes a slot NULL, its children's included, so that the slots after it may be defined.
void define_null(Column& column, size_t slot);

// ARRAY and MAP: makes the children longer than the `taken` elements that they have.
void grow_children(Column& column, size_t taken);

// ARRAY and MAP: makes room for one more element in the children, `taken` slots of which are in use. Returns its slot.
inline size_t add_child_element(Column& column, size_t taken) {
  if (taken == column.child(0).size()) grow_children(column, taken);
  return taken;
}

// After the last slot: cuts the children of arrays and maps to what the slots refer to.
void trim_children(Column& column);

// MAP with STRING keys: which elements of the slot have a key that comes again later; empty when none has, or with
// other keys. Of equal keys the last stays.
std::vector<bool> repeated_map_keys(const Column& map, size_t slot);

}  // namespace weir
