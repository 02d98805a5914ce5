// Event time from a column: WITH (TIMESTAMP='col' [, TIMESTAMP_FORMAT='pattern']).
#pragma once

#include <optional>
#include <string>

#include "engine/types/column.h"

namespace weir {

// BIGINT and TIMESTAMP columns hold milliseconds; STRING columns are parsed by `format`, a pattern of Java's DateTimeFormatter,
// UTC where it names no zone. nullopt: NULL or not parsable.
std::optional<int64_t> timestamp_of(const Column& column, size_t row, const std::string& format);

}  // namespace weir
