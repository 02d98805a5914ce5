// Positions and lengths of text as ksqlDB counts them: in UTF-16 code units, as Java does, over our UTF-8. A character
// beyond U+FFFF counts two; a cut through the middle of one leaves '?' in its place. Plain ASCII, the usual case, costs
// a scan. No state; any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/types/arena.h"

namespace weir {

bool is_ascii(std::string_view text);

int32_t utf16_length(std::string_view text);

// Units [begin, end) of the text; begin and end are clipped to it. A view into `text` unless a cut splits a character.
std::string_view utf16_slice(std::string_view text, int64_t begin, int64_t end, Arena& arena);

// The byte at which unit `unit` begins; text.size() beyond the end. In the middle of a character: the byte where it
// ends.
size_t byte_of_utf16_unit(std::string_view text, int64_t unit);

// Bytes of the character that starts with this byte, at most `left`; 1 for a byte that starts none.
size_t utf8_width(char lead, size_t left);

// The character at the start of a text that isn't empty (U+FFFD if it is malformed); `width` receives its bytes.
char32_t decode_utf8(std::string_view text, size_t& width);
// Writes up to 4 bytes; a code point that is none (a surrogate, too large) becomes '?'. Returns how many.
size_t encode_utf8(char32_t code_point, char* out);

}  // namespace weir
