// The text form of single-precision numbers, which only come from outside: SQL has none. Any thread; no state.
#pragma once

#include <string>

namespace weir {

// Java's Float.toString: the fewest digits that read back as the float.
void append_java_float(std::string& out, float value);

}  // namespace weir
