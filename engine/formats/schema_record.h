// A registry's records in the form of Confluent's own registry, so that they could be carried over: the key
// {"keytype":"SCHEMA","subject":…,"version":…,"magic":1}, the value
// {"subject":…,"version":…,"id":…,"schemaType":…,"references":[…],"schema":…,"deleted":false}. No state; any thread.
#pragma once

#include <string>

#include "engine/formats/schema_store.h"
#include "storage/log/record.h"

namespace weir {

std::string schema_record_key(const RegisteredSchema& schema);
std::string schema_record_value(const RegisteredSchema& schema, bool deleted);

// What the record does to the store. Others than schemas (settings, whatever isn't of this form) do nothing.
void apply_schema_record(const log::RecordView& record, SchemaStore& store);

}  // namespace weir
