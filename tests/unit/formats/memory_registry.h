// A registry in memory, for tests of formats.
#pragma once

#include <algorithm>

#include "engine/formats/schema_registry.h"

namespace weir::test {

class MemoryRegistry : public SchemaRegistry {
 public:
  int register_schema(const std::string& subject, const std::string& type, const std::string& schema,
                      const std::vector<SchemaReference>& references = {}) override {
    for (const RegisteredSchema& known : schemas) {
      if (known.subject == subject && known.schema == schema) return known.id;
    }
    int id = next_id++;
    for (const RegisteredSchema& known : schemas) {
      if (known.schema == schema) id = known.id;
    }
    schemas.push_back({id, 1, subject, type, schema, references});
    return id;
  }
  RegisteredSchema schema_by_id(int id) override {
    for (const RegisteredSchema& known : schemas) {
      if (known.id == id) return known;
    }
    throw SchemaRegistryError(SchemaRegistryError::Kind::kNotFound, "no schema " + std::to_string(id));
  }
  void import_schema(const RegisteredSchema& schema) override { schemas.push_back(schema); }
  std::optional<RegisteredSchema> schema_version(const std::string& subject, int version) override {
    for (const RegisteredSchema& known : schemas) {
      if (known.subject == subject && known.version == version) return known;
    }
    return std::nullopt;
  }
  std::optional<RegisteredSchema> latest(const std::string& subject) override {
    std::optional<RegisteredSchema> found;
    for (const RegisteredSchema& known : schemas) {
      if (known.subject == subject) found = known;
    }
    return found;
  }
  std::vector<std::string> subjects() override {
    std::vector<std::string> names;
    for (const RegisteredSchema& known : schemas) names.push_back(known.subject);
    return names;
  }
  void delete_subject(const std::string& subject) override {
    std::erase_if(schemas, [&](const RegisteredSchema& known) { return known.subject == subject; });
  }
  std::string description() const override { return "registry in memory"; }

  std::vector<RegisteredSchema> schemas;
  int next_id = 1;
};

}  // namespace weir::test
