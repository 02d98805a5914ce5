// Records of a stage's input topic → a batch: of a source's topic through its formats, of a repartition topic through
// the engine's own encoding. Only the columns that the plan asks for are decoded. Owned by a task; its thread alone.
#pragma once

#include <memory>
#include <vector>

#include "engine/exec/operator.h"
#include "engine/exec/row_codec.h"
#include "engine/formats/format.h"
#include "engine/functions/registry.h"
#include "engine/plan/physical_plan.h"

namespace weir {

class InputDecoder {
 public:
  virtual ~InputDecoder() = default;
  // Rows that can't be used (undecodable, without a valid time) are left out and reported to the context's collector,
  // with their bytes. Views in the batch point into the records' memory and the context's arena.
  virtual void decode(const log::FetchedRecords& records, TaskContext& context, Batch& out) = 0;

  // `node`: kSource or kRepartition.
  static std::unique_ptr<InputDecoder> create(const PlanNode& node, const std::shared_ptr<SchemaRegistry>& registry,
                                              const FunctionRegistry& functions);
};

}  // namespace weir
