// A length of time as a statement has it: "7 DAYS". No state; any thread.
#pragma once

#include <cstdint>
#include <string>

namespace weir {

std::string duration_text(int64_t millis);

}  // namespace weir
