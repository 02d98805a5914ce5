// The client of Confluent's Schema Registry REST API
// (https://docs.confluent.io/platform/current/schema-registry/develop/api.html). The addresses are tried in turn, the
// one that answered last first, and gone through several times with growing pauses before the registry counts as away.
// Owned by the engine; any thread, several at a time.
#pragma once

#include <atomic>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/formats/http_pool.h"
#include "engine/formats/registry_address.h"
#include "engine/formats/registry_json.h"
#include "engine/formats/schema_registry.h"

namespace weir {

class RegistryClient final : public SchemaRegistry {
 public:
  explicit RegistryClient(const SchemaRegistryOptions& options);

  int register_schema(const std::string& subject, const std::string& type, const std::string& schema,
                      const std::vector<SchemaReference>& references) override;
  int writer_schema_id(const std::string& subject, const std::string& type, const std::string& schema,
                       const std::vector<SchemaReference>& references) override;
  // The registry must be in the mode IMPORT, for all or for this subject.
  void import_schema(const RegisteredSchema& schema) override;
  RegisteredSchema schema_by_id(int id) override;
  std::optional<RegisteredSchema> latest(const std::string& subject) override;
  std::optional<RegisteredSchema> schema_version(const std::string& subject, int version) override;
  std::vector<std::string> subjects() override;
  void delete_subject(const std::string& subject) override;
  std::string description() const override;

 private:
  struct Call {
    const char* method;
    std::string path;
    std::string what;  // "to register a schema for subject S", for messages
    std::string body = {};
  };
  struct Answer {
    RegistryJson json;
    std::string url;  // of the registry that gave it
  };

  Answer ask(const Call& call);
  // What to do about a failure that repetition doesn't mend.
  std::string remedy_of(HttpFailure failure) const;
  HttpOutcome send(const Call& call, const RegistryAddress& address, std::chrono::milliseconds timeout);
  static Answer judge(const Call& call, const std::string& url, const HttpOutcome& outcome);
  RegisteredSchema ask_for_schema(const Call& call);
  std::optional<RegisteredSchema> ask_for_version(const std::string& subject, const std::string& version,
                                                  const std::string& what);

  const SchemaRegistryOptions options_;
  const std::vector<RegistryAddress> addresses_;
  HttpPool http_;
  std::atomic<size_t> preferred_{0};  // index of an address

  std::shared_mutex caches_mutex_;                     // never held during a request
  std::unordered_map<int, RegisteredSchema> schemas_;  // by id: an id never changes its schema
  // By subject, then by schema_identity(): what this process has registered.
  std::unordered_map<std::string, std::unordered_map<std::string, int>> registered_;
};

}  // namespace weir
