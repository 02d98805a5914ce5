#include "engine/formats/schema_record.h"

#include "engine/formats/registry_json.h"

namespace weir {

std::string schema_record_key(const RegisteredSchema& schema) {
  return to_json_text({{"keytype", "SCHEMA"}, {"subject", schema.subject}, {"version", schema.version}, {"magic", 1}});
}

std::string schema_record_value(const RegisteredSchema& schema, bool deleted) {
  return to_json_text({{"subject", schema.subject},
                       {"version", schema.version},
                       {"id", schema.id},
                       {"schemaType", schema.type},
                       {"references", references_to_json(schema.references)},
                       {"schema", schema.schema},
                       {"deleted", deleted}});
}

void apply_schema_record(const log::RecordView& record, SchemaStore& store) {
  if (!record.key) return;
  const RegistryJson key = RegistryJson::parse(*record.key, nullptr, false);
  try {
    if (!key.is_object() || text_member(key, "keytype", "") != "SCHEMA") return;
    if (!record.value) {
      store.forget(text_member(key, "subject"), int_member(key, "version"));
      return;
    }
    const RegistryJson value = RegistryJson::parse(*record.value, nullptr, false);
    if (!value.is_object()) return;
    RegisteredSchema schema = schema_from_json(value);
    schema.id = int_member(value, "id");
    schema.subject = text_member(key, "subject");
    schema.version = int_member(key, "version");
    const auto deleted = value.find("deleted");
    store.put(schema, deleted != value.end() && deleted->is_boolean() && deleted->get<bool>());
  } catch (const std::invalid_argument&) {
    // Not of this form: somebody else's record.
  }
}

}  // namespace weir
