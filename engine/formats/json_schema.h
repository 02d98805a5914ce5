// SQL columns as JSON Schema and back, in the dialect that Confluent's Connect converters write (connect.type,
// connect.index, titles of logical types, nullable as oneOf with null). Any thread; no state.
#pragma once

#include <string>
#include <vector>

#include "engine/formats/format.h"

namespace weir {

// Maps with STRING keys are objects (connect.type map, additionalProperties), as their values are written; ksqlDB
// describes and writes them as arrays of entries, which it can't read back itself.
std::string json_schema_of(const FormatContext& context);

// Names are upper-cased unless the schema was asked for by its id, as in ksqlDB. A key is one column ROWKEY of the
// schema's type, a value without wrapping one column ROWVAL. What has no SQL type (unions, objects without properties,
// no type at all) is a STRING that holds its JSON text. Throws SchemaRegistryError::kInvalid.
std::vector<FormatColumn> columns_of_json_schema(const FormatSpec& spec, bool is_key, const RegisteredSchema& schema);

// The order in which the columns are written so that records conform to a given schema: that of its properties of the
// same names. Properties without a column are left out. Throws SchemaRegistryError::kInvalid when the schema lacks a
// column, or requires a property that is none.
std::vector<int> column_order_of_json_schema(const std::string& schema, const FormatContext& context);

}  // namespace weir
