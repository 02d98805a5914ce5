// A Schema Registry whose schemas are records of a topic: `_schemas` of the embedded log, or a topic of the service's
// own on Kafka, which all its nodes write. The topic decides: who registers a schema reads it to its end, appends a
// record with the next id, and reads on past it. Where somebody else's record was first, ours is void (SchemaStore) and
// the next id is tried. The topic isn't compacted, as a void record must not displace the one that won.
// Owned by the engine; any thread.
#pragma once

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>

#include "engine/formats/schema_store.h"

namespace weir {

class EmbeddedRegistry final : public SchemaRegistry {
 public:
  EmbeddedRegistry(std::shared_ptr<log::Log> log, const std::string& topic);

  int register_schema(const std::string& subject, const std::string& type, const std::string& schema,
                      const std::vector<SchemaReference>& references) override;
  int writer_schema_id(const std::string& subject, const std::string& type, const std::string& schema,
                       const std::vector<SchemaReference>& references) override;
  void import_schema(const RegisteredSchema& schema) override;
  RegisteredSchema schema_by_id(int id) override;
  std::optional<RegisteredSchema> latest(const std::string& subject) override;
  std::optional<RegisteredSchema> schema_version(const std::string& subject, int version) override;
  std::vector<std::string> subjects() override;
  void delete_subject(const std::string& subject) override;
  std::string description() const override;

 private:
  // These need io_mutex_. Reads what the topic has, at least to `end`.
  void catch_up(int64_t end = 0);
  bool topic_exists();
  void append(const RegisteredSchema& schema, bool deleted);
  void check_references(const RegisteredSchema& schema) const;

  std::shared_ptr<log::Log> log_;
  log::TopicPartition partition_;

  std::mutex io_mutex_;  // who reads or writes the topic; taken before store_mutex_
  bool topic_exists_ = false;
  int64_t next_offset_ = 0;

  mutable std::shared_mutex store_mutex_;  // never held while the log is asked
  SchemaStore store_;
};

}  // namespace weir
