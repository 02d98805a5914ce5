// The embedded Schema Registry: schemas are records of the compacted topic `_schemas` of the log that the process has anyway, in the form
// of Confluent's own registry, so that they could be carried over.
#include <algorithm>
#include <chrono>
#include <mutex>
#include <nlohmann/json.hpp>

#include "engine/formats/schema_registry.h"

namespace weir {

namespace {

using Json = nlohmann::json;

constexpr const char* kSchemasTopic = "_schemas";

// The same schema whatever its white space and the order of its members.
std::string canonical_schema(const std::string& type, const std::string& schema) {
  if (type == "PROTOBUF") return schema;
  const Json json = Json::parse(schema, nullptr, false);
  return json.is_discarded() ? schema : json.dump();
}

class EmbeddedRegistry final : public SchemaRegistry {
 public:
  explicit EmbeddedRegistry(std::shared_ptr<log::Log> log) : log_(std::move(log)) {}

  int register_schema(const std::string& subject, const std::string& type, const std::string& schema,
                      const std::vector<SchemaReference>& references) override {
    const std::lock_guard lock(mutex_);
    load();
    if (type != "PROTOBUF" && Json::parse(schema, nullptr, false).is_discarded()) {
      throw SchemaRegistryError(SchemaRegistryError::Kind::kInvalid, "The schema for " + subject + " is no JSON.");
    }
    const std::string canonical = canonical_schema(type, schema);
    RegisteredSchema fresh;
    fresh.id = next_id_;
    for (const RegisteredSchema& known : schemas_) {
      if (known.type != type || canonical_schema(type, known.schema) != canonical) continue;
      if (known.subject == subject) return known.id;
      fresh.id = known.id;  // ids belong to schemas, not to subjects
    }
    fresh.subject = subject;
    fresh.type = type;
    fresh.schema = schema;
    fresh.references = references;
    fresh.version = 1;
    for (const RegisteredSchema& known : schemas_) {
      if (known.subject == subject) fresh.version = std::max(fresh.version, known.version + 1);
    }
    write(fresh, false);
    keep(fresh);
    return fresh.id;
  }

  RegisteredSchema schema_by_id(int id) override {
    const std::lock_guard lock(mutex_);
    load();
    for (const RegisteredSchema& known : schemas_) {
      if (known.id == id) return known;
    }
    throw SchemaRegistryError(SchemaRegistryError::Kind::kNotFound,
                              "The embedded Schema Registry has no schema with the id " + std::to_string(id) + ".");
  }

  std::optional<RegisteredSchema> latest(const std::string& subject) override {
    const std::lock_guard lock(mutex_);
    load();
    std::optional<RegisteredSchema> found;
    for (const RegisteredSchema& known : schemas_) {
      if (known.subject == subject && (!found || known.version > found->version)) found = known;
    }
    return found;
  }

  std::vector<std::string> subjects() override {
    const std::lock_guard lock(mutex_);
    load();
    std::vector<std::string> out;
    for (const RegisteredSchema& known : schemas_) out.push_back(known.subject);
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

  void delete_subject(const std::string& subject) override {
    const std::lock_guard lock(mutex_);
    load();
    bool any = false;
    for (const RegisteredSchema& known : schemas_) {
      if (known.subject != subject) continue;
      write(known, true);
      any = true;
    }
    if (!any) {
      throw SchemaRegistryError(SchemaRegistryError::Kind::kNotFound, "The embedded Schema Registry has no subject " + subject + ".");
    }
    std::erase_if(schemas_, [&](const RegisteredSchema& known) { return known.subject == subject; });
  }

  std::string description() const override { return "the embedded Schema Registry"; }

 private:
  // Reads the topic, once: this process is the only one to write it.
  void load() {
    if (loaded_) return;
    if (log_->describe_topic(kSchemasTopic)) {
      const log::TopicPartition partition{kSchemasTopic, 0};
      const int64_t end = log_->end_offset(partition);
      int64_t next = log_->begin_offset(partition);
      const auto reader = log_->open_reader();
      if (next < end) reader->assign(partition, next);
      while (next < end) {
        for (const log::FetchedRecords& fetched : reader->poll(std::chrono::milliseconds(200), 1024)) {
          for (const log::RecordView& record : fetched.records) {
            next = record.offset + 1;
            apply(record);
          }
        }
        if (next < end && reader->at_end(partition)) break;
      }
    }
    loaded_ = true;
  }

  void apply(const log::RecordView& record) {
    const Json key = Json::parse(record.key.value_or("null"), nullptr, false);
    if (!key.is_object() || key.value("keytype", "") != "SCHEMA") return;
    const std::string subject = key.value("subject", "");
    const int version = key.value("version", 0);
    std::erase_if(schemas_, [&](const RegisteredSchema& known) { return known.subject == subject && known.version == version; });
    const Json value = Json::parse(record.value.value_or("null"), nullptr, false);
    if (!value.is_object()) return;
    next_id_ = std::max(next_id_, value.value("id", 0) + 1);  // also a deleted one's: ids are never given again
    if (value.value("deleted", false)) return;
    RegisteredSchema schema;
    schema.subject = subject;
    schema.version = version;
    schema.id = value.value("id", 0);
    schema.type = value.value("schemaType", "AVRO");
    schema.schema = value.value("schema", "");
    for (const Json& reference : value.value("references", Json::array())) {
      schema.references.push_back({reference.value("name", ""), reference.value("subject", ""), reference.value("version", 0)});
    }
    keep(schema);
  }

  void keep(const RegisteredSchema& schema) {
    next_id_ = std::max(next_id_, schema.id + 1);
    schemas_.push_back(schema);
  }

  void write(const RegisteredSchema& schema, bool deleted) {
    if (!log_->describe_topic(kSchemasTopic)) {
      log::TopicConfig config;
      config.cleanup = log::Cleanup::kCompact;
      log_->create_topic(kSchemasTopic, config);
    }
    Json references = Json::array();
    for (const SchemaReference& reference : schema.references) {
      references.push_back({{"name", reference.name}, {"subject", reference.subject}, {"version", reference.version}});
    }
    const std::string key = Json{{"keytype", "SCHEMA"}, {"subject", schema.subject}, {"version", schema.version}, {"magic", 1}}.dump();
    const std::string value = Json{{"subject", schema.subject}, {"version", schema.version},   {"id", schema.id},
                                   {"schemaType", schema.type}, {"references", references}, {"schema", schema.schema},
                                   {"deleted", deleted}}
                                  .dump();
    log::RecordView record;
    record.key = key;
    record.value = value;
    record.timestamp =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    const auto transaction = log_->open_transaction("schema-registry");
    transaction->append(kSchemasTopic, 0, record);
    transaction->commit();
  }

  std::shared_ptr<log::Log> log_;
  std::mutex mutex_;
  bool loaded_ = false;
  int next_id_ = 1;
  std::vector<RegisteredSchema> schemas_;
};

}  // namespace

std::shared_ptr<SchemaRegistry> open_embedded_registry(std::shared_ptr<log::Log> log) {
  return std::make_shared<EmbeddedRegistry>(std::move(log));
}

}  // namespace weir
