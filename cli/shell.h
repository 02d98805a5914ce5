// The interactive shell: line editing with history and completion, statements over several lines, and a few commands of
// its own. One thread.
#pragma once

#include <string>

#include "cli/notices.h"
#include "cli/output.h"
#include "cli/runner.h"
#include "engine/runtime/engine.h"

namespace weir::cli {

class Shell {
 public:
  Shell(Engine& engine, Session& session, Output& output, RunnerOptions options, Notices& notices)
      : engine_(engine), output_(output), notices_(notices), runner_(engine, session, output, options) {}

  // Until exit or end of input. Returns the process's exit code.
  int run();

 private:
  // A command of the shell itself (help, exit, output …). False: `line` is none.
  bool shell_command(const std::string& line);
  void print_help();
  void load_history();
  void save_history();

  Engine& engine_;
  Output& output_;
  Notices& notices_;
  Runner runner_;
  std::string history_path_;
  bool exit_ = false;
};

}  // namespace weir::cli
