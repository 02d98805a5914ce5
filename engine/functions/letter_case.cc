#include "engine/functions/letter_case.h"

#include <unicode/casemap.h>
#include <unicode/stringoptions.h>
#include <unicode/uchar.h>

#include "engine/functions/utf16_text.h"

namespace weir {
namespace {

template <class MapByte>
std::string_view map_ascii(std::string_view text, Arena& arena, MapByte map_byte) {
  if (text.empty()) return text;
  char* out = arena.allocate(text.size());
  for (size_t i = 0; i < text.size(); ++i) out[i] = map_byte(text[i]);
  return {out, text.size()};
}

char ascii_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }
char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// convert(target, capacity, status) is one of ICU's mapping functions; it returns the size that it needs.
template <class Convert>
std::string_view map_unicode(std::string_view text, Arena& arena, Convert convert) {
  size_t capacity = text.size() + text.size() / 2 + 8;
  while (true) {
    char* out = arena.allocate(capacity);
    UErrorCode status = U_ZERO_ERROR;
    const int32_t size = convert(out, static_cast<int32_t>(capacity), status);
    if (status == U_BUFFER_OVERFLOW_ERROR) {
      arena.give_back(capacity);
      capacity = static_cast<size_t>(size);
      continue;
    }
    if (U_FAILURE(status)) {
      arena.give_back(capacity);
      return text;
    }
    arena.give_back(capacity - static_cast<size_t>(size));
    return {out, static_cast<size_t>(size)};
  }
}

bool is_word_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace

std::string_view to_upper_case(std::string_view text, Arena& arena) {
  if (is_ascii(text)) return map_ascii(text, arena, ascii_upper);
  return map_unicode(text, arena, [&](char* out, int32_t capacity, UErrorCode& status) {
    return icu::CaseMap::utf8ToUpper("", 0, text.data(), static_cast<int32_t>(text.size()), out, capacity, nullptr,
                                     status);
  });
}

std::string_view to_lower_case(std::string_view text, Arena& arena) {
  if (is_ascii(text)) return map_ascii(text, arena, ascii_lower);
  return map_unicode(text, arena, [&](char* out, int32_t capacity, UErrorCode& status) {
    return icu::CaseMap::utf8ToLower("", 0, text.data(), static_cast<int32_t>(text.size()), out, capacity, nullptr,
                                     status);
  });
}

std::string_view to_initial_capitals(std::string_view text, Arena& arena) {
  if (is_ascii(text)) {
    bool initial = true;
    return map_ascii(text, arena, [&](char c) {
      const char mapped = initial ? ascii_upper(c) : ascii_lower(c);
      initial = is_word_space(c);
      return mapped;
    });
  }
  const std::string_view lower = to_lower_case(text, arena);
  // A character's upper case has up to three characters, each as long as the longest.
  char* const out = arena.allocate(lower.size() * 3 + 1);
  const size_t capacity = lower.size() * 3 + 1;
  size_t size = 0;
  bool initial = true;
  for (size_t at = 0; at < lower.size();) {
    const size_t width = utf8_width(lower[at], lower.size() - at);
    const std::string_view character = lower.substr(at, width);
    std::string_view mapped = character;
    char upper[16];
    if (initial) {
      UErrorCode status = U_ZERO_ERROR;
      const int32_t upper_size = icu::CaseMap::utf8ToUpper("", 0, character.data(), static_cast<int32_t>(width), upper,
                                                           sizeof upper, nullptr, status);
      if (U_SUCCESS(status)) mapped = {upper, static_cast<size_t>(upper_size)};
    }
    if (size + mapped.size() <= capacity) size += mapped.copy(out + size, mapped.size());
    initial = is_word_space(lower[at]);
    at += width;
  }
  arena.give_back(capacity - size);
  return {out, size};
}

LetterKind letter_kind(char32_t code_point) {
  const auto code = static_cast<UChar32>(code_point);
  if (code_point > 0xFFFF) return LetterKind::kOther;
  if (u_hasBinaryProperty(code, UCHAR_UPPERCASE)) return LetterKind::kUpper;
  if (u_hasBinaryProperty(code, UCHAR_LOWERCASE)) return LetterKind::kLower;
  return u_charType(code) == U_DECIMAL_DIGIT_NUMBER ? LetterKind::kDigit : LetterKind::kOther;
}

}  // namespace weir
