// The SQL columns that an Avro schema stands for, by the rules of Connect's AvroData and ksqlDB. Any thread; no state.
#pragma once

#include <string>
#include <vector>

#include "engine/formats/avro_schema.h"
#include "engine/formats/format.h"

namespace weir {

// Names are upper-cased unless the schema was asked for by its id, as in ksqlDB. A key is one column ROWKEY of the
// schema's type, a value without wrapping one column ROWVAL. A union of several types is a STRUCT with a field for
// each, named after the type. Throws SchemaRegistryError::kInvalid for what has no columns: a value that is no record,
// schemas that contain themselves.
std::vector<FormatColumn> columns_of_avro_schema(const FormatSpec& spec, bool is_key, const AvroSchema& schema);

}  // namespace weir
