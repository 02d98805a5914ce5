// Functions that take URLs apart, and the encoding of their parameters.
#include <algorithm>

#include "engine/functions/function_lists.h"
#include "engine/functions/java_uri.h"
#include "engine/functions/kernels.h"
#include "engine/functions/text_encoding.h"

namespace weir {
namespace {

const std::pair<std::string, std::string> kUrlDoc{"url", "the URL"};

// use(row, uri) for each row with a URL that can be read.
template <class Use>
void for_each_url(KernelCall& call, Use&& use) {
  for_each_complete_row(call, [&](uint32_t row) {
    std::string error;
    if (const auto uri = parse_java_uri(text_at(call, 0, row), error)) {
      use(row, *uri);
    } else {
      call.fail(row, std::move(error));
    }
  });
}

using UrlPart = std::optional<std::string_view> JavaUri::*;

ScalarFunction url_part_function(std::string name, const std::string& description, std::string example, UrlPart part) {
  return {.name = std::move(name),
          .category = "url",
          .description = description,
          .example = std::move(example),
          .overloads = {{.signature = "(STRING) -> STRING",
                         .description = description,
                         .make_kernel = [part](const FunctionBinding&) -> Kernel {
                           return [part](KernelCall& call) {
                             for_each_url(call, [&](uint32_t row, const JavaUri& uri) {
                               if (!(uri.*part)) return;
                               call.out.set<std::string_view>(row,
                                                              decode_uri_escapes(*(uri.*part), call.context.arena));
                             });
                           };
                         },
                         .parameter_docs = {kUrlDoc}}}};
}

ScalarFunction url_extract_port_function() {
  return {.name = "URL_EXTRACT_PORT",
          .category = "url",
          .description = "The port that a URL names. NULL if it names none.",
          .example = "URL_EXTRACT_PORT('http://localhost:8080/path') → 8080",
          .overloads = {{.signature = "(STRING) -> INT",
                         .description = "The port.",
                         .make_kernel = [](const FunctionBinding&) -> Kernel {
                           return [](KernelCall& call) {
                             for_each_url(call, [&](uint32_t row, const JavaUri& uri) {
                               if (uri.port) call.out.set<int32_t>(row, *uri.port);
                             });
                           };
                         },
                         .parameter_docs = {kUrlDoc}}}};
}

// The value of a parameter in a decoded query: empty if it has none, nothing if it isn't there.
std::optional<std::string_view> find_parameter(std::string_view query, std::string_view name) {
  while (true) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    const size_t equals = parameter.find('=');
    if (parameter.substr(0, equals) == name) {
      return equals == std::string_view::npos ? std::string_view() : parameter.substr(equals + 1);
    }
    if (end == query.size()) return std::nullopt;
    query.remove_prefix(end + 1);
  }
}

ScalarFunction url_extract_parameter_function() {
  return {.name = "URL_EXTRACT_PARAMETER",
          .category = "url",
          .description = "The value of a parameter in a URL's query, decoded. NULL if there is no such parameter.",
          .example = "URL_EXTRACT_PARAMETER('http://test.com?a%20b=c%20d', 'a b') → 'c d'",
          .overloads = {{.signature = "(STRING, STRING) -> STRING",
                         .description = "The parameter's value.",
                         .make_kernel = [](const FunctionBinding&) -> Kernel {
                           return [](KernelCall& call) {
                             for_each_url(call, [&](uint32_t row, const JavaUri& uri) {
                               if (!uri.query) return;
                               const std::string_view query = decode_uri_escapes(*uri.query, call.context.arena);
                               const auto value = find_parameter(query, text_at(call, 1, row));
                               if (value) call.out.set<std::string_view>(row, *value);
                             });
                           };
                         },
                         .parameter_docs = {kUrlDoc, {"param", "the parameter's name"}}}}};
}

// The form of application/x-www-form-urlencoded.
std::string_view encode_parameter(std::string_view text, Arena& arena) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  char* const out = arena.allocate(text.size() * 3);
  size_t size = 0;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || c == '.' || c == '-' || c == '*' || c == '_') {
      out[size++] = c;
    } else if (c == ' ') {
      out[size++] = '+';
    } else {
      out[size++] = '%';
      out[size++] = kDigits[byte >> 4];
      out[size++] = kDigits[byte & 15];
    }
  }
  arena.give_back(text.size() * 3 - size);
  return {out, size};
}

// Nothing if a % isn't followed by two hexadecimal digits.
std::optional<std::string_view> decode_parameter(std::string_view text, Arena& arena) {
  if (text.find_first_of("%+") == std::string_view::npos) return text;
  char* const out = arena.allocate(text.size());
  size_t size = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '+') {
      out[size++] = ' ';
    } else if (text[at] != '%') {
      out[size++] = text[at];
    } else {
      if (at + 2 >= text.size()) return std::nullopt;
      const int high = hex_value(text[at + 1]);
      const int low = hex_value(text[at + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out[size++] = static_cast<char>(high * 16 + low);
      at += 2;
    }
  }
  arena.give_back(text.size() - size);
  return replace_malformed_utf8({out, size}, arena);
}

ScalarFunction url_encode_function() {
  return {.name = "URL_ENCODE_PARAM",
          .category = "url",
          .description = "A text in the form in which it can be a parameter's value in a URL.",
          .example = "URL_ENCODE_PARAM('url encoded') → 'url+encoded'",
          .overloads = {{.signature = "(STRING) -> STRING",
                         .description = "The encoded text.",
                         .make_kernel = [](const FunctionBinding&) { return text_to_text(encode_parameter); },
                         .parameter_docs = {{"value", "the text to encode"}}}}};
}

ScalarFunction url_decode_function() {
  return {.name = "URL_DECODE_PARAM",
          .category = "url",
          .description = "The text that a parameter's value in a URL stands for.",
          .example = "URL_DECODE_PARAM('url%20encoded') → 'url encoded'",
          .overloads = {{.signature = "(STRING) -> STRING",
                         .description = "The decoded text.",
                         .make_kernel = [](const FunctionBinding&) -> Kernel {
                           return [](KernelCall& call) {
                             for_each_complete_row(call, [&](uint32_t row) {
                               const auto text = decode_parameter(text_at(call, 0, row), call.context.arena);
                               if (text) {
                                 call.out.set<std::string_view>(row, *text);
                               } else {
                                 call.fail(row, "'" + std::string(text_at(call, 0, row)) +
                                                    "' has a % that two hexadecimal digits don't follow");
                               }
                             });
                           };
                         },
                         .parameter_docs = {{"value", "the text to decode"}}}}};
}

}  // namespace

std::vector<ScalarFunction> url_functions() {
  return {
      url_decode_function(),
      url_encode_function(),
      url_part_function("URL_EXTRACT_FRAGMENT", "The part of a URL behind #, decoded. NULL if there is none.",
                        "URL_EXTRACT_FRAGMENT('http://test.com#frag') → 'frag'", &JavaUri::fragment),
      url_part_function("URL_EXTRACT_HOST", "The host of a URL. NULL if there is none.",
                        "URL_EXTRACT_HOST('http://test.com:8080/path') → 'test.com'", &JavaUri::host),
      url_extract_parameter_function(),
      url_part_function("URL_EXTRACT_PATH", "The path of a URL, decoded; empty if there is none.",
                        "URL_EXTRACT_PATH('http://test.com/path/to#a') → '/path/to'", &JavaUri::path),
      url_extract_port_function(),
      url_part_function("URL_EXTRACT_PROTOCOL", "The protocol of a URL. NULL if it names none.",
                        "URL_EXTRACT_PROTOCOL('https://test.com') → 'https'", &JavaUri::scheme),
      url_part_function("URL_EXTRACT_QUERY", "The query of a URL, decoded. NULL if there is none.",
                        "URL_EXTRACT_QUERY('http://test.com?a=foo%20bar&b=baz') → 'a=foo bar&b=baz'", &JavaUri::query)};
}

}  // namespace weir
