// The records of a table's topic as changes of the table: a record with a value is its key's new row, one without
// deletes it. Where old rows are asked for, the table is kept in a key-value store: time and value columns by key
// (docs/formats.md, "Tables"). With a TTL its rows' times are kept at least, and a row that wasn't updated for so long
// goes on as a deletion before the row that took stream time past its end.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/exec/ended_rows.h"
#include "engine/exec/expiry_queue.h"
#include "engine/exec/operator.h"
#include "engine/exec/stored_table.h"

namespace weir {

class TableOperator final : public Operator {
 public:
  // `node`: of kind kTable.
  TableOperator(const PlanNode& node, TaskContext& context);
  void push(const Batch& batch, int input) override;
  bool waits_for_time() override;
  void advance_time(int64_t stream_time) override;

 private:
  void replace_rows(Batch& batch);
  void set_old_rows(Batch& batch, const std::vector<std::string_view>& values);
  void push_ending(const Batch& batch);
  // With a TTL: rows of which none ends while they are worked on.
  void replace_ending_rows(Batch batch);
  void begin_expiry();
  void end_rows();
  void send_ended();

  TaskContext& context_;
  PlanSchema schema_;
  bool old_rows_;
  std::vector<int> value_columns_;
  std::optional<StoredTable> rows_;  // where old rows are asked for, or there is a TTL
  std::optional<ExpiryQueue> expiry_;
  std::optional<EndedRows> ended_;
  std::string key_;
};

}  // namespace weir
