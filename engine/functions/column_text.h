// The text and JSON forms of a column's values, appended without boxing. No state; any thread.
#pragma once

#include <string>

#include "engine/types/column.h"

namespace weir {

// What CAST(x AS STRING) gives for a value that isn't nested; "null" for NULL. BYTES as base64.
void append_plain_text(std::string& out, const Column& column, size_t row);

// JSON of any value: numbers in full digits, BYTES as base64, dates and times as ISO texts, NULL as null.
void append_json_value(std::string& out, const Column& column, size_t row);

}  // namespace weir
