// The Schema Registry as Weir needs it. Implementations: a client of Confluent's REST API (libcurl) and an embedded one whose
// schemas live in a compacted topic of the embedded log. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "storage/log/log.h"

namespace weir {

class SchemaRegistryError : public std::runtime_error {
 public:
  // kUnavailable may be retried; the others are for the user.
  enum class Kind { kNotFound, kIncompatible, kInvalid, kUnauthorized, kUnavailable };
  SchemaRegistryError(Kind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

struct SchemaReference { std::string name, subject; int version = 0; };
struct RegisteredSchema {
  int id = 0;
  int version = 0;
  std::string subject;
  std::string type = "JSON";  // AVRO, JSON, PROTOBUF
  std::string schema;
  std::vector<SchemaReference> references;
};

class SchemaRegistry {
 public:
  virtual ~SchemaRegistry() = default;
  // Returns the id; the same schema registered again gives the same id.
  virtual int register_schema(const std::string& subject, const std::string& type, const std::string& schema,
                              const std::vector<SchemaReference>& references = {}) = 0;
  virtual RegisteredSchema schema_by_id(int id) = 0;  // cached
  virtual std::optional<RegisteredSchema> latest(const std::string& subject) = 0;
  virtual std::vector<std::string> subjects() = 0;
  virtual void delete_subject(const std::string& subject) = 0;
  virtual std::string description() const = 0;
};

struct SchemaRegistryOptions {
  std::string url;       // http(s)://host:port[/path], several separated by commas
  std::string username;  // basic auth; empty: none. Secret
  std::string password;
  std::string ca_file;   // empty: the system's
  bool verify_tls = true;
  int timeout_ms = 10000;
};
std::shared_ptr<SchemaRegistry> connect_schema_registry(const SchemaRegistryOptions& options);
// Keeps its schemas in the topic `_schemas` of `log`, which it creates at the first registration.
std::shared_ptr<SchemaRegistry> open_embedded_registry(std::shared_ptr<log::Log> log);

// Confluent's wire format: 0x00, id big-endian, payload. nullopt when the bytes don't begin so.
std::optional<int> schema_id_of(std::string_view bytes);
void append_schema_header(std::string& out, int id);

}  // namespace weir
