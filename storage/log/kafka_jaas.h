// The login entry of a Java client's `sasl.jaas.config`, for users who bring their Kafka settings with them.
// Format: the login configuration file syntax of javax.security.auth.login.Configuration, one entry without a name.
// Pure functions, any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace weir::log {

struct JaasEntry {
  std::string module;                          // the class, without its package
  std::map<std::string, std::string> options;  // secret
};

// Throws LogError::kInvalid; the message never quotes a value.
JaasEntry parse_jaas(std::string_view text);

}  // namespace weir::log
