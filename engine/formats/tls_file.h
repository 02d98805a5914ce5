// Looks at files that TLS settings name before libcurl does, whose errors for them say little. Any thread.
#pragma once

#include <string>

namespace weir {

enum class TlsFileKind { kPem, kPkcs12 };

// `property` names the setting in messages. `pkcs12`: whether such a file will do. Throws
// SchemaRegistryError::kInvalid when the file can't be read or isn't of a kind that will do, and says how to convert
// it.
TlsFileKind check_tls_file(const std::string& path, const std::string& property, bool pkcs12);

}  // namespace weir
