#include "cli/shell.h"

// clang-format off
#include <cstdio>
#include <readline/history.h>
#include <readline/readline.h>
// clang-format on
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <regex>

#include "cli/completion.h"

namespace weir::cli {

namespace {

constexpr int kHistoryLines = 10000;
constexpr const char* kPipedName = "<stdin>";  // in the places of errors

// readline's callbacks carry no user data
Engine* completion_engine = nullptr;
Notices* shown_notices = nullptr;
Output* notices_output = nullptr;

char* next_completion(const char* word, int state) {
  static std::vector<std::string> found;
  static size_t next;
  if (state == 0) {
    found = completions(*completion_engine, word);
    next = 0;
  }
  return next < found.size() ? strdup(found[next++].c_str()) : nullptr;
}

char** complete_word(const char* word, int, int) {
  rl_attempted_completion_over = 1;  // no file names
  return rl_completion_matches(word, next_completion);
}

// Called by readline some times a second while it waits for a key: above the line that is being typed, which is drawn
// again.
int show_notices_at_prompt() {
  const std::vector<std::string> texts = shown_notices->take();
  if (texts.empty()) return 0;
  std::fputs("\r\033[K", stdout);
  for (const std::string& text : texts) notices_output->message(text);
  notices_output->flush();
  rl_on_new_line();
  rl_redisplay();
  return 0;
}

// Ctrl-C at the prompt drops the line, not the shell.
int drop_line_on_interrupt() {
  if (!Runner::interrupted()) return 0;
  rl_replace_line("", 0);
  rl_done = 1;
  return 0;
}

std::string trimmed(std::string text) {
  const auto is_space = [](unsigned char c) { return std::isspace(c) != 0; };
  text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), is_space));
  text.erase(std::find_if_not(text.rbegin(), text.rend(), is_space).base(), text.end());
  return text;
}

bool is_complete(const std::string& text) {
  try {
    const auto pieces = sql::split_statements(text);
    return pieces.empty() || pieces.back().complete;
  } catch (const StatementError&) {
    // An unclosed quote: go on until a semicolon shows that the user means it.
    return text.find(';') != std::string::npos;
  }
}

}  // namespace

int Shell::run() {
  const bool interactive = isatty(STDIN_FILENO) != 0;
  completion_engine = &engine_;
  shown_notices = &notices_;
  notices_output = &output_;
  rl_attempted_completion_function = complete_word;
  rl_completer_word_break_characters = const_cast<char*>(" \t\n\"'`@$><=;|&{(,.");
  rl_signal_event_hook = drop_line_on_interrupt;
  rl_event_hook = show_notices_at_prompt;
  rl_catch_signals = 0;
  if (interactive) {
    load_history();
    output_.message("Weir " WEIR_VERSION ", " + engine_.log().description() +
                    "\nStatements end with a semicolon. Type 'help' for the shell's own commands, 'exit' to leave.");
  }
  std::string pending;
  uint32_t line_number = 0, first_line = 1;  // of what was read; of what is pending
  while (!exit_) {
    Runner::clear_interrupt();
    std::string line;
    if (interactive) {
      for (const std::string& text : notices_.take()) output_.message(text);
      output_.flush();
      char* read = readline(pending.empty() ? "weir> " : "    > ");
      if (Runner::interrupted()) {
        std::free(read);
        pending.clear();
        std::cout << "^C\n";
        continue;
      }
      if (read == nullptr) {
        std::cout << "\n";
        break;
      }
      line = read;
      std::free(read);
    } else if (!std::getline(std::cin, line)) {
      break;
    }
    ++line_number;
    if (pending.empty()) first_line = line_number;
    if (pending.empty() && (trimmed(line).empty() || shell_command(trimmed(line)))) {
      if (interactive && !trimmed(line).empty()) add_history(line.c_str());
      continue;
    }
    pending += (pending.empty() ? "" : "\n") + line;
    if (!is_complete(pending)) continue;
    if (interactive) add_history(pending.c_str());
    // What comes from a file or a pipe is a script: it ends at its first error.
    const bool ok = runner_.run(pending, interactive ? "" : kPipedName, first_line);
    output_.flush();
    pending.clear();
    if (!interactive && (!ok || Runner::interrupted())) return Runner::interrupted() ? 130 : 1;
  }
  if (!interactive && Runner::interrupted()) return 130;
  if (!interactive && !trimmed(pending).empty()) {
    output_.error(std::string(kPipedName) + ":" + std::to_string(first_line) +
                  ": The input ends within a statement: '" + trimmed(pending) + "' has no semicolon.");
    return 1;
  }
  if (interactive) save_history();
  return 0;
}

bool Shell::shell_command(const std::string& line) {
  std::string text = line;
  while (!text.empty() && text.back() == ';') text.pop_back();
  text = trimmed(text);
  const auto matches = [&](const char* pattern, std::smatch& parts) {
    return std::regex_match(text, parts, std::regex(pattern, std::regex::icase));
  };
  std::smatch parts;
  if (matches("exit|quit", parts)) {
    exit_ = true;
  } else if (matches("help", parts)) {
    print_help();
  } else if (matches("version", parts)) {
    output_.message("Version: " WEIR_VERSION);
  } else if (matches("clear", parts)) {
    std::cout << "\033[2J\033[H" << std::flush;
  } else if (matches("history", parts)) {
    HIST_ENTRY** entries = history_list();
    for (int i = 0; entries != nullptr && entries[i] != nullptr; ++i) {
      char number[16];
      std::snprintf(number, sizeof number, "%4d: ", i + 1);
      output_.message(number + std::string(entries[i]->line));
    }
  } else if (matches("output", parts)) {
    output_.message(std::string("Current output format: ") +
                    (output_.format() == OutputFormat::kJson ? "JSON" : "TABULAR"));
  } else if (matches("output\\s+(json|tabular)", parts)) {
    const bool json = std::tolower(parts[1].str()[0]) == 'j';
    output_.set_format(json ? OutputFormat::kJson : OutputFormat::kTabular);
    output_.message(std::string("Output format set to ") + (json ? "JSON" : "TABULAR"));
  } else if (matches("set\\s+cli\\s+wrap\\s+(on|off)", parts)) {
    output_.set_wrap(parts[1].str().size() == 2);
  } else if (matches("set\\s+cli\\s+column-width\\s+(\\d{1,4})", parts)) {
    output_.set_column_width(std::stoi(parts[1]));
  } else if (matches("spool\\s+off", parts)) {
    output_.message(output_.spooling() ? "Spooling ended." : "Nothing is being spooled.");
    output_.spool_off();
  } else if (matches("spool\\s+'?([^']+)'?", parts)) {
    try {
      output_.spool_to(parts[1]);
      output_.message("Session will be spooled to " + parts[1].str() + "\nEnter SPOOL OFF to disable");
    } catch (const std::invalid_argument& e) {
      output_.error(e.what());
    }
  } else {
    return false;
  }
  return true;
}

void Shell::print_help() {
  output_.message(
      "Statements are SQL and end with a semicolon; they may span lines. The shell's own commands:\n"
      "  help                         this text\n"
      "  exit                         leave (also Ctrl-D)\n"
      "  clear                        clear the screen\n"
      "  history                      what was entered before\n"
      "  output [JSON|TABULAR]        show or set how results look\n"
      "  set cli WRAP ON|OFF          wrap or cut long cells\n"
      "  set cli COLUMN-WIDTH n       fixed width of a query's columns; 0: by the terminal\n"
      "  spool 'FILE' | spool OFF     copy the session to a file\n"
      "  run script 'FILE';           run the statements of a file\n"
      "  version                      the program's version\n"
      "Tab completes keywords and names. Ctrl-C ends a running query.\n"
      "Statements to begin with: SHOW STREAMS; SHOW TOPICS; SHOW FUNCTIONS; DESCRIBE name; EXPLAIN query_id;");
}

void Shell::load_history() {
  const char* home = std::getenv("HOME");
  if (home == nullptr) return;
  history_path_ = std::string(home) + "/.weir-history";
  using_history();
  stifle_history(kHistoryLines);
  read_history(history_path_.c_str());
}

void Shell::save_history() {
  if (!history_path_.empty()) write_history(history_path_.c_str());
}

}  // namespace weir::cli
