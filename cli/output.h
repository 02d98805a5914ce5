// How results look: tables that fit the terminal, or one JSON object a line. Rows of queries go to standard output;
// with JSON, everything else goes to standard error, so that standard output can be piped on. One thread.
#pragma once

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

#include "engine/runtime/row_stream.h"
#include "engine/runtime/statement_result.h"

namespace weir::cli {

enum class OutputFormat { kTabular, kJson };

class Output {
 public:
  explicit Output(OutputFormat format) : format_(format) {}

  OutputFormat format() const { return format_; }
  void set_format(OutputFormat format) { format_ = format; }
  void set_wrap(bool wrap) { wrap_ = wrap; }
  void set_column_width(int width) { column_width_ = width; }
  // Everything printed is copied to the file until it is closed. Throws std::invalid_argument when it can't be written.
  void spool_to(const std::string& path);
  void spool_off() { spool_.reset(); }
  bool spooling() const { return spool_ != nullptr; }

  void show(const StatementResult& result);  // all but the rows of a stream
  void message(const std::string& text);
  void error(const std::string& text);

  void begin_rows(const PlanSchema& schema);
  void row(const PlanSchema& schema, const Row& row);
  void print_line(const std::string& line);  // of PRINT
  void flush();

 private:
  void out(const std::string& text);   // standard output
  void info(const std::string& text);  // what is no row
  void table(const TableResult& table);
  size_t cell_width(size_t columns) const;
  void boxed(const std::vector<std::string>& cells);

  OutputFormat format_;
  bool wrap_ = true;
  int column_width_ = 0;  // 0: by the terminal
  std::unique_ptr<std::ofstream> spool_;
};

}  // namespace weir::cli
