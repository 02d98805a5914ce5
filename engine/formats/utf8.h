// Text from outside as valid UTF-8. Any thread; no state.
#pragma once

#include <string_view>

#include "engine/types/arena.h"

namespace weir {

// `bytes` itself when it is valid, else a copy in the arena in which each malformed part is U+FFFD, as Java decodes it.
std::string_view repair_utf8(std::string_view bytes, Arena& arena);

}  // namespace weir
