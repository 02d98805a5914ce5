// A pull parser of one JSON text (RFC 8259), for records: every byte is looked at once and checked, nothing is
// allocated, numbers keep their text. The text must be followed by kPadding readable zero bytes, which lets the
// scanning read whole words without bounds checks; JsonText makes such a copy. Used by one thread.
//
// Why not a ready-made parser: a record needs full validation (a malformed part that a query doesn't read is still an
// error), the exact text of numbers (DECIMAL), views into the unpadded payload and the last of duplicate fields;
// bench/formats_bench.cc compares.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "engine/types/arena.h"
#include "engine/types/text.h"

namespace weir {

struct JsonString {
  const char* data = nullptr;  // between the quotes, escapes as written (and checked)
  size_t size = 0;
  bool escaped = false;
  std::string_view raw() const { return {data, size}; }
};

struct JsonNumber {
  const char* data = nullptr;
  size_t size = 0;
  bool negative = false;
  bool integral = false;   // neither fraction nor exponent
  uint32_t digits = 0;     // of the integer part
  uint64_t magnitude = 0;  // of the integer part, valid while digits <= 19
  std::string_view text() const { return {data, size}; }
};

inline bool begins_json_number(char c) { return c == '-' || (c >= '0' && c <= '9'); }

class JsonReader {
 public:
  static constexpr size_t kPadding = 64;
  static constexpr int kMaxDepth = 1000;  // as Jackson

  // `text[size]` and the kPadding - 1 bytes after it are zero.
  void start(const char* text, size_t size) {
    begin_ = at_ = text;
    end_ = text + size;
    error_ = nullptr;
    depth_ = 0;
  }

  // The first byte of the next token, blanks skipped; 0 at the end.
  char peek() {
    if (static_cast<unsigned char>(*at_) <= ' ') skip_blanks();
    return *at_;
  }
  // Takes `c` when it is the next token.
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  const char* position() const { return at_; }
  const char* end() const { return end_; }
  void advance(size_t bytes) { at_ += bytes; }

  // These need peek() to have returned the value's first byte. False: malformed, see error().
  bool read_string(JsonString& out) {  // at '"'
    const char* p = ++at_;
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1f);
    uint32_t high = 0;
    for (;; p += 16) {
      __m128i chunk = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
      __m128i special = _mm_or_si128(_mm_cmpeq_epi8(chunk, quote), _mm_cmpeq_epi8(chunk, backslash));
      special = _mm_or_si128(special, _mm_cmpeq_epi8(_mm_min_epu8(chunk, control), chunk));
      uint32_t stop = static_cast<uint32_t>(_mm_movemask_epi8(special));
      uint32_t non_ascii = static_cast<uint32_t>(_mm_movemask_epi8(chunk));
      if (stop == 0) {
        high |= non_ascii;
        continue;
      }
      uint32_t index = static_cast<uint32_t>(__builtin_ctz(stop));
      high |= non_ascii & ((1u << index) - 1);
      p += index;
      break;
    }
    if (*p == '"') {
      out = {at_, static_cast<size_t>(p - at_), false};
      if (high != 0 && !is_valid_utf8(out.raw())) return fail_at(at_, "a string is not valid UTF-8");
      at_ = p + 1;
      return true;
    }
#endif
    return read_string_slow(out);
  }

  bool read_number(JsonNumber& out) {  // at '-' or a digit
    const char* p = at_;
    out.data = p;
    out.negative = *p == '-';
    p += out.negative;
    const char* digits = p;
    uint64_t magnitude = 0;
    while (is_digit(*p)) magnitude = magnitude * 10 + static_cast<uint64_t>(*p++ - '0');
    out.magnitude = magnitude;
    out.digits = static_cast<uint32_t>(p - digits);
    out.integral = true;
    if (out.digits == 0 || (*digits == '0' && out.digits > 1)) return fail_at(digits, "malformed number");
    if (*p == '.') {
      out.integral = false;
      if (!is_digit(*++p)) return fail_at(p, "malformed number");
      while (is_digit(*p)) ++p;
    }
    if ((*p | 0x20) == 'e') {
      out.integral = false;
      ++p;
      if (*p == '+' || *p == '-') ++p;
      if (!is_digit(*p)) return fail_at(p, "malformed number");
      while (is_digit(*p)) ++p;
    }
    out.size = static_cast<size_t>(p - out.data);
    at_ = p;
    return true;
  }

  // `word` is true, false or null, whose first byte peek() has seen.
  bool read_word(std::string_view word) {
    if (std::memcmp(at_, word.data(), word.size()) != 0) return fail_at(at_, "unknown word");
    at_ += word.size();
    return true;
  }

  // Checks and passes over a value of any kind.
  bool skip_value() {
    switch (peek()) {
      case '"': {
        JsonString s;
        return read_string(s);
      }
      case '{':
      case '[':
        return skip_nested();
      case 't':
        return read_word("true");
      case 'f':
        return read_word("false");
      case 'n':
        return read_word("null");
      default:
        if (begins_json_number(*at_)) {
          JsonNumber n;
          return read_number(n);
        }
        return fail_at(at_, at_ == end_ ? "the text ends where a value should be" : "a value was expected");
    }
  }

  // Nesting: call enter() for every object or array that is opened by hand, leave() when it is closed.
  bool enter() { return ++depth_ <= kMaxDepth || fail_at(at_, "nested too deeply"); }
  void leave() { --depth_; }

  // Nothing but blanks is left.
  bool at_end() { return peek() == 0 && at_ == end_; }

  bool fail(const char* what) { return fail_at(at_, what); }
  const char* error() const { return error_; }
  size_t error_offset() const { return error_offset_; }

 private:
  static bool is_digit(char c) { return static_cast<unsigned char>(c - '0') <= 9; }
  void skip_blanks();
  bool read_string_slow(JsonString& out);
  bool skip_nested();
  bool fail_at(const char* where, const char* what);

  const char* begin_ = nullptr;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  const char* error_ = nullptr;
  size_t error_offset_ = 0;
  int depth_ = 0;
};

// A text copied so that JsonReader may read it. Keeps its memory for the next one.
class JsonText {
 public:
  const char* assign(std::string_view text);

 private:
  std::string buffer_;
};

// The characters that a string with escapes stands for, into the arena; at most as many bytes as the raw text. An
// unpaired surrogate becomes '?', as Java writes it.
std::string_view unescape_json(const JsonString& text, Arena& arena);

}  // namespace weir
