#include "engine/formats/registry_json.h"

#include <stdexcept>

namespace weir {
namespace {

// nullptr: absent.
const RegistryJson* find_member(const RegistryJson& object, const char* name) {
  if (!object.is_object()) throw std::invalid_argument("an object with \"" + std::string(name) + "\" was expected");
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

}  // namespace

std::string text_member(const RegistryJson& object, const char* name, std::optional<std::string> absent) {
  const RegistryJson* member = find_member(object, name);
  if (member == nullptr && absent) return *absent;
  if (member == nullptr || !member->is_string()) {
    throw std::invalid_argument("\"" + std::string(name) + (member ? "\" is no string" : "\" is missing"));
  }
  return member->get<std::string>();
}

int int_member(const RegistryJson& object, const char* name, std::optional<int> absent) {
  const RegistryJson* member = find_member(object, name);
  if (member == nullptr && absent) return *absent;
  if (member == nullptr) throw std::invalid_argument("\"" + std::string(name) + "\" is missing");
  const bool fits = member->is_number_integer() &&
                    (!member->is_number_unsigned() || member->get<uint64_t>() <= INT32_MAX) &&
                    member->get<int64_t>() >= INT32_MIN && member->get<int64_t>() <= INT32_MAX;
  if (!fits) throw std::invalid_argument("\"" + std::string(name) + "\" is no whole number of 32 bits");
  return member->get<int>();
}

std::string to_json_text(const RegistryJson& json) {
  return json.dump(-1, ' ', false, RegistryJson::error_handler_t::replace);
}

RegistryJson references_to_json(const std::vector<SchemaReference>& references) {
  RegistryJson out = RegistryJson::array();
  for (const SchemaReference& reference : references) {
    out.push_back({{"name", reference.name}, {"subject", reference.subject}, {"version", reference.version}});
  }
  return out;
}

RegisteredSchema schema_from_json(const RegistryJson& object) {
  RegisteredSchema schema;
  schema.schema = text_member(object, "schema");
  schema.type = text_member(object, "schemaType", "AVRO");
  schema.subject = text_member(object, "subject", "");
  schema.version = int_member(object, "version", 0);
  schema.id = int_member(object, "id", 0);
  const RegistryJson* references = find_member(object, "references");
  if (references == nullptr) return schema;
  if (!references->is_array()) throw std::invalid_argument("\"references\" is no array");
  for (const RegistryJson& reference : *references) {
    schema.references.push_back(
        {text_member(reference, "name"), text_member(reference, "subject"), int_member(reference, "version")});
  }
  return schema;
}

}  // namespace weir
