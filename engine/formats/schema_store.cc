#include "engine/formats/schema_store.h"

#include <algorithm>

#include "engine/formats/schema_identity.h"

namespace weir {

bool SchemaStore::put(const RegisteredSchema& schema, bool deleted) {
  if (schema.id <= 0 || schema.version <= 0) return false;
  std::string identity = schema_identity(schema.type, schema.schema, schema.references);
  const auto known = entries_.find(schema.id);
  if (known != entries_.end() && known->second.identity != identity) return false;
  std::map<int, Version>& versions = subjects_[schema.subject];
  const auto taken = versions.find(schema.version);
  if (taken != versions.end() && !taken->second.deleted && taken->second.id != schema.id) return false;

  versions[schema.version] = {schema.id, deleted};
  next_id_ = std::max(next_id_, schema.id + 1);
  ids_.emplace(identity, schema.id);
  if (known == entries_.end()) entries_[schema.id] = {schema, std::move(identity)};
  return true;
}

void SchemaStore::forget(const std::string& subject, int version) {
  const auto found = subjects_.find(subject);
  if (found == subjects_.end()) return;
  const auto taken = found->second.find(version);
  if (taken != found->second.end()) taken->second.deleted = true;
}

const RegisteredSchema* SchemaStore::by_id(int id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second.schema;
}

RegisteredSchema SchemaStore::schema_of(const std::string& subject, int version, int id) const {
  RegisteredSchema schema = entries_.at(id).schema;
  schema.subject = subject;
  schema.version = version;
  return schema;
}

std::optional<RegisteredSchema> SchemaStore::latest(const std::string& subject) const {
  const std::vector<RegisteredSchema> all = versions(subject);
  if (all.empty()) return std::nullopt;
  return all.back();
}

std::optional<RegisteredSchema> SchemaStore::version(const std::string& subject, int version) const {
  const auto found = subjects_.find(subject);
  if (found == subjects_.end()) return std::nullopt;
  const auto taken = found->second.find(version);
  if (taken == found->second.end()) return std::nullopt;
  return schema_of(subject, version, taken->second.id);
}

bool SchemaStore::is_listed(const std::string& subject, int version) const {
  const auto found = subjects_.find(subject);
  if (found == subjects_.end()) return false;
  const auto taken = found->second.find(version);
  return taken != found->second.end() && !taken->second.deleted;
}

std::vector<std::string> SchemaStore::subjects() const {
  std::vector<std::string> out;
  for (const auto& [subject, versions] : subjects_) {
    if (std::any_of(versions.begin(), versions.end(), [](const auto& version) { return !version.second.deleted; })) {
      out.push_back(subject);
    }
  }
  return out;
}

std::vector<RegisteredSchema> SchemaStore::versions(const std::string& subject) const {
  std::vector<RegisteredSchema> out;
  const auto found = subjects_.find(subject);
  if (found == subjects_.end()) return out;
  for (const auto& [number, version] : found->second) {
    if (!version.deleted) out.push_back(schema_of(subject, number, version.id));
  }
  return out;
}

std::optional<int> SchemaStore::id_in_subject(const std::string& subject, const std::string& identity) const {
  const auto found = subjects_.find(subject);
  if (found == subjects_.end()) return std::nullopt;
  for (auto version = found->second.rbegin(); version != found->second.rend(); ++version) {
    if (!version->second.deleted && entries_.at(version->second.id).identity == identity) return version->second.id;
  }
  return std::nullopt;
}

std::optional<int> SchemaStore::id_of(const std::string& identity) const {
  const auto found = ids_.find(identity);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

int SchemaStore::next_version(const std::string& subject) const {
  const auto found = subjects_.find(subject);
  return found == subjects_.end() || found->second.empty() ? 1 : found->second.rbegin()->first + 1;
}

}  // namespace weir
