// Rows of a table that a TTL has ended, gathered to batches of deletions: key columns, each row's end as its time, and
// their old rows where they are asked for. Owned by an operator, its thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/exec/row_codec.h"
#include "engine/plan/physical_plan.h"
#include "engine/types/batch.h"

namespace weir {

class EndedRows {
 public:
  // `schema`: of the table's rows. `old_rows`: the batches have them.
  EndedRows(const PlanSchema& schema, bool old_rows);

  // `values`: the row's encoded value columns, if old rows are asked for.
  void add(std::string_view key, int64_t end, std::string_view values);
  bool full() const { return ends_.size() >= kMaxBatchRows; }
  size_t size() const { return ends_.size(); }
  // The deletions as a batch, which is valid until clear().
  Batch batch() const;
  void clear();

 private:
  PlanSchema schema_;
  bool old_rows_;
  RowCodec key_codec_, value_codec_;
  std::vector<int> key_columns_, value_columns_;
  std::vector<std::string> keys_, values_;
  std::vector<int64_t> ends_;
};

}  // namespace weir
