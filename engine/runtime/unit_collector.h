// Puts the results of one task into its unit's transaction, or into the queue of a push query's client. Owned by the
// unit, its thread.
#pragma once

#include <string>
#include <vector>

#include "engine/exec/record_collector.h"
#include "engine/runtime/query_definition.h"

namespace weir {

class UnitCollector final : public RecordCollector {
 public:
  // All outlive the collector. `task_partition`: where records without a key begin to go round.
  UnitCollector(const QueryDefinition& query, const RuntimeServices& services, log::LogTransaction& transaction,
                const Stage& stage, int32_t task_partition);

  void collect(const log::RecordView& record, const log::OptionalBytes& partition_by) override;
  void collect_to(size_t side, const log::RecordView& record, const log::OptionalBytes& partition_by,
                  int32_t partition) override;
  void rows(const Batch& batch) override;
  void error(ProcessingError error) override;

 private:
  void append_letter(const std::string& topic, const ProcessingError& error, int64_t now_ms);

  struct Output {
    std::string topic;
    int32_t partitions = 1;
    bool counts = false;  // its records are the query's results
  };

  Output repartition_output(const PlanNode& node) const;

  const QueryDefinition& query_;
  const RuntimeServices& services_;
  log::LogTransaction& transaction_;
  std::vector<Output> outputs_;
  int32_t next_partition_;
};

}  // namespace weir
