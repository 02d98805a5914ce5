// The JSON in which registries describe schemas, in answers and in records. A member that is missing or of another
// type is std::invalid_argument, which names it: what comes from outside never ends in an exception of the JSON
// library.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/formats/schema_registry.h"

namespace weir {

using RegistryJson = nlohmann::json;

// Without `absent` the member must be there; null counts as absent.
std::string text_member(const RegistryJson& object, const char* name, std::optional<std::string> absent = std::nullopt);
int int_member(const RegistryJson& object, const char* name, std::optional<int> absent = std::nullopt);

// Bytes that are no UTF-8 are replaced.
std::string to_json_text(const RegistryJson& json);
RegistryJson references_to_json(const std::vector<SchemaReference>& references);
// schema, schemaType (absent: AVRO) and references; subject, version and id where they are given.
RegisteredSchema schema_from_json(const RegistryJson& object);

}  // namespace weir
