// When two schema texts are the same schema. No state; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/formats/schema_registry.h"

namespace weir {

// The text without what means nothing: white space, Protobuf's comments, the order of members in Avro (in JSON Schema
// it is kept: columns are taken in it). nullopt when it can't be a schema of the type.
std::optional<std::string> canonical_schema(const std::string& type, const std::string& schema);

// Equal for equal schemas: type, text and references. A text that can't be a schema is compared as it is.
std::string schema_identity(const std::string& type, const std::string& schema,
                            const std::vector<SchemaReference>& references);

// Throws SchemaRegistryError::kInvalid for a type that doesn't exist or a text that can't be of it.
void check_schema_text(const std::string& subject, const std::string& type, const std::string& schema);

}  // namespace weir
