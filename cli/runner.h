// Runs statements of the user against the engine and shows what comes: used by scripts (-f, -e) and by the shell. It
// follows DEFINE, SET and RUN SCRIPT. One thread; interrupt() from a signal handler.
#pragma once

#include <optional>
#include <string>

#include "cli/output.h"
#include "engine/runtime/engine.h"

namespace weir::cli {

struct RunnerOptions {
  std::optional<int64_t> row_limit;   // rows of a query after which it is ended
  std::optional<int64_t> timeout_ms;  // a query is ended after this long
};

class Runner {
 public:
  Runner(Engine& engine, Session& session, Output& output, RunnerOptions options)
      : engine_(engine), session_(session), output_(output), options_(options) {}

  // All statements of `text`, up to the first that fails: its error is shown with its place in the file `name`, of
  // which the text is what begins at the line `first_line`, and false returned. Without a name: with its place in the
  // statement, as at the prompt.
  bool run(const std::string& text, const std::string& name, uint32_t first_line = 1);
  bool run_file(const std::string& path);

  // Ends the query that is being shown. Safe in a signal handler.
  static void interrupt();
  static bool interrupted();
  static void clear_interrupt();

 private:
  void run_statement(const sql::StatementText& piece);
  void show_rows(RowStream& rows, bool is_print);

  Engine& engine_;
  Session& session_;
  Output& output_;
  RunnerOptions options_;
  std::string folder_;  // of the file that is being run; empty: of none
  int depth_ = 0;       // of RUN SCRIPT in scripts
};

}  // namespace weir::cli
