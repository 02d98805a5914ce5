// JSON values read into STRING columns: the text that ksqlDB gives for values that are no strings. Any thread; no
// state.
#pragma once

#include <string>

#include "engine/formats/json_reader.h"

namespace weir {

// Appends the text of the value that `reader` is at: numbers as Java prints them, true and false, objects as compact
// JSON, arrays as
// "[a, b, null]" with their elements by these same rules, null as "null". `arena` is scratch for escapes. False:
// malformed.
bool append_json_as_text(JsonReader& reader, Arena& arena, std::string& out);

}  // namespace weir
