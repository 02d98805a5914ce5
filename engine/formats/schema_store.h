// The subjects, versions and ids of a registry, in memory: what its records make, one after the other. The first
// record that takes an id or a version keeps it; a later one that contradicts it is void. So everybody who reads the
// same records in the same order has the same store, also where several wrote at the same time. Not thread-safe.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/formats/schema_registry.h"

namespace weir {

class SchemaStore {
 public:
  // False: void. `deleted`: the version is no longer listed; its id stays known.
  bool put(const RegisteredSchema& schema, bool deleted);
  // The version was taken out for good; its id stays known.
  void forget(const std::string& subject, int version);

  const RegisteredSchema* by_id(int id) const;
  std::optional<RegisteredSchema> latest(const std::string& subject) const;
  std::optional<RegisteredSchema> version(const std::string& subject, int version) const;  // also a deleted one
  bool is_listed(const std::string& subject, int version) const;
  std::vector<std::string> subjects() const;
  std::vector<RegisteredSchema> versions(const std::string& subject) const;  // those that aren't deleted, ascending

  // By schema_identity(). The latest version's id where the subject has several.
  std::optional<int> id_in_subject(const std::string& subject, const std::string& identity) const;
  std::optional<int> id_of(const std::string& identity) const;  // in whatever subject, deleted ones too
  int next_id() const { return next_id_; }
  int next_version(const std::string& subject) const;

 private:
  struct Entry {
    RegisteredSchema schema;
    std::string identity;
  };
  struct Version {
    int id = 0;
    bool deleted = false;
  };

  RegisteredSchema schema_of(const std::string& subject, int version, int id) const;

  int next_id_ = 1;
  std::unordered_map<int, Entry> entries_;    // by id
  std::unordered_map<std::string, int> ids_;  // by identity: the first that was given
  std::map<std::string, std::map<int, Version>> subjects_;
};

}  // namespace weir
