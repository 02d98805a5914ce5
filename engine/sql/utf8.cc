#include "engine/sql/utf8.h"

#include <algorithm>
#include <iterator>

namespace weir::sql {

namespace {

struct CodeRange {
  char32_t first, last;
};

constexpr CodeRange kZeroWidth[] = {{0x300, 0x36F}, {0x200B, 0x200F}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}};
constexpr CodeRange kDoubleWidth[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},   {0xAC00, 0xD7A3},
                                      {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},
                                      {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};

template <size_t N>
bool in_code_ranges(const CodeRange (&ranges)[N], char32_t code) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [code](const CodeRange& range) { return code >= range.first && code <= range.last; });
}

bool is_continuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

}  // namespace

Utf8Character utf8_next(std::string_view text, size_t at) {
  constexpr Utf8Character kInvalid{kInvalidCharacter, 1};
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80) return {first, 1};
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || at + length > text.size()) return kInvalid;
  char32_t code = first & (0xFF >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[at + i]);
    if (!is_continuation(byte)) return kInvalid;
    code = (code << 6) | (byte & 0x3F);
  }
  const char32_t least = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80;
  if (code < least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return kInvalid;
  return {code, length};
}

size_t utf8_boundary(std::string_view text, size_t at) {
  while (at < text.size() && is_continuation(static_cast<unsigned char>(text[at]))) ++at;
  return std::min(at, text.size());
}

size_t display_width(char32_t code) {
  if (in_code_ranges(kZeroWidth, code)) return 0;
  return in_code_ranges(kDoubleWidth, code) ? 2 : 1;
}

}  // namespace weir::sql
