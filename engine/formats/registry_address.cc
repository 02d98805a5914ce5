#include "engine/formats/registry_address.h"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <memory>

#include "engine/formats/schema_registry.h"

namespace weir {
namespace {

using CurlUrl = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

std::string url_part(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return "";
  std::string out = text;
  curl_free(text);
  return out;
}

std::string trimmed_address(const std::string& text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

[[noreturn]] void refuse_address(size_t number, const std::string& why) {
  throw SchemaRegistryError(SchemaRegistryError::Kind::kInvalid,
                            "Address " + std::to_string(number) + " in schema.registry.url " + why +
                                ". Expected http://host:port or https://host:port, several separated by commas.");
}

RegistryAddress parse_registry_address(const std::string& text, size_t number) {
  if (text.find("://") == std::string::npos) refuse_address(number, "doesn't begin with http:// or https://");
  const CurlUrl url(curl_url(), curl_url_cleanup);
  // Not curl's own words for what is wrong: they don't help here.
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
    refuse_address(number, "is no URL");
  }
  const std::string scheme = url_part(url.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") refuse_address(number, "doesn't begin with http:// or https://");
  if (!url_part(url.get(), CURLUPART_QUERY).empty() || !url_part(url.get(), CURLUPART_FRAGMENT).empty()) {
    refuse_address(number, "has a query or a fragment ('?', '#')");
  }
  RegistryAddress address;
  address.username = url_part(url.get(), CURLUPART_USER, CURLU_URLDECODE);
  address.password = url_part(url.get(), CURLUPART_PASSWORD, CURLU_URLDECODE);
  curl_url_set(url.get(), CURLUPART_USER, nullptr, 0);
  curl_url_set(url.get(), CURLUPART_PASSWORD, nullptr, 0);
  address.url = url_part(url.get(), CURLUPART_URL);
  while (!address.url.empty() && address.url.back() == '/') address.url.pop_back();
  return address;
}

}  // namespace

std::vector<RegistryAddress> parse_registry_addresses(const std::string& list) {
  std::vector<RegistryAddress> addresses;
  size_t begin = 0;
  while (begin <= list.size()) {
    const size_t comma = std::min(list.find(',', begin), list.size());
    const std::string text = trimmed_address(list.substr(begin, comma - begin));
    if (!text.empty()) addresses.push_back(parse_registry_address(text, addresses.size() + 1));
    begin = comma + 1;
  }
  if (addresses.empty()) {
    throw SchemaRegistryError(SchemaRegistryError::Kind::kInvalid,
                              "schema.registry.url holds no address. Expected http://host:port or https://host:port.");
  }
  return addresses;
}

std::string escape_path_part(const std::string& text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte < 0x80 && (std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~');
    if (plain) {
      out.push_back(c);
    } else {
      out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
  return out;
}

}  // namespace weir
