#include "engine/exec/operator.h"

namespace weir {

void TaskContext::drain_errors(const Batch& batch) {
  for (const RowError& error : errors.errors()) {
    ProcessingError out;
    out.stage = error.stage;
    out.source = source_name;
    out.topic = source_topic;
    out.partition = batch.partition;
    if (error.row < batch.offsets.size()) out.offset = batch.offsets[error.row];
    if (error.row < batch.timestamps.size()) out.timestamp = batch.timestamps[error.row];
    out.operation = error.operation;
    out.message = error.message;
    collector->error(std::move(out));
  }
  errors.clear();
}

}  // namespace weir
