// Names for what must be told apart everywhere: RFC 4122, version 4.
#pragma once

#include <string>

namespace weir {

// 36 characters, lower case. From the system's random source; any thread.
std::string random_uuid();

}  // namespace weir
