// UTF-8 for the parser and its messages: characters, where they begin, how wide a terminal shows them. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::sql {

struct Utf8Character {
  char32_t code = 0;
  size_t length = 1;  // bytes
};

// What stands for a byte that is no part of a character.
inline constexpr char32_t kInvalidCharacter = 0xFFFFFFFF;

// The character that begins at `at` (which is below text.size()): kInvalidCharacter of length 1 where the bytes are not
// UTF-8 (overlong forms, surrogates and what is above U+10FFFF are not).
Utf8Character utf8_next(std::string_view text, size_t at);

// The first offset at or after `at` where a character begins.
size_t utf8_boundary(std::string_view text, size_t at);

// Columns of a terminal: 0 for combining marks, 2 for wide East Asian characters and emoji, else 1.
size_t display_width(char32_t code);

}  // namespace weir::sql
