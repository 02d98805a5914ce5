#include "engine/sql/error.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "engine/sql/utf8.h"

namespace weir {

namespace {

// A line longer than this is shown in part, around the mistake.
constexpr size_t kShownLineWidth = 160;

struct ShownLine {
  std::string text;
  std::string caret;
};

ShownLine shown_line(std::string_view text, size_t offset) {
  offset = std::min(offset, text.size());
  size_t begin = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  begin = begin == std::string_view::npos ? 0 : begin + 1;
  size_t end = text.find('\n', offset);
  if (end == std::string_view::npos) end = text.size();
  if (end > begin && text[end - 1] == '\r' && end - 1 >= offset) --end;

  ShownLine shown;
  if (offset - begin > kShownLineWidth * 3 / 4) {
    begin = sql::utf8_boundary(text, offset - kShownLineWidth / 2);
    shown.text = "…";
    shown.caret = " ";
  }
  const bool clipped = end - begin > kShownLineWidth;
  if (clipped) end = std::max(offset, sql::utf8_boundary(text, begin + kShownLineWidth));
  shown.text.append(text.substr(begin, end - begin));
  if (clipped) shown.text += "…";
  for (size_t at = begin; at < offset;) {
    const auto [code, length] = sql::utf8_next(text, at);
    shown.caret.append(code == '\t' ? "\t" : std::string(sql::display_width(code), ' '));
    at += length;
  }
  shown.caret += '^';
  return shown;
}

// Edit distance with transpositions of neighbours, ignoring the case of ASCII letters.
size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  const auto same = [&](size_t i, size_t j) {
    return std::toupper(static_cast<unsigned char>(a[i])) == std::toupper(static_cast<unsigned char>(b[j]));
  };
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same(i - 1, j - 1) ? 0 : 1)});
      if (i > 1 && j > 1 && same(i - 1, j - 2) && same(i - 2, j - 1)) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::string StatementError::render(const std::string& text) const {
  if (!pos_) return what();
  const ShownLine shown = shown_line(text, pos_->begin);
  return "line " + std::to_string(pos_->line) + ", column " + std::to_string(pos_->column) + ": " + what() + "\n" +
         shown.text + "\n" + shown.caret;
}

std::string StatementError::render_in_file(const std::string& name, const std::string& text, size_t offset,
                                           uint32_t first_line) const {
  offset = std::min(offset, text.size());
  uint32_t line = first_line, column = 1;
  for (size_t at = 0; at < offset;) {
    const auto [code, length] = sql::utf8_next(text, at);
    column = code == '\n' ? 1 : column + 1;
    if (code == '\n') ++line;
    at += length;
  }
  std::string out = name + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + what();
  if (pos_) {
    const ShownLine shown = shown_line(text, offset);
    out += "\n" + shown.text + "\n" + shown.caret;
  }
  return out;
}

std::optional<std::string> nearest_name(const std::string& name, const std::vector<std::string>& candidates) {
  constexpr size_t kLongestName = 256;  // longer ones are no typing mistakes, and the distance costs their product
  if (name.empty() || name.size() > kLongestName) return std::nullopt;
  const std::string* nearest = nullptr;
  size_t least = std::min<size_t>((name.size() + 1) / 3, 3) + 1;
  for (const std::string& candidate : candidates) {
    const size_t longer = std::max(candidate.size(), name.size()), shorter = std::min(candidate.size(), name.size());
    if (longer > kLongestName || longer - shorter >= least) continue;
    const size_t distance = edit_distance(name, candidate);
    if (distance < least) {
      least = distance;
      nearest = &candidate;
    }
  }
  return nearest ? std::optional<std::string>(*nearest) : std::nullopt;
}

std::string suggestion(const std::string& name, const std::vector<std::string>& candidates, const char* quote) {
  const auto nearest = nearest_name(name, candidates);
  return nearest ? " Did you mean " + (quote + *nearest) + quote + "?" : "";
}

}  // namespace weir
