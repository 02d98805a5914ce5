// Which slot a task lies in. Equal partition numbers of all that a query reads share one, so that a join finds both of
// its sides there; so do those of queries that read the same topic first, which then share its fetches.
#pragma once

#include <cstdint>
#include <string>

namespace weir {

// Where the slots of queries that read `topic` first begin. The same in every process and version.
uint32_t slot_shift(const std::string& topic);

// `slots`: their number, a power of two. Neighbouring partitions lie far apart: groups hand slots out, and take them
// away, in runs of neighbours, and each run is to have its part of every query.
int32_t slot_of(uint32_t shift, int32_t partition, int32_t slots);

}  // namespace weir
