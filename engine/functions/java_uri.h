// URIs as java.net.URI reads them: RFC 2396 with non-ASCII characters allowed. Views into the text. No state; any
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/types/arena.h"

namespace weir {

struct JavaUri {
  std::optional<std::string_view> scheme;
  std::optional<std::string_view> host;  // of an authority with a host name or address; others have none
  std::optional<int32_t> port;
  // As written, with escapes. An opaque URI (mailto:a@b) has no path and no query.
  std::optional<std::string_view> path;
  std::optional<std::string_view> query;
  std::optional<std::string_view> fragment;
};

// Nothing for a malformed URI, with what is wrong in `error`.
std::optional<JavaUri> parse_java_uri(std::string_view text, std::string& error);

// The text without %XX escapes; what they say in bytes that aren't UTF-8 becomes U+FFFD.
std::string_view decode_uri_escapes(std::string_view text, Arena& arena);

}  // namespace weir
