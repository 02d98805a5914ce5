// Test records in PROTOBUF and PROTOBUF_NOSR ↔ JSON. Stateless.
#pragma once

#include <string>

#include "cli/test/json_node.h"
#include "engine/formats/format.h"

namespace weir::cli {

// `side`: as the topic's source declares it. PROTOBUF is written by the subject's schema, or by that of spec.schema_id.
// Names of fields are found whatever their case, unknown members are ignored, what is missing is NULL. Throws
// std::invalid_argument for JSON that doesn't fit.
std::string protobuf_bytes_of_json(FormatContext side, const JsonNode& node);
// By the schema that the bytes name. Floating-point numbers are marked as inexact. Throws std::invalid_argument.
JsonNode json_of_protobuf_bytes(FormatContext side, std::string_view bytes);

}  // namespace weir::cli
