// The names of columns as names of Avro's fields and types. Any thread; no state.
#pragma once

#include <string>
#include <string_view>

namespace weir {

// A column's name as a field's: '.' becomes '_', as in ksqlDB.
std::string avro_field_name(const std::string& column);
// The empty string when Avro takes the name for a field or a type, else why not. Letters beyond ASCII are let through,
// as Avro's Java library does.
std::string avro_name_fault(std::string_view name);
// Equal whatever the case of ASCII's letters.
bool avro_names_match(std::string_view a, std::string_view b);
std::string avro_upper_name(std::string name);
// io.confluent.ksql.avro_schemas.MyStreamKey for MY_STREAM: the name of a source's key schema, so that the keys of two
// sources have classes of their own where code is generated from schemas.
std::string avro_key_schema_name(const std::string& source);

}  // namespace weir
