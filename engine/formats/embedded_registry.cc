#include "engine/formats/embedded_registry.h"

#include <algorithm>
#include <chrono>

#include "engine/formats/schema_identity.h"
#include "engine/formats/schema_record.h"

namespace weir {
namespace {

using RegistryErrorKind = SchemaRegistryError::Kind;

constexpr int kRegisterAttempts = 100;  // each lost to another writer
constexpr std::chrono::seconds kCatchUpTime{30};

}  // namespace

EmbeddedRegistry::EmbeddedRegistry(std::shared_ptr<log::Log> log, const std::string& topic)
    : log_(std::move(log)), partition_{topic, 0} {}

std::string EmbeddedRegistry::description() const {
  return "the embedded Schema Registry (topic " + partition_.topic + ")";
}

int EmbeddedRegistry::register_schema(const std::string& subject, const std::string& type, const std::string& schema,
                                      const std::vector<SchemaReference>& references) {
  check_schema_text(subject, type, schema);
  const std::string identity = schema_identity(type, schema, references);
  const std::lock_guard io(io_mutex_);
  for (int attempt = 0; attempt < kRegisterAttempts; ++attempt) {
    catch_up();
    RegisteredSchema fresh{0, 0, subject, type, schema, references};
    {
      const std::shared_lock lock(store_mutex_);
      if (const auto id = store_.id_in_subject(subject, identity)) return *id;
      check_references(fresh);
      if (const auto id = store_.id_of(identity)) {
        fresh = *store_.by_id(*id);  // an id has one text
        fresh.subject = subject;
      } else {
        fresh.id = store_.next_id();
      }
      fresh.version = store_.next_version(subject);
    }
    append(fresh, false);
  }
  throw SchemaRegistryError(RegistryErrorKind::kUnavailable,
                            "The schema for subject " + subject + " couldn't be registered in " + description() +
                                ": others wrote to it at the same time, again and again. Try once more.");
}

int EmbeddedRegistry::writer_schema_id(const std::string& subject, const std::string& type, const std::string& schema,
                                       const std::vector<SchemaReference>& references) {
  {
    const std::string identity = schema_identity(type, schema, references);
    const std::shared_lock lock(store_mutex_);
    if (const auto id = store_.id_in_subject(subject, identity)) return *id;
  }
  return register_schema(subject, type, schema, references);
}

void EmbeddedRegistry::check_references(const RegisteredSchema& schema) const {
  for (const SchemaReference& reference : schema.references) {
    if (store_.version(reference.subject, reference.version)) continue;
    throw SchemaRegistryError(RegistryErrorKind::kInvalid,
                              "The schema for subject " + schema.subject + " refers to version " +
                                  std::to_string(reference.version) + " of subject " + reference.subject + " as " +
                                  reference.name + ", but " + description() +
                                  " has no such version. Register it first.");
  }
}

void EmbeddedRegistry::import_schema(const RegisteredSchema& schema) {
  check_schema_text(schema.subject, schema.type, schema.schema);
  if (schema.id <= 0) {
    throw SchemaRegistryError(RegistryErrorKind::kInvalid, "The schema for subject " + schema.subject +
                                                               " can't have the id " + std::to_string(schema.id) +
                                                               ": ids begin at 1.");
  }
  const std::string identity = schema_identity(schema.type, schema.schema, schema.references);
  const std::lock_guard io(io_mutex_);
  catch_up();
  RegisteredSchema fresh = schema;
  const auto is_there = [&] {
    const auto version = store_.version(fresh.subject, fresh.version);
    return version && version->id == fresh.id && store_.is_listed(fresh.subject, fresh.version) &&
           schema_identity(version->type, version->schema, version->references) == identity;
  };
  {
    const std::shared_lock lock(store_mutex_);
    check_references(fresh);
    if (fresh.version == 0) fresh.version = store_.next_version(fresh.subject);
    if (is_there()) return;
  }
  append(fresh, false);
  const std::shared_lock lock(store_mutex_);
  if (is_there()) return;
  throw SchemaRegistryError(RegistryErrorKind::kIncompatible,
                            "The schema for subject " + fresh.subject + " can't have the id " +
                                std::to_string(fresh.id) + " and the version " + std::to_string(fresh.version) +
                                ": in " + description() + " one of them belongs to another schema.");
}

RegisteredSchema EmbeddedRegistry::schema_by_id(int id) {
  for (const bool read : {false, true}) {
    if (read) {
      const std::lock_guard io(io_mutex_);
      catch_up();
    }
    const std::shared_lock lock(store_mutex_);
    if (const RegisteredSchema* schema = store_.by_id(id)) return *schema;
  }
  throw SchemaRegistryError(RegistryErrorKind::kNotFound,
                            "There is no schema with the id " + std::to_string(id) + " in " + description() + ".");
}

std::optional<RegisteredSchema> EmbeddedRegistry::latest(const std::string& subject) {
  const std::lock_guard io(io_mutex_);
  catch_up();
  const std::shared_lock lock(store_mutex_);
  return store_.latest(subject);
}

std::optional<RegisteredSchema> EmbeddedRegistry::schema_version(const std::string& subject, int version) {
  const std::lock_guard io(io_mutex_);
  catch_up();
  const std::shared_lock lock(store_mutex_);
  return store_.version(subject, version);
}

std::vector<std::string> EmbeddedRegistry::subjects() {
  const std::lock_guard io(io_mutex_);
  catch_up();
  const std::shared_lock lock(store_mutex_);
  return store_.subjects();
}

void EmbeddedRegistry::delete_subject(const std::string& subject) {
  const std::lock_guard io(io_mutex_);
  catch_up();
  std::vector<RegisteredSchema> versions;
  {
    const std::shared_lock lock(store_mutex_);
    versions = store_.versions(subject);
  }
  if (versions.empty()) {
    throw SchemaRegistryError(RegistryErrorKind::kNotFound,
                              "There is no subject " + subject + " in " + description() + ".");
  }
  for (const RegisteredSchema& version : versions) append(version, true);
}

bool EmbeddedRegistry::topic_exists() {
  if (!topic_exists_) topic_exists_ = log_->describe_topic(partition_.topic).has_value();
  return topic_exists_;
}

void EmbeddedRegistry::catch_up(int64_t end) {
  if (!topic_exists()) return;
  end = std::max(end, log_->end_offset(partition_));
  if (next_offset_ >= end) return;
  // A new reader each time: what it finds at the end is the end after this call began.
  const auto reader = log_->open_reader();
  reader->assign(partition_, next_offset_);
  const auto deadline = std::chrono::steady_clock::now() + kCatchUpTime;
  while (next_offset_ < end) {
    for (const log::FetchedRecords& fetched : reader->poll(std::chrono::milliseconds(200), 1024)) {
      const std::lock_guard lock(store_mutex_);
      for (const log::RecordView& record : fetched.records) {
        apply_schema_record(record, store_);
        next_offset_ = record.offset + 1;
      }
    }
    // The last offsets may be a transaction's marks, which nobody is given.
    if (reader->at_end(partition_)) next_offset_ = std::max(next_offset_, end);
    if (next_offset_ < end && std::chrono::steady_clock::now() >= deadline) {
      throw SchemaRegistryError(
          RegistryErrorKind::kUnavailable,
          "The topic " + partition_.topic + " of the embedded Schema Registry can't be read to its end: " +
              log_->description() + " gave nothing beyond offset " + std::to_string(next_offset_) + " of " +
              std::to_string(end) + " within " + std::to_string(kCatchUpTime.count()) + " s.");
    }
  }
}

void EmbeddedRegistry::append(const RegisteredSchema& schema, bool deleted) {
  if (!topic_exists_) log_->ensure_topic(partition_.topic, log::internal_topic());  // kept for ever
  topic_exists_ = true;
  const std::string key = schema_record_key(schema);
  const std::string value = schema_record_value(schema, deleted);
  log::RecordView record;
  record.key = key;
  record.value = value;
  record.timestamp =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  const auto transaction = log_->open_transaction("");
  transaction->append(partition_.topic, partition_.partition, record);
  std::map<log::TopicPartition, int64_t> ends;
  transaction->commit(&ends);
  catch_up(ends[partition_]);
}

std::shared_ptr<SchemaRegistry> open_embedded_registry(std::shared_ptr<log::Log> log, const std::string& topic) {
  return std::make_shared<EmbeddedRegistry>(std::move(log), topic);
}

}  // namespace weir
