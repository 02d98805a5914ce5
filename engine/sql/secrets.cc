#include "engine/sql/secrets.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "engine/sql/formatter.h"

namespace weir::sql {

namespace {

std::string lower_case_ascii(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

// scheme://user:PASSWORD@host
void mask_user_info(std::string& text) {
  for (size_t at = text.find("://"); at != std::string::npos; at = text.find("://", at + 3)) {
    const size_t begin = at + 3;
    const size_t end = std::min(text.find_first_of("/?# \t\n", begin), text.size());
    const size_t host = text.rfind('@', end);
    const size_t colon = text.find(':', begin);
    if (host == std::string::npos || host < begin || host >= end || colon == std::string::npos || colon > host)
      continue;
    text.replace(colon + 1, host - colon - 1, kMaskedValue);
  }
}

// …password=VALUE&… and the like, as in JDBC URLs and connection strings.
void mask_named_passwords(std::string& text) {
  constexpr std::array<std::string_view, 5> kNames = {"password=", "pwd=", "passphrase=", "secret=", "token="};
  for (const std::string_view name : kNames) {
    for (size_t at = lower_case_ascii(text).find(name); at != std::string::npos;
         at = lower_case_ascii(text).find(name, at + 1)) {
      const size_t begin = at + name.size();
      const size_t end = std::min(text.find_first_of("&; \t\n", begin), text.size());
      text.replace(begin, end - begin, kMaskedValue);
    }
  }
}

// …word.key, where the word before it doesn't tell that a record's key is meant.
bool ends_with_secret_key(std::string_view name) {
  constexpr std::string_view kSeparators = "._-";
  const size_t last = name.find_last_of(kSeparators);
  if (last == std::string_view::npos || name.substr(last + 1) != "key") return false;
  const std::string_view before = name.substr(0, last);
  const std::string_view word = before.substr(before.find_last_of(kSeparators) + 1);
  constexpr std::array<std::string_view, 8> kOfRecords = {"format", "message", "record", "partition", "primary", "row", "converter", "field"};
  return std::find(kOfRecords.begin(), kOfRecords.end(), word) == kOfRecords.end();
}

}  // namespace

bool is_secret_property(const std::string& name) {
  std::string plain = lower_case_ascii(name);
  if (ends_with_secret_key(plain)) return true;
  plain.erase(std::remove_if(plain.begin(), plain.end(), [](char c) { return c == '.' || c == '_' || c == '-'; }),
              plain.end());
  constexpr std::array<std::string_view, 12> kSecrets = {"password",  "passwd",     "passphrase", "secret",
                                                         "token",     "credential", "privatekey", "apikey",
                                                         "accesskey", "jaasconfig", "userinfo",   "keystorekey"};
  return std::any_of(kSecrets.begin(), kSecrets.end(),
                     [&](std::string_view secret) { return plain.find(secret) != std::string::npos; });
}

std::string shown_value(const std::string& property, const std::string& value) {
  if (is_secret_property(property)) return kMaskedValue;
  std::string shown = value;
  mask_user_info(shown);
  mask_named_passwords(shown);
  return shown;
}

}  // namespace weir::sql
