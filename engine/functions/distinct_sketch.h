// How many different values a group has, in bounded space: the state of COUNT_DISTINCT. Exact up to kExactValues, then
// a HyperLogLog sketch of 2^14 registers with a standard error below 1 %. No state of its own; any thread.
//
// Bytes: kind 0, then the distinct 64-bit hashes in ascending order (8 bytes each); or kind 1, then the registers, 6
// bits each, four in three bytes, the lowest bits first.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::distinct_sketch {

// More take as much room as the registers.
inline constexpr size_t kExactValues = 1024;

void initialize(std::string& out);
void add(std::string_view sketch, uint64_t hash, std::string& out);
void merge(std::string_view a, std::string_view b, std::string& out);
int64_t estimate(std::string_view sketch);

}  // namespace weir::distinct_sketch
