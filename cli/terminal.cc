#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cwchar>

namespace weir::cli {

namespace {

// One character: its bytes and its width in columns.
struct Character {
  std::string_view bytes;
  size_t width;
};

Character next_character(std::string_view text) {
  const auto first = static_cast<uint8_t>(text[0]);
  size_t size = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  size = std::min(size, text.size());
  uint32_t code = size == 1 ? first : first & (0xff >> (size + 1));
  for (size_t i = 1; i < size; ++i) code = code << 6 | (static_cast<uint8_t>(text[i]) & 0x3f);
  const int width = wcwidth(static_cast<wchar_t>(code));
  return {text.substr(0, size), width < 0 ? size_t{1} : static_cast<size_t>(width)};
}

}  // namespace

int terminal_width() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  if (const char* columns = std::getenv("COLUMNS")) {
    const int value = std::atoi(columns);
    if (value > 0) return value;
  }
  return 80;
}

size_t display_width(std::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const Character c = next_character(text);
    width += c.width;
    text.remove_prefix(c.bytes.size());
  }
  return width;
}

std::vector<std::string> wrap(std::string_view text, size_t width) {
  std::vector<std::string> lines(1);
  size_t used = 0;
  while (!text.empty()) {
    if (text[0] == '\n') {
      lines.emplace_back();
      used = 0;
      text.remove_prefix(1);
      continue;
    }
    const Character c = next_character(text);
    if (used + c.width > width && used > 0) {
      lines.emplace_back();
      used = 0;
    }
    lines.back() += c.bytes;
    used += c.width;
    text.remove_prefix(c.bytes.size());
  }
  return lines;
}

std::string pad(std::string text, size_t width) {
  const size_t used = display_width(text);
  if (used < width) text.append(width - used, ' ');
  return text;
}

}  // namespace weir::cli
