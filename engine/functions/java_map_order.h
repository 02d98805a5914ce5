// The order in which ksqlDB goes through the entries of a map: that of Java's HashMap. It shows where entries become a
// sequence. No state; any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/types/column.h"

namespace weir {

// Sets `entries` to the indexes, in the map's children, of one row's entries in that order. The row must not be NULL.
// Keys that are neither texts nor whole numbers keep the map's own order.
void java_map_order(const Column& map, uint32_t row, std::vector<uint32_t>& entries);

}  // namespace weir
