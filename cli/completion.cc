#include "cli/completion.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace weir::cli {

namespace {

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

}  // namespace

std::vector<std::string> completions(Engine& engine, const std::string& word) {
  const std::string wanted = upper(word);
  const bool lower_case = std::any_of(word.begin(), word.end(), [](unsigned char c) { return std::islower(c); });
  std::set<std::string> found;
  const auto offer = [&](const std::string& candidate, bool follow_case) {
    if (!upper(candidate).starts_with(wanted)) return;
    found.insert(follow_case && lower_case ? lower(candidate) : candidate);
  };
  for (const std::string& keyword : sql::keywords()) offer(keyword, true);
  for (const ScalarFunction* function : engine.functions().functions()) offer(function->name, true);
  for (const SourcePtr& source : engine.catalog().sources()) {
    offer(sql::quote_identifier(source->name), true);
    for (const SourceColumn& column : source->columns) offer(sql::quote_identifier(column.name), true);
  }
  for (const PersistentQueryPtr& query : engine.catalog().queries()) offer(query->id, false);
  for (const auto& [name, type] : engine.catalog().types()) offer(name, true);
  for (const char* command : {"help", "exit", "history", "output", "version", "spool", "clear", "run script"})
    offer(command, true);
  return {found.begin(), found.end()};
}

}  // namespace weir::cli
