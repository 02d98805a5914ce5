// What a statement gives back, independent of how it is shown. The shell prints tables and messages; the REST server
// will make entities of the same values.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "engine/runtime/row_stream.h"

namespace weir {

// A table of text: SHOW, DESCRIBE, EXPLAIN's parts.
struct TableResult {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};

struct StatementResult {
  // Printed in this order. Any part may be empty.
  std::string message;  // "Stream FOO created."; the header lines of DESCRIBE
  std::vector<TableResult> tables;
  std::vector<StatementResult> parts;  // each shown whole, one after the other: DESCRIBE STREAMS
  std::string text;                    // free text below: EXPLAIN's plan, hints
  std::vector<std::string> warnings;
  // A push query or PRINT: rows come until it ends or is closed.
  std::shared_ptr<RowStream> rows;
  bool is_print = false;  // the rows are lines of text in one column
  std::string query_id;   // of the persistent query that was made
};

}  // namespace weir
