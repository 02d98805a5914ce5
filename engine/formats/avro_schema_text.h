// The Avro schema that is registered for SQL columns: that of ksqlDB, field by field. Any thread; no state.
#pragma once

#include <string>

#include "engine/formats/format.h"

namespace weir {

// The full name of the record, and what the names of the types within it begin with.
std::string avro_schema_name(const FormatSpec& spec);

// Everything may be null; a MAP is an array of entries, because its keys may be null too; a side that is one bare
// column isn't null itself. Two types that would have the same name are told apart by a number.
std::string avro_schema_of(const FormatContext& context);

// Throws std::invalid_argument for names that Avro doesn't take.
void check_avro_names(const FormatContext& context);

}  // namespace weir
