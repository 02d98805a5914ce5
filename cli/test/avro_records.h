// Test records in AVRO ↔ JSON, by a registered schema. Stateless.
#pragma once

#include <string>

#include "cli/test/json_node.h"
#include "engine/formats/schema_registry.h"

namespace weir::cli {

// The record with its header. Names of fields are found whatever their case, unknown members are ignored, what is
// missing is null or the field's default. Throws std::invalid_argument for JSON that doesn't fit the schema.
std::string avro_bytes_of_json(const RegisteredSchema& schema, SchemaRegistry& registry, const JsonNode& node);
// Floating-point numbers are marked as inexact. Throws std::invalid_argument for what is no Avro.
JsonNode json_of_avro_bytes(SchemaRegistry& registry, std::string_view bytes);

}  // namespace weir::cli
