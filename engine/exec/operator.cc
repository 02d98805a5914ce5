#include "engine/exec/operator.h"

#include <algorithm>

namespace weir {

namespace {

// The records of a partition are in the order of their offsets.
const log::RecordView* record_at_offset(const log::FetchedRecords& records, int64_t offset) {
  const auto found =
      std::lower_bound(records.records.begin(), records.records.end(), offset,
                       [](const log::RecordView& record, int64_t wanted) { return record.offset < wanted; });
  return found != records.records.end() && found->offset == offset ? &*found : nullptr;
}

}  // namespace

Batch TaskContext::time_only(int64_t stream_time) {
  Batch batch;
  batch.rows = 1;
  batch.timestamps = {stream_time};
  batch.offsets = {-1};
  return batch;
}

void TaskContext::drain_errors(const Batch& batch) {
  for (const RowError& error : errors.errors()) {
    ProcessingError out;
    out.stage = error.stage;
    out.source = source_name;
    out.topic = source_topic;
    out.input = input_id;
    out.kept = batch.kept;
    out.dropped = error.stage != RowError::Stage::kEvaluate || error.dropped;
    out.partition = batch.partition;
    if (error.row < batch.offsets.size()) out.offset = batch.offsets[error.row];
    if (const log::FetchedRecords* origin = batch.origin_of(error.row)) {
      // The row of a join may have come from another input than the one that was worked on last.
      if (origin->source.topic != out.topic) {
        out.source.clear();
        out.input.clear();
      }
      out.topic = origin->source.topic;
      out.partition = origin->source.partition;
      if (const log::RecordView* record = record_at_offset(*origin, out.offset)) out.record = *record;
    }
    if (error.row < batch.timestamps.size()) out.timestamp = batch.timestamps[error.row];
    out.operation = error.operation;
    out.message = error.message;
    collector->error(std::move(out));
  }
  errors.clear();
}

}  // namespace weir
