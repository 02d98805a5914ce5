// The terminal's size and the display width of UTF-8 text. Stateless.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::cli {

int terminal_width();  // columns; 80 where standard output is no terminal and COLUMNS isn't set
size_t display_width(std::string_view text);
// Cuts text into pieces of at most `width` columns, at line breaks and between characters.
std::vector<std::string> wrap(std::string_view text, size_t width);
std::string pad(std::string text, size_t width);

}  // namespace weir::cli
