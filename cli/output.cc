#include "cli/output.h"

#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "cli/terminal.h"
#include "engine/types/text.h"

namespace weir::cli {

void Output::spool_to(const std::string& path) {
  auto file = std::make_unique<std::ofstream>(path, std::ios::app);
  if (!*file) throw std::invalid_argument("The file " + path + " can't be written.");
  spool_ = std::move(file);
}

void Output::out(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (spool_) *spool_ << text << std::flush;
}

void Output::info(const std::string& text) {
  if (format_ == OutputFormat::kTabular) {
    out(text);
    return;
  }
  std::fwrite(text.data(), 1, text.size(), stderr);
  if (spool_) *spool_ << text << std::flush;
}

void Output::flush() { std::fflush(stdout); }

void Output::message(const std::string& text) { info(text + "\n"); }

void Output::error(const std::string& text) {
  const bool colour = isatty(STDERR_FILENO) != 0;
  std::fprintf(stderr, "%s%s%s\n", colour ? "\033[31m" : "", text.c_str(), colour ? "\033[0m" : "");
  if (spool_) *spool_ << text << std::endl;
}

void Output::show(const StatementResult& result) {
  if (format_ == OutputFormat::kJson) {
    // SHOW, DESCRIBE: a table's rows are result rows too.
    for (const TableResult& table : result.tables) {
      for (const auto& row : table.rows) {
        std::string line = "{";
        for (size_t c = 0; c < row.size(); ++c) {
          if (c > 0) line += ",";
          append_json_quoted(line, table.columns[c]);
          line += ":";
          append_json_quoted(line, row[c]);
        }
        out(line + "}\n");
      }
    }
    if (!result.message.empty()) message(result.message);
    for (const StatementResult& part : result.parts) show(part);
    if (!result.text.empty()) message(result.text);
  } else {
    if (!result.message.empty()) {
      info("\n" + result.message + (result.message.ends_with('\n') ? "" : "\n"));
    }
    for (const TableResult& part : result.tables) table(part);
    for (const StatementResult& part : result.parts) show(part);
    if (!result.text.empty()) info(result.text + (result.text.ends_with('\n') ? "" : "\n"));
  }
  for (const std::string& warning : result.warnings) {
    if (warning != result.message) info("WARNING: " + warning + "\n");
  }
}

// Columns as wide as their widest cell; where the terminal is too narrow the widest give way and their cells wrap.
void Output::table(const TableResult& table) {
  if (table.columns.empty()) return;
  const size_t columns = table.columns.size();
  std::vector<size_t> widths(columns);
  const auto measure = [&](size_t c, const std::string& cell) {
    for (const std::string& line : wrap(cell, SIZE_MAX)) widths[c] = std::max(widths[c], display_width(line));
  };
  for (size_t c = 0; c < columns; ++c) {
    measure(c, table.columns[c]);
    for (const auto& row : table.rows) measure(c, row[c]);
  }
  const auto total = [&] {
    size_t sum = 0;
    for (const size_t width : widths) sum += width + 3;
    return sum - 1;
  };
  const auto terminal = static_cast<size_t>(terminal_width());
  constexpr size_t kNarrowest = 8;
  while (total() > terminal) {
    const auto widest = std::max_element(widths.begin(), widths.end());
    if (*widest <= kNarrowest) break;
    --*widest;
  }
  const std::string rule(std::min(total(), terminal), '-');
  std::string text = "\n";
  const auto line_of = [&](const std::vector<std::string>& cells) {
    std::vector<std::vector<std::string>> wrapped;
    size_t height = 1;
    for (size_t c = 0; c < columns; ++c) {
      wrapped.push_back(wrap(cells[c], widths[c]));
      height = std::max(height, wrapped.back().size());
    }
    for (size_t line = 0; line < height; ++line) {
      for (size_t c = 0; c < columns; ++c) {
        text += (c > 0 ? "| " : " ") + pad(line < wrapped[c].size() ? wrapped[c][line] : "", widths[c]) + " ";
      }
      text += "\n";
    }
  };
  line_of(table.columns);
  text += rule + "\n";
  for (const auto& row : table.rows) line_of(row);
  text += rule + "\n";
  info(text);
}

size_t Output::cell_width(size_t columns) const {
  if (column_width_ > 0) return static_cast<size_t>(column_width_);
  const size_t share = static_cast<size_t>(terminal_width()) / std::max<size_t>(columns, 1);
  return share > 7 ? share - 2 : 5;
}

void Output::boxed(const std::vector<std::string>& cells) {
  const size_t width = cell_width(cells.size());
  std::vector<std::vector<std::string>> wrapped;
  size_t height = 1;
  for (const std::string& cell : cells) {
    std::vector<std::string> lines = wrap(cell, width);
    if (!wrap_ && lines.size() > 1) {
      lines = {wrap(cell, width > 3 ? width - 3 : width).front() + (width > 3 ? "..." : "")};
    }
    height = std::max(height, lines.size());
    wrapped.push_back(std::move(lines));
  }
  std::string text;
  for (size_t line = 0; line < height; ++line) {
    for (const auto& lines : wrapped) text += "|" + pad(line < lines.size() ? lines[line] : "", width);
    text += "|\n";
  }
  out(text);
}

void Output::begin_rows(const PlanSchema& schema) {
  if (format_ == OutputFormat::kJson || schema.empty()) return;
  std::string rule;
  std::vector<std::string> names;
  for (const PlanColumn& column : schema) {
    rule += "+" + std::string(cell_width(schema.size()), '-');
    names.push_back(column.name);
  }
  out(rule + "+\n");
  boxed(names);
  out(rule + "+\n");
}

void Output::row(const PlanSchema& schema, const Row& row) {
  if (format_ == OutputFormat::kJson) {
    std::string line = "{";
    for (size_t c = 0; c < schema.size(); ++c) {
      if (c > 0) line += ",";
      append_json_quoted(line, schema[c].name);
      line += ":" + to_json(row[c], *schema[c].type);
    }
    out(line + "}\n");
    return;
  }
  std::vector<std::string> cells;
  for (size_t c = 0; c < schema.size(); ++c) {
    cells.push_back(row[c].is_null() ? "null" : to_text(row[c], *schema[c].type));
  }
  boxed(cells);
}

void Output::print_line(const std::string& line) { out(line + "\n"); }

}  // namespace weir::cli
