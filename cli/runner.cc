#include "cli/runner.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "cli/script_path.h"

namespace weir::cli {

namespace {

std::atomic<bool> interrupt_requested{false};

constexpr int kDeepestScript = 16;

}  // namespace

void Runner::interrupt() { interrupt_requested.store(true); }
bool Runner::interrupted() { return interrupt_requested.load(); }
void Runner::clear_interrupt() { interrupt_requested.store(false); }

bool Runner::run_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    output_.error("The script " + path + " can't be read. Check the path and its permissions.");
    return false;
  }
  std::stringstream text;
  text << file.rdbuf();
  const std::string outer = std::exchange(folder_, std::filesystem::path(path).parent_path().string());
  const bool ok = run(text.str(), path);
  folder_ = outer;
  return ok;
}

bool Runner::run(const std::string& text, const std::string& name, uint32_t first_line) {
  std::vector<sql::StatementText> pieces;
  try {
    pieces = sql::split_statements(text);
  } catch (const StatementError& e) {
    output_.error(name.empty() ? e.render(text)
                               : e.render_in_file(name, text, e.position() ? e.position()->begin : 0, first_line));
    return false;
  }
  for (const sql::StatementText& piece : pieces) {
    sql::SubstitutedText statement{piece.text, {}};  // what positions count in
    try {
      statement = sql::substitute_with_places(piece.text, session_.variables);
      run_statement(piece);
    } catch (const StatementError& e) {
      if (name.empty()) {
        output_.error(e.render(statement.text));
      } else {
        const size_t offset = e.position() ? statement.written_offset(e.position()->begin) : 0;
        output_.error(e.render_in_file(name, text, piece.pos.begin + std::min(offset, piece.text.size()), first_line));
      }
      return false;
    }
    if (interrupted()) return false;
  }
  return true;
}

void Runner::run_statement(const sql::StatementText& piece) {
  const sql::StatementPtr statement =
      sql::parse_statement(piece.text + ";", session_.variables, sql::Language::kTestScripts);
  if (const auto* script = std::get_if<sql::RunScript>(&statement->body)) {
    if (depth_ >= kDeepestScript) {
      throw StatementError(StatementError::Kind::kInvalid,
                           "RUN SCRIPT is nested too deeply: does " + script->path + " run itself?");
    }
    ++depth_;
    const bool ok = run_file(script_path(script->path, folder_));
    --depth_;
    if (!ok && !interrupted())
      throw StatementError(StatementError::Kind::kInvalid, "The script " + script->path + " failed.");
    return;
  }
  const StatementResult result = engine_.execute(*statement, session_);
  output_.show(result);
  if (result.rows) show_rows(*result.rows, result.is_print);
  output_.flush();
}

void Runner::show_rows(RowStream& rows, bool is_print) {
  using namespace std::chrono;
  if (!is_print) output_.begin_rows(rows.schema());
  output_.flush();
  const auto started = steady_clock::now();
  int64_t shown = 0;
  Row row;
  bool fresh = false;  // rows shown since the last flush
  while (true) {
    if (interrupted()) break;
    if (options_.row_limit && shown >= *options_.row_limit) break;
    milliseconds wait(100);
    if (options_.timeout_ms) {
      const auto left = milliseconds(*options_.timeout_ms) - duration_cast<milliseconds>(steady_clock::now() - started);
      if (left.count() <= 0) break;
      wait = std::min(wait, left);
    }
    const RowStream::State state = rows.next(row, fresh ? milliseconds(0) : wait);
    if (state == RowStream::State::kDone) break;
    if (state == RowStream::State::kTimeout) {
      if (fresh) output_.flush();
      fresh = false;
      continue;
    }
    if (is_print) {
      output_.print_line(row[0].as_string());
    } else {
      output_.row(rows.schema(), row);
    }
    fresh = true;
    ++shown;
  }
  output_.flush();
  const auto error = rows.error();
  const bool limit = rows.limit_reached() || (options_.row_limit && shown >= *options_.row_limit);
  rows.close();
  if (error) throw StatementError(StatementError::Kind::kInvalid, *error);
  output_.message(limit ? "Limit Reached" : interrupted() ? "Query terminated" : "Query Completed");
}

}  // namespace weir::cli
