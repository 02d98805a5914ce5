// Where a task's results go: the runtime puts them into a log transaction, the test driver into its own logs, a push
// query into its client's queue. Called on the task's thread only.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "engine/types/batch.h"
#include "engine/types/row_errors.h"
#include "storage/log/record.h"

namespace weir {

// A row that failed, with everything that its processing-log row and its dead letter need.
struct ProcessingError {
  RowError::Stage stage = RowError::Stage::kEvaluate;
  std::string source;  // the stream's name; empty for internal topics
  std::string topic;
  int32_t partition = 0;
  int64_t offset = -1;
  int64_t timestamp = 0;
  std::string operation;
  std::string message;
  // The record's row is lost to the query's results. False: it goes on with a NULL, or another error tells of it.
  bool dropped = false;
  // It can't be read, so the source's policy says what becomes of it.
  bool reading = false;
  // An aggregation or join has kept what the record brought: were it processed again, that would count twice.
  bool kept = false;
  std::string input;  // id of the plan's node that it was read by; empty: not known
  // The record as it was read, where it is at hand. Its views are valid while RecordCollector::error() is called.
  std::optional<log::RecordView> record;
};

// A result that can't be written, though others can: thrown by RecordCollector::collect(). Its row is lost.
class RecordRefused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class RecordCollector {
 public:
  virtual ~RecordCollector() = default;
  // A record for the stage's output topic (sink or repartition topic). The collector picks the partition by the bytes
  // of `partition_by`, as Java's default partitioner does; without them partitions take turns.
  // Throws RecordRefused for a record that is too large.
  virtual void collect(const log::RecordView& record, const log::OptionalBytes& partition_by) = 0;
  // A record for the stage's output topic (`side` 0) or the `side`th of its side_repartitions, from 1 up. With
  // `partition` ≥ 0 it goes there, whatever its key.
  virtual void collect_to(size_t side, const log::RecordView& record, const log::OptionalBytes& partition_by,
                          int32_t partition) = 0;
  // A push query's rows: the columns of the plan's root. Views are valid during the call.
  virtual void rows(const Batch& batch) = 0;
  virtual void error(ProcessingError error) = 0;
};

}  // namespace weir
