#include "engine/functions/text_encoding.h"

#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>
#include <string>

#include "engine/functions/utf16_text.h"
#include "engine/types/text.h"

namespace weir {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

std::optional<std::string_view> decode_hex(std::string_view text, Arena& arena) {
  if (text.size() % 2 != 0) return std::nullopt;
  char* const out = arena.allocate(text.size() / 2);
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) {
      arena.give_back(text.size() / 2);
      return std::nullopt;
    }
    out[i / 2] = static_cast<char>(high * 16 + low);
  }
  return std::string_view(out, text.size() / 2);
}

std::string_view encode_hex(std::string_view bytes, Arena& arena, HexCase hex_case) {
  const char* const digits = hex_case == HexCase::kUpper ? "0123456789ABCDEF" : "0123456789abcdef";
  char* const out = arena.allocate(bytes.size() * 2);
  for (size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    out[2 * i] = digits[byte >> 4];
    out[2 * i + 1] = digits[byte & 15];
  }
  return {out, bytes.size() * 2};
}

// -1 for what isn't of the alphabet; both the standard and the URL variant are read.
int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

std::optional<std::string_view> decode_base64(std::string_view text, Arena& arena) {
  const size_t capacity = text.size() / 4 * 3 + 3;
  char* const out = arena.allocate(capacity);
  size_t size = 0;
  uint32_t bits = 0;
  int count = 0;
  for (char c : text) {
    if (c == '=') break;
    const int value = base64_value(c);
    if (value < 0) continue;
    bits = bits << 6 | static_cast<uint32_t>(value);
    if (++count % 4 == 0) {
      out[size++] = static_cast<char>(bits >> 16);
      out[size++] = static_cast<char>(bits >> 8);
      out[size++] = static_cast<char>(bits);
    }
  }
  if (count % 4 == 2) out[size++] = static_cast<char>(bits >> 4);
  if (count % 4 == 3) {
    out[size++] = static_cast<char>(bits >> 10);
    out[size++] = static_cast<char>(bits >> 2);
  }
  arena.give_back(capacity - size);
  if (count % 4 == 1) return std::nullopt;
  return std::string_view(out, size);
}

std::string_view encode_base64(std::string_view bytes, Arena& arena, Base64Lines lines) {
  constexpr size_t kBytesOfLine = 57;  // 76 characters
  const size_t line = lines == Base64Lines::kYes ? kBytesOfLine : std::max<size_t>(bytes.size(), 1);
  const size_t capacity = (bytes.size() + 2) / 3 * 4 + bytes.size() / line * 2 + 1;
  char* const out = arena.allocate(capacity);
  size_t size = 0;
  for (size_t at = 0; at < bytes.size(); at += line) {
    if (at > 0) {
      out[size++] = '\r';
      out[size++] = '\n';
    }
    const size_t count = std::min(line, bytes.size() - at);
    size += static_cast<size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out) + size,
                                                reinterpret_cast<const unsigned char*>(bytes.data()) + at,
                                                static_cast<int>(count)));
  }
  arena.give_back(capacity - size);
  return {out, size};
}

std::string_view text_to_ascii(std::string_view text, Arena& arena) {
  if (is_ascii(text)) return text;
  char* const out = arena.allocate(text.size());
  size_t size = 0;
  for (size_t at = 0; at < text.size(); at += utf8_width(text[at], text.size() - at)) {
    out[size++] = static_cast<unsigned char>(text[at]) < 0x80 ? text[at] : '?';
  }
  arena.give_back(text.size() - size);
  return {out, size};
}

std::string_view ascii_to_text(std::string_view bytes, Arena& arena) {
  if (is_ascii(bytes)) return bytes;
  const size_t capacity = bytes.size() * kReplacement.size();
  char* const out = arena.allocate(capacity);
  char* at = out;
  for (char byte : bytes) {
    if (static_cast<unsigned char>(byte) < 0x80) {
      *at++ = byte;
    } else {
      at += kReplacement.copy(at, kReplacement.size());
    }
  }
  const auto size = static_cast<size_t>(at - out);
  arena.give_back(capacity - size);
  return {out, size};
}

// The bytes at the start of the text that belong to one character; `whole`: whether it is complete. A malformed
// sequence ends before the first byte that can't go on with it.
size_t utf8_sequence(std::string_view text, bool& whole) {
  const auto byte_at = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte_at(0);
  whole = lead < 0x80;
  if (whole || lead < 0xC2 || lead > 0xF4) return 1;
  const size_t width = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  // The second byte's range leaves out overlong forms, surrogates and what is beyond U+10FFFF.
  const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  size_t i = 1;
  for (; i < width && i < text.size(); ++i) {
    const unsigned char byte = byte_at(i);
    if (byte < (i == 1 ? low : 0x80) || byte > (i == 1 ? high : 0xBF)) break;
  }
  whole = i == width;
  return i;
}

}  // namespace

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

TextEncoding parse_text_encoding(std::string_view name) {
  std::string lower;
  for (char c : name) lower += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  if (lower == "hex") return TextEncoding::kHex;
  if (lower == "utf8") return TextEncoding::kUtf8;
  if (lower == "ascii") return TextEncoding::kAscii;
  if (lower == "base64") return TextEncoding::kBase64;
  throw std::invalid_argument("there is no encoding '" + std::string(name) +
                              "'; use 'hex', 'utf8', 'ascii' or 'base64'");
}

std::string_view replace_malformed_utf8(std::string_view text, Arena& arena) {
  if (is_valid_utf8(text)) return text;
  const size_t capacity = text.size() * kReplacement.size();
  char* const out = arena.allocate(capacity);
  char* at = out;
  while (!text.empty()) {
    bool whole = false;
    const size_t width = utf8_sequence(text, whole);
    at += whole ? text.copy(at, width) : kReplacement.copy(at, kReplacement.size());
    text.remove_prefix(width);
  }
  const auto size = static_cast<size_t>(at - out);
  arena.give_back(capacity - size);
  return {out, size};
}

std::optional<std::string_view> text_to_bytes(std::string_view text, TextEncoding encoding, Arena& arena) {
  switch (encoding) {
    case TextEncoding::kHex:
      return decode_hex(text, arena);
    case TextEncoding::kUtf8:
      return text;
    case TextEncoding::kAscii:
      return text_to_ascii(text, arena);
    case TextEncoding::kBase64:
      return decode_base64(text, arena);
  }
  return std::nullopt;
}

std::string_view bytes_to_text(std::string_view bytes, TextEncoding encoding, Arena& arena, HexCase hex_case,
                               Base64Lines lines) {
  switch (encoding) {
    case TextEncoding::kHex:
      return encode_hex(bytes, arena, hex_case);
    case TextEncoding::kUtf8:
      return replace_malformed_utf8(bytes, arena);
    case TextEncoding::kAscii:
      return ascii_to_text(bytes, arena);
    case TextEncoding::kBase64:
      return encode_base64(bytes, arena, lines);
  }
  return {};
}

std::optional<std::string_view> parse_sql_hex(std::string_view text, Arena& arena) {
  if (text.starts_with("0x")) {
    text.remove_prefix(2);
    if (text.size() % 2 != 0) {
      char* const padded = arena.allocate(text.size() + 1);
      padded[0] = '0';
      text.copy(padded + 1, text.size());
      text = {padded, text.size() + 1};
    }
  } else if (text.size() >= 3 && (text.starts_with("x'") || text.starts_with("X'")) && text.ends_with('\'')) {
    text = text.substr(2, text.size() - 3);
  }
  return decode_hex(text, arena);
}

}  // namespace weir
