// How far a query's inputs have read a partition, as the log's committed offset and its metadata keep it. Values; any
// thread.
#pragma once

#include <string>
#include <vector>

#include "engine/exec/task.h"
#include "storage/log/log.h"

namespace weir {

struct InputPosition {
  std::string node;  // of the plan
  int64_t offset = 0;
  TaskProgress progress;
};

// `inputs`: all that read the partition, one or more. Where several do, as in the join of a stream with itself, the
// offset is the lowest of theirs, and the metadata has each one's own.
log::CommittedOffset committed_position(const std::vector<InputPosition>& inputs);
// Metadata that can't be read count as none.
InputPosition position_of(const log::CommittedOffset& committed, const std::string& node);

}  // namespace weir
