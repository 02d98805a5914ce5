#include "engine/types/text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <type_traits>

#include "engine/types/float_text.h"

namespace weir {

namespace {

constexpr char kBase64Alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<int8_t, 256> base64_values() {
  std::array<int8_t, 256> values{};
  values.fill(-1);
  for (int i = 0; i < 64; ++i) values[static_cast<unsigned char>(kBase64Alphabet[i])] = static_cast<int8_t>(i);
  return values;
}
constexpr std::array<int8_t, 256> kBase64Values = base64_values();

bool is_digit(char c) { return c >= '0' && c <= '9'; }

template <class T>
std::optional<T> parse_integer(std::string_view text) {
  if (!text.empty() && text[0] == '+') {
    text.remove_prefix(1);
    if (text.empty() || !is_digit(text[0])) return std::nullopt;
  }
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Does `text` have the form that Double.parseDouble accepts for decimal numbers, without sign and suffix?
bool is_decimal_float(std::string_view text) {
  size_t i = 0;
  size_t digits = 0;
  while (i < text.size() && is_digit(text[i])) ++i, ++digits;
  if (i < text.size() && text[i] == '.') {
    ++i;
    while (i < text.size() && is_digit(text[i])) ++i, ++digits;
  }
  if (digits == 0) return false;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    const size_t first = i;
    while (i < text.size() && is_digit(text[i])) ++i;
    if (i == first) return false;
  }
  return i == text.size();
}

bool equals_prefix_ignoring_case(std::string_view text, std::string_view word) {
  if (text.empty() || text.size() > word.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + ('a' - 'A')) : text[i];
    if (c != word[i]) return false;
  }
  return true;
}

// The usual values of users' columns, at a fifth of the general way's cost: those in Java's plain range with at most
// four digits after the point. A decimal of up to 15 digits that reads back as the value is the shortest one that does,
// trailing zeros apart.
bool append_short_double(std::string& out, double value) {
  constexpr int64_t kScale = 10000;
  if (value < 1e-3 || value >= 1e7) return false;
  const auto scaled = static_cast<int64_t>(value * kScale + 0.5);
  if (static_cast<double>(scaled) / kScale != value) return false;
  char digits[24];
  char* end = std::to_chars(digits, digits + 12, scaled / kScale).ptr;
  *end++ = '.';
  int64_t rest = scaled % kScale;
  do {
    *end++ = static_cast<char>('0' + rest / (kScale / 10));
    rest = rest % (kScale / 10) * 10;
  } while (rest != 0);
  out.append(digits, end);
  return true;
}

// The general way, for double and float.
template <class T>
void append_java_floating(std::string& out, T value) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  if (std::signbit(value)) out += '-';
  value = std::fabs(value);
  if (std::isinf(value)) {
    out += "Infinity";
    return;
  }
  if (value == 0) {
    out += "0.0";
    return;
  }
  if constexpr (std::is_same_v<T, double>) {
    if (append_short_double(out, value)) return;
  }
  char buffer[40];
  char* end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  if (buffer[1] == 'e') {
    // Java prints at least two digits, and of the two-digit numbers that read back as the value the nearest: 4.9E-324.
    char two[40];
    char* two_end = std::to_chars(two, two + sizeof two, value, std::chars_format::scientific, 1).ptr;
    T back = 0;
    std::from_chars(two, two_end, back);
    if (back == value) end = std::copy(two, two_end, buffer);
  }
  // buffer: d[.ddd]e±dd
  char digits[24];
  int count = 0;
  const char* p = buffer;
  for (; *p != 'e'; ++p) {
    if (*p != '.') digits[count++] = *p;
  }
  while (count > 1 && digits[count - 1] == '0') --count;
  int exponent = 0;
  const bool negative_exponent = p[1] == '-';
  std::from_chars(p + 2, end, exponent);
  if (negative_exponent) exponent = -exponent;

  if (exponent >= -3 && exponent < 7) {
    if (exponent < 0) {
      out += "0.";
      out.append(static_cast<size_t>(-exponent - 1), '0');
      out.append(digits, static_cast<size_t>(count));
    } else {
      for (int i = 0; i <= exponent; ++i) out += i < count ? digits[i] : '0';
      out += '.';
      if (count > exponent + 1) {
        out.append(digits + exponent + 1, static_cast<size_t>(count - exponent - 1));
      } else {
        out += '0';
      }
    }
  } else {
    out += digits[0];
    out += '.';
    if (count > 1) {
      out.append(digits + 1, static_cast<size_t>(count - 1));
    } else {
      out += '0';
    }
    out += 'E';
    out += std::to_string(exponent);
  }
}

}  // namespace

void append_java_double(std::string& out, double value) { append_java_floating(out, value); }
void append_java_float(std::string& out, float value) { append_java_floating(out, value); }

std::string java_double(double value) {
  std::string out;
  append_java_double(out, value);
  return out;
}

std::optional<double> parse_double(std::string_view text) {
  text = trim(text);
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text == "NaN") return std::nan("");
  if (text == "Infinity") return negative ? -HUGE_VAL : HUGE_VAL;
  const bool hexadecimal = text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
  if (!text.empty() && (text.back() == 'd' || text.back() == 'D' || text.back() == 'f' || text.back() == 'F') &&
      (!hexadecimal || text.find_first_of("pP") != std::string_view::npos)) {
    text.remove_suffix(1);
  }
  double value = 0;
  std::from_chars_result result{};
  if (hexadecimal) {
    if (text.find_first_of("pP") == std::string_view::npos) return std::nullopt;
    result = std::from_chars(text.data() + 2, text.data() + text.size(), value, std::chars_format::hex);
  } else {
    if (!is_decimal_float(text)) return std::nullopt;
    result = std::from_chars(text.data(), text.data() + text.size(), value);
  }
  if (result.ptr != text.data() + text.size()) return std::nullopt;
  if (result.ec == std::errc::result_out_of_range) {
    // Out of range is no error in Java: infinity or zero, which from_chars doesn't tell apart.
    value = std::strtod(std::string(text).c_str(), nullptr);
  } else if (result.ec != std::errc()) {
    return std::nullopt;
  }
  return negative ? -value : value;
}

std::optional<int32_t> parse_int(std::string_view text) { return parse_integer<int32_t>(text); }
std::optional<int64_t> parse_bigint(std::string_view text) { return parse_integer<int64_t>(text); }

std::optional<bool> parse_boolean(std::string_view text) {
  if (equals_prefix_ignoring_case(text, "true") || equals_prefix_ignoring_case(text, "yes")) return true;
  if (equals_prefix_ignoring_case(text, "false") || equals_prefix_ignoring_case(text, "no")) return false;
  return std::nullopt;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

std::string base64_encode(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  size_t i = 0;
  const auto byte = [&](size_t at) { return static_cast<uint32_t>(static_cast<unsigned char>(bytes[at])); };
  for (; i + 3 <= bytes.size(); i += 3) {
    const uint32_t group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    for (int shift = 18; shift >= 0; shift -= 6) out += kBase64Alphabet[(group >> shift) & 63];
  }
  const size_t rest = bytes.size() - i;
  if (rest > 0) {
    const uint32_t group = byte(i) << 16 | (rest == 2 ? byte(i + 1) << 8 : 0);
    out += kBase64Alphabet[(group >> 18) & 63];
    out += kBase64Alphabet[(group >> 12) & 63];
    out += rest == 2 ? kBase64Alphabet[(group >> 6) & 63] : '=';
    out += '=';
  }
  return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
  size_t length = text.size();
  if (length > 0 && length % 4 == 0) {
    if (text[length - 1] == '=') --length;
    if (text[length - 1] == '=') --length;
  }
  if (length % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(length / 4 * 3 + 2);
  uint32_t group = 0;
  int bits = 0;
  for (size_t i = 0; i < length; ++i) {
    const int8_t value = kBase64Values[static_cast<unsigned char>(text[i])];
    if (value < 0) return std::nullopt;
    group = group << 6 | static_cast<uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>(group >> bits & 0xff);
    }
  }
  return out;
}

std::string hex_encode(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

bool is_valid_utf8(std::string_view text) {
  const auto* p = reinterpret_cast<const unsigned char*>(text.data());
  const unsigned char* end = p + text.size();
  while (p < end) {
    if (*p < 0x80) {
      ++p;
      continue;
    }
    int more = 0;
    uint32_t point = 0;
    uint32_t least = 0;
    if ((*p & 0xe0) == 0xc0) {
      more = 1, point = *p & 0x1f, least = 0x80;
    } else if ((*p & 0xf0) == 0xe0) {
      more = 2, point = *p & 0x0f, least = 0x800;
    } else if ((*p & 0xf8) == 0xf0) {
      more = 3, point = *p & 0x07, least = 0x10000;
    } else {
      return false;
    }
    if (end - p <= more) return false;
    for (int i = 1; i <= more; ++i) {
      if ((p[i] & 0xc0) != 0x80) return false;
      point = point << 6 | (p[i] & 0x3f);
    }
    if (point < least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return false;
    p += more + 1;
  }
  return true;
}

void append_json_quoted(std::string& out, std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  out += '"';
  size_t start = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text.substr(start, i - start));
    start = i + 1;
    out += '\\';
    switch (c) {
      case '"':
      case '\\':
        out += static_cast<char>(c);
        break;
      case '\b':
        out += 'b';
        break;
      case '\f':
        out += 'f';
        break;
      case '\n':
        out += 'n';
        break;
      case '\r':
        out += 'r';
        break;
      case '\t':
        out += 't';
        break;
      default:
        out += "u00";
        out += kDigits[c >> 4];
        out += kDigits[c & 15];
    }
  }
  out.append(text.substr(start));
  out += '"';
}

std::string json_quote(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  append_json_quoted(out, text);
  return out;
}

}  // namespace weir
