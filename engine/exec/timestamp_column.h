// Event time from a column: WITH (TIMESTAMP='col' [, TIMESTAMP_FORMAT='pattern']). Owned by a task; its thread alone.
#pragma once

#include <memory>
#include <string>

#include "engine/exec/expression.h"
#include "engine/functions/registry.h"

namespace weir {

class TimestampColumn {
 public:
  // BIGINT and TIMESTAMP columns hold milliseconds; STRING columns are read by `format`, a pattern of Java's
  // DateTimeFormatter, UTC where it names no zone. Throws StatementError for a pattern that is none.
  TimestampColumn(const TypePtr& type, const std::string& format, const FunctionRegistry& functions);
  ~TimestampColumn();

  // Milliseconds as a BIGINT column; NULL where there is no time or it can't be read.
  ColumnPtr read(const ColumnPtr& column, uint32_t rows, EvalContext& context);

 private:
  std::unique_ptr<CompiledExpression> parse_;  // STRING only
};

}  // namespace weir
