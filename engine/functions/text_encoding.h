// Bytes as text and back: hexadecimal, UTF-8, ASCII and base64. Results lie in the arena or are views of the input. No
// state; any thread.
#pragma once

#include <optional>
#include <string_view>

#include "engine/types/arena.h"

namespace weir {

enum class TextEncoding { kHex, kUtf8, kAscii, kBase64 };

// By name, in any letter case: hex, utf8, ascii, base64. Throws std::invalid_argument that lists them.
TextEncoding parse_text_encoding(std::string_view name);

// The bytes that the text stands for; nothing if it is malformed. In ASCII, characters beyond it are '?'; base64
// ignores line breaks and other characters that aren't its own.
std::optional<std::string_view> text_to_bytes(std::string_view text, TextEncoding encoding, Arena& arena);

enum class HexCase { kLower, kUpper };
enum class Base64Lines { kNo, kYes };  // a line break (CR LF) after 76 characters, as in MIME

// Bytes that aren't UTF-8 or ASCII become U+FFFD.
std::string_view bytes_to_text(std::string_view bytes, TextEncoding encoding, Arena& arena, HexCase hex_case,
                               Base64Lines lines);

// The text itself if it is valid UTF-8, else a copy in which U+FFFD stands for each malformed sequence.
std::string_view replace_malformed_utf8(std::string_view text, Arena& arena);

// Hexadecimal as SQL scripts write it: 0x4F, X'4F', x'4F' and plain digits; 0xF is 0x0F. Nothing if it is malformed.
std::optional<std::string_view> parse_sql_hex(std::string_view text, Arena& arena);

// -1 for what is no hexadecimal digit.
int hex_value(char c);

}  // namespace weir
