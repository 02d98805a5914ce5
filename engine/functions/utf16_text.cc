#include "engine/functions/utf16_text.h"

#include <algorithm>
#include <cstring>

namespace weir {
namespace {

bool is_continuation(char byte) { return (static_cast<uint8_t>(byte) & 0xC0) == 0x80; }

// UTF-16 units of the character with this lead byte.
int units_of_lead(char lead) { return static_cast<uint8_t>(lead) >= 0xF0 ? 2 : 1; }

// Where a unit lies: the byte of the character that has it, and whether it is that character's second unit.
struct UnitPlace {
  size_t byte;
  bool second_half;
};

UnitPlace place_of_unit(std::string_view text, int64_t unit) {
  size_t byte = 0;
  while (byte < text.size()) {
    const int units = units_of_lead(text[byte]);
    if (unit < units) return {byte, unit == 1};
    unit -= units;
    byte += utf8_width(text[byte], text.size() - byte);
  }
  return {text.size(), false};
}

}  // namespace

bool is_ascii(std::string_view text) {
  const char* at = text.data();
  size_t left = text.size();
  uint64_t high = 0;
  for (; left >= 8; at += 8, left -= 8) {
    uint64_t word;
    std::memcpy(&word, at, 8);
    high |= word;
  }
  for (; left > 0; ++at, --left) high |= static_cast<uint8_t>(*at);
  return (high & 0x8080808080808080ull) == 0;
}

size_t utf8_width(char lead, size_t left) {
  const uint8_t byte = static_cast<uint8_t>(lead);
  const size_t width = byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : byte < 0xF8 ? 4 : 1;
  return std::min(width, left);
}

int32_t utf16_length(std::string_view text) {
  if (is_ascii(text)) return static_cast<int32_t>(text.size());
  int32_t units = 0;
  for (size_t byte = 0; byte < text.size(); byte += utf8_width(text[byte], text.size() - byte)) {
    units += units_of_lead(text[byte]);
  }
  return units;
}

size_t byte_of_utf16_unit(std::string_view text, int64_t unit) {
  if (unit <= 0) return 0;
  if (is_ascii(text)) return static_cast<size_t>(std::min<int64_t>(unit, static_cast<int64_t>(text.size())));
  const UnitPlace place = place_of_unit(text, unit);
  if (!place.second_half) return place.byte;
  return place.byte + utf8_width(text[place.byte], text.size() - place.byte);
}

std::string_view utf16_slice(std::string_view text, int64_t begin, int64_t end, Arena& arena) {
  begin = std::max<int64_t>(begin, 0);
  if (end <= begin) return {};
  if (is_ascii(text)) {
    if (begin >= static_cast<int64_t>(text.size())) return {};
    return text.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
  }
  const UnitPlace from = place_of_unit(text, begin);
  const UnitPlace to = place_of_unit(text, end);
  if (!from.second_half && !to.second_half) return text.substr(from.byte, to.byte - from.byte);
  // Half a character at one end or both.
  size_t first = from.byte;
  if (from.second_half) first += utf8_width(text[first], text.size() - first);
  const std::string_view whole = text.substr(first, to.byte > first ? to.byte - first : 0);
  char* out = arena.allocate(whole.size() + 2);
  size_t size = 0;
  if (from.second_half) out[size++] = '?';
  std::memcpy(out + size, whole.data(), whole.size());
  size += whole.size();
  if (to.second_half) out[size++] = '?';
  return {out, size};
}

char32_t decode_utf8(std::string_view text, size_t& width) {
  const uint8_t lead = static_cast<uint8_t>(text[0]);
  width = utf8_width(text[0], text.size());
  if (lead < 0x80) return lead;
  const size_t wanted = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (lead < 0xC2 || lead > 0xF4 || width != wanted) {
    width = 1;
    return 0xFFFD;
  }
  char32_t code = lead & (0x7F >> wanted);
  for (size_t i = 1; i < wanted; ++i) {
    if (!is_continuation(text[i])) {
      width = i;
      return 0xFFFD;
    }
    code = (code << 6) | (static_cast<uint8_t>(text[i]) & 0x3F);
  }
  return code;
}

size_t encode_utf8(char32_t code, char* out) {
  if (code < 0x80) {
    out[0] = static_cast<char>(code);
    return 1;
  }
  if (code < 0x800) {
    out[0] = static_cast<char>(0xC0 | (code >> 6));
    out[1] = static_cast<char>(0x80 | (code & 0x3F));
    return 2;
  }
  if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
    out[0] = '?';
    return 1;
  }
  if (code < 0x10000) {
    out[0] = static_cast<char>(0xE0 | (code >> 12));
    out[1] = static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out[2] = static_cast<char>(0x80 | (code & 0x3F));
    return 3;
  }
  out[0] = static_cast<char>(0xF0 | (code >> 18));
  out[1] = static_cast<char>(0x80 | ((code >> 12) & 0x3F));
  out[2] = static_cast<char>(0x80 | ((code >> 6) & 0x3F));
  out[3] = static_cast<char>(0x80 | (code & 0x3F));
  return 4;
}

}  // namespace weir
