#include "engine/functions/java_uri.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>

#include "engine/functions/text_encoding.h"
#include "engine/functions/utf16_text.h"
#include "engine/types/text.h"

namespace weir {
namespace {

constexpr std::string_view kUnreservedMarks = "_-!.~'()*";
constexpr std::string_view kReservedMarks = ";/?:@&=+$,[]";
constexpr std::string_view kPathMarks = "_-!.~'()*:@&=+$,;/";
constexpr std::string_view kUserInfoMarks = "_-!.~'()*;:&=+$,";
constexpr std::string_view kRegistryMarks = "_-!.~'()*$,;:@&=+";

bool is_ascii_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_ascii_digit(char c) { return c >= '0' && c <= '9'; }
bool is_ascii_alphanumeric(char c) { return is_ascii_alpha(c) || is_ascii_digit(c); }

// White space and control characters beyond ASCII are not allowed.
bool is_uri_other(char32_t c) {
  const bool space = c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
                     c == 0x202F || c == 0x205F || c == 0x3000;
  return c >= 0xA0 && !space;
}

// The first byte that is no letter, digit, mark, escape or non-ASCII character; npos if all are.
size_t first_illegal(std::string_view text, std::string_view marks) {
  for (size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (static_cast<unsigned char>(c) >= 0x80) {
      size_t width = 0;
      if (!is_uri_other(decode_utf8(text.substr(at), width))) return at;
      at += width;
    } else if (c == '%') {
      if (at + 2 >= text.size() || hex_value(text[at + 1]) < 0 || hex_value(text[at + 2]) < 0) return at;
      at += 3;
    } else if (is_ascii_alphanumeric(c) || marks.find(c) != std::string_view::npos) {
      ++at;
    } else {
      return at;
    }
  }
  return std::string_view::npos;
}

bool all_legal(std::string_view text, std::string_view marks) {
  return first_illegal(text, marks) == std::string_view::npos;
}

bool is_uric(std::string_view text) {
  static const std::string marks = std::string(kUnreservedMarks) + std::string(kReservedMarks);
  return all_legal(text, marks);
}

bool is_ipv4(std::string_view host) {
  in_addr address;
  const std::string text(host);
  return inet_pton(AF_INET, text.c_str(), &address) == 1;
}

bool is_ipv6(std::string_view host) {
  in6_addr address;
  const std::string text(host.substr(0, host.find('%')));
  return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

// Labels of letters, digits and inner hyphens; the last one starts with a letter and may be followed by a dot.
bool is_host_name(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.empty()) return false;
  size_t last = 0;
  for (size_t from = 0; from <= host.size();) {
    const size_t dot = std::min(host.find('.', from), host.size());
    const std::string_view label = host.substr(from, dot - from);
    const bool inner =
        std::all_of(label.begin(), label.end(), [](char c) { return is_ascii_alphanumeric(c) || c == '-'; });
    if (label.empty() || !inner || label.front() == '-' || label.back() == '-') return false;
    last = from;
    from = dot + 1;
  }
  return is_ascii_alpha(host[last]);
}

// [user@]host[:port]. False if it isn't of that form.
bool parse_server(std::string_view authority, JavaUri& uri) {
  const size_t at_sign = authority.find('@');
  if (at_sign != std::string_view::npos) {
    if (!all_legal(authority.substr(0, at_sign), kUserInfoMarks)) return false;
    authority.remove_prefix(at_sign + 1);
  }
  std::string_view host;
  if (authority.starts_with('[')) {
    const size_t close = authority.find(']');
    if (close == std::string_view::npos || !is_ipv6(authority.substr(1, close - 1))) return false;
    host = authority.substr(0, close + 1);
  } else {
    host = authority.substr(0, authority.find(':'));
    if (!is_ipv4(host) && !is_host_name(host)) return false;
  }
  const std::string_view rest = authority.substr(host.size());
  if (!rest.empty()) {
    if (rest[0] != ':') return false;
    const std::string_view digits = rest.substr(1);
    if (!std::all_of(digits.begin(), digits.end(), is_ascii_digit)) return false;
    if (!digits.empty()) {
      uri.port = parse_int(digits);
      if (!uri.port) return false;
    }
  }
  uri.host = host;
  return true;
}

class UriParser {
 public:
  UriParser(std::string_view text, std::string& error) : text_(text), error_(error) {}

  std::optional<JavaUri> parse() {
    const size_t mark = text_.find_first_of("/?#:");
    std::string_view rest = text_;
    if (mark != std::string_view::npos && text_[mark] == ':') {
      if (!parse_scheme(text_.substr(0, mark))) return std::nullopt;
      rest = text_.substr(mark + 1);
      if (rest.empty() || rest[0] == '#') return fail("something must follow the scheme");
      if (rest[0] != '/') return parse_opaque(rest);
    }
    return parse_hierarchical(rest);
  }

 private:
  std::nullopt_t fail(const std::string& why) {
    error_ = "'" + std::string(text_) + "' is no URL: " + why;
    return std::nullopt;
  }

  bool parse_scheme(std::string_view scheme) {
    const bool legal = !scheme.empty() && is_ascii_alpha(scheme[0]) &&
                       std::all_of(scheme.begin(), scheme.end(),
                                   [](char c) { return is_ascii_alphanumeric(c) || c == '+' || c == '-' || c == '.'; });
    if (!legal) fail("the scheme before ':' is malformed");
    uri_.scheme = scheme;
    return legal;
  }

  bool take_fragment(std::string_view& rest) {
    const size_t mark = rest.find('#');
    if (mark == std::string_view::npos) return true;
    uri_.fragment = rest.substr(mark + 1);
    rest = rest.substr(0, mark);
    if (is_uric(*uri_.fragment)) return true;
    fail("the fragment has a character that must be escaped");
    return false;
  }

  std::optional<JavaUri> parse_opaque(std::string_view rest) {
    if (!take_fragment(rest)) return std::nullopt;
    if (!is_uric(rest)) return fail("it has a character that must be escaped");
    return uri_;
  }

  std::optional<JavaUri> parse_hierarchical(std::string_view rest) {
    if (!take_fragment(rest)) return std::nullopt;
    const size_t mark = rest.find('?');
    if (mark != std::string_view::npos) {
      uri_.query = rest.substr(mark + 1);
      rest = rest.substr(0, mark);
      if (!is_uric(*uri_.query)) return fail("the query has a character that must be escaped");
    }
    if (rest.starts_with("//")) {
      const size_t slash = std::min(rest.find('/', 2), rest.size());
      const std::string_view authority = rest.substr(2, slash - 2);
      rest = rest.substr(slash);
      if (authority.empty() && rest.empty() && !uri_.query && !uri_.fragment) return fail("a host must follow '//'");
      if (!authority.empty() && !parse_authority(authority)) return std::nullopt;
    }
    if (!all_legal(rest, kPathMarks)) return fail("the path has a character that must be escaped");
    uri_.path = rest;
    return uri_;
  }

  bool parse_authority(std::string_view authority) {
    if (parse_server(authority, uri_)) return true;
    // Names that are no host names are allowed, but don't count as a host.
    uri_.host.reset();
    uri_.port.reset();
    if (all_legal(authority, kRegistryMarks)) return true;
    fail("the host has a character that isn't allowed");
    return false;
  }

  std::string_view text_;
  std::string& error_;
  JavaUri uri_;
};

}  // namespace

std::optional<JavaUri> parse_java_uri(std::string_view text, std::string& error) {
  return UriParser(text, error).parse();
}

std::string_view decode_uri_escapes(std::string_view text, Arena& arena) {
  if (text.find('%') == std::string_view::npos) return text;
  char* const out = arena.allocate(text.size());
  size_t size = 0;
  for (size_t at = 0; at < text.size();) {
    if (text[at] == '%' && at + 2 < text.size()) {
      out[size++] = static_cast<char>(hex_value(text[at + 1]) * 16 + hex_value(text[at + 2]));
      at += 3;
    } else {
      out[size++] = text[at++];
    }
  }
  arena.give_back(text.size() - size);
  return replace_malformed_utf8({out, size}, arena);
}

}  // namespace weir
