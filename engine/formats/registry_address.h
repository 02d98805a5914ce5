// The addresses in schema.registry.url, with the credentials taken out of them: an address that is shown or sent never
// holds any. Values; any thread.
#pragma once

#include <string>
#include <vector>

namespace weir {

struct RegistryAddress {
  std::string url;  // http(s)://host:port[/path], no slash at the end
  std::string username;
  std::string password;
};

// Throws SchemaRegistryError::kInvalid, by the address's place in the list: its text may hold a password.
std::vector<RegistryAddress> parse_registry_addresses(const std::string& list);

// One part of a path, as RFC 3986 has it: everything but letters, digits, '-', '.', '_' and '~' as %XX.
std::string escape_path_part(const std::string& text);

}  // namespace weir
