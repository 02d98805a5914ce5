#include "cli/test/side_by_side.h"

#include <fmt/format.h>

#include <algorithm>

namespace weir::cli {

namespace {

constexpr size_t kColumn = 64;  // characters
constexpr size_t kBefore = 3;   // records shown before the first difference
constexpr size_t kAfter = 8;

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

size_t characters(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !continues_character(c); }));
}

// Cut or filled up to the column's width.
std::string fit(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  if (characters(text) > kColumn) {
    size_t at = 0, seen = 0;
    while (seen < kColumn - 1) {
      ++at;
      if (at >= text.size() || !continues_character(text[at])) ++seen;
    }
    text = text.substr(0, at) + "…";
  }
  return text + std::string(kColumn - characters(text), ' ');
}

}  // namespace

std::string side_by_side(const std::vector<std::string>& expected, const std::vector<std::string>& actual, size_t first) {
  std::string out = fmt::format("       {}  {}\n", fit("expected"), "actual");
  const size_t end = std::min(std::max(expected.size(), actual.size()), first + kAfter);
  for (size_t i = first - std::min(first, kBefore); i < end; ++i) {
    const std::string left = i < expected.size() ? expected[i] : "(none)", right = i < actual.size() ? actual[i] : "(none)";
    std::string right_fit = fit(right);
    right_fit.erase(right_fit.find_last_not_of(' ') + 1);
    out += fmt::format("  {} {:3} {}  {}\n", i == first ? '>' : ' ', i, fit(left), right_fit);
  }
  const size_t left = std::max(expected.size(), actual.size()) - end;
  if (left > 0) out += fmt::format("      … {} more\n", left);
  return out;
}

}  // namespace weir::cli
