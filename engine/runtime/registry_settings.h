// Which Schema Registry a process uses, by its configuration. Called once, by the engine.
#pragma once

#include <memory>

#include "engine/formats/schema_registry.h"
#include "engine/runtime/config.h"

namespace weir {

// The client's settings, schema.registry.url among them. TLS settings that aren't given for the registry are those of
// Kafka's clients, as in ksqlDB. Throws SchemaRegistryError::kInvalid for settings that contradict each other.
SchemaRegistryOptions registry_options(const Config& config);

// With schema.registry.url a client of that registry, otherwise an embedded one: in `_schemas` of the embedded log, in
// a topic of the service's own on Kafka, where `_schemas` may be a real registry's.
std::shared_ptr<SchemaRegistry> open_configured_registry(const Config& config, const std::shared_ptr<log::Log>& log);

}  // namespace weir
