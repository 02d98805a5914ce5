#include "engine/formats/json_reader.h"

namespace weir {
namespace {

int json_hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

uint32_t json_hex4(const char* p) {
  uint32_t code = 0;
  for (int i = 0; i < 4; ++i) code = code << 4 | static_cast<uint32_t>(json_hex_digit(p[i]));
  return code;
}

char* json_put_utf8(char* out, uint32_t code) {
  if (code < 0x80) {
    *out++ = static_cast<char>(code);
  } else if (code < 0x800) {
    *out++ = static_cast<char>(0xC0 | code >> 6);
    *out++ = static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    *out++ = static_cast<char>(0xE0 | code >> 12);
    *out++ = static_cast<char>(0x80 | (code >> 6 & 0x3F));
    *out++ = static_cast<char>(0x80 | (code & 0x3F));
  } else {
    *out++ = static_cast<char>(0xF0 | code >> 18);
    *out++ = static_cast<char>(0x80 | (code >> 12 & 0x3F));
    *out++ = static_cast<char>(0x80 | (code >> 6 & 0x3F));
    *out++ = static_cast<char>(0x80 | (code & 0x3F));
  }
  return out;
}

}  // namespace

void JsonReader::skip_blanks() {
  while (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t') ++at_;
}

bool JsonReader::fail_at(const char* where, const char* what) {
  if (error_ == nullptr) {
    error_ = what;
    error_offset_ = static_cast<size_t>((where < end_ ? where : end_) - begin_);
  }
  return false;
}

// From at_, the byte after the opening quote: strings with escapes, with bytes beyond ASCII, and broken ones.
bool JsonReader::read_string_slow(JsonString& out) {
  const char* p = at_;
  bool escaped = false;
  bool ascii = true;
  for (; *p != '"'; ++p) {
    unsigned char c = static_cast<unsigned char>(*p);
    if (c < 0x20) {
      return p >= end_ ? fail_at(at_ - 1, "a string is not closed") : fail_at(p, "a control character in a string");
    }
    if (c >= 0x80) ascii = false;
    if (c != '\\') continue;
    escaped = true;
    switch (*++p) {
      case '"':
      case '\\':
      case '/':
      case 'b':
      case 'f':
      case 'n':
      case 'r':
      case 't':
        break;
      case 'u':
        for (int i = 0; i < 4; ++i) {
          if (json_hex_digit(*++p) < 0) return fail_at(p, "a malformed \\u escape");
        }
        break;
      default:
        return fail_at(p, "an unknown escape in a string");
    }
  }
  std::string_view raw(at_, static_cast<size_t>(p - at_));
  if (!ascii && !is_valid_utf8(raw)) return fail_at(at_, "a string is not valid UTF-8");
  out = {raw.data(), raw.size(), escaped};
  at_ = p + 1;
  return true;
}

// Recursion is bounded by kMaxDepth.
bool JsonReader::skip_nested() {
  if (!enter()) return false;
  const char close = *at_++ == '{' ? '}' : ']';
  if (!take(close)) {
    do {
      if (close == '}') {
        JsonString name;
        if (peek() != '"') return fail_at(at_, "a field name was expected");
        if (!read_string(name)) return false;
        if (!take(':')) return fail_at(at_, "a ':' was expected after a field name");
      }
      if (!skip_value()) return false;
    } while (take(','));
    if (!take(close)) {
      return fail_at(at_, close == '}' ? "a ',' or '}' was expected" : "a ',' or ']' was expected");
    }
  }
  leave();
  return true;
}

const char* JsonText::assign(std::string_view text) {
  const size_t needed = text.size() + JsonReader::kPadding;
  if (buffer_.size() < needed) buffer_.resize(needed * 2);
  std::memcpy(buffer_.data(), text.data(), text.size());
  std::memset(buffer_.data() + text.size(), 0, JsonReader::kPadding);
  return buffer_.data();
}

std::string_view unescape_json(const JsonString& text, Arena& arena) {
  char* begin = arena.allocate(text.size);
  char* out = begin;
  const char* end = text.data + text.size;
  for (const char* p = text.data; p < end; ++p) {
    if (*p != '\\') {
      *out++ = *p;
      continue;
    }
    switch (*++p) {
      case 'b':
        *out++ = '\b';
        break;
      case 'f':
        *out++ = '\f';
        break;
      case 'n':
        *out++ = '\n';
        break;
      case 'r':
        *out++ = '\r';
        break;
      case 't':
        *out++ = '\t';
        break;
      case 'u': {
        uint32_t code = json_hex4(p + 1);
        p += 4;
        if (code >= 0xD800 && code < 0xDC00 && end - p > 6 && p[1] == '\\' && p[2] == 'u') {
          uint32_t low = json_hex4(p + 3);
          if (low >= 0xDC00 && low < 0xE000) {
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            p += 6;
          }
        }
        if (code >= 0xD800 && code < 0xE000) code = '?';
        out = json_put_utf8(out, code);
        break;
      }
      default:
        *out++ = *p;
    }
  }
  arena.give_back(text.size - static_cast<size_t>(out - begin));
  return {begin, static_cast<size_t>(out - begin)};
}

}  // namespace weir
