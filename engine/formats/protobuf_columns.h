// Columns from Protobuf schemas and Protobuf schemas from columns. Any thread; no state.
#pragma once

#include <string>
#include <vector>

#include "engine/formats/format.h"
#include "engine/formats/protobuf_schema.h"

namespace weir {

// The fields of the message that spec.schema_full_name names, or of the first. A oneof is a STRUCT of its fields. Names
// are upper-cased unless the schema was asked for by its id. Throws SchemaRegistryError::kInvalid.
std::vector<FormatColumn> columns_of_protobuf_schema(const FormatSpec& spec, const ProtobufSchema& schema);

// The .proto text for the columns as Confluent's Connect converter writes it: a message ConnectDefault1, or
// spec.schema_full_name, with one nested message for each STRUCT and each MAP's entry. Throws std::invalid_argument for
// what a message can't hold.
std::string protobuf_text_of(const FormatContext& context);
// The root message's name with its package.
std::string protobuf_message_name(const FormatSpec& spec);

}  // namespace weir
