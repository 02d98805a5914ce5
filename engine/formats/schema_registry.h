// The Schema Registry as Weir needs it. Implementations: RegistryClient, which speaks Confluent's REST API, and
// EmbeddedRegistry, whose schemas are records of a topic. Owned by the engine, shared by all; any thread.
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "storage/log/log.h"

namespace weir {

class SchemaRegistryError : public std::runtime_error {
 public:
  // kUnavailable may be retried; the others are for the user. kNotFound: the registry says that there is no such
  // subject, version or schema; an address without a registry is kInvalid.
  enum class Kind { kNotFound, kIncompatible, kInvalid, kUnauthorized, kUnavailable };
  SchemaRegistryError(Kind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

struct SchemaReference {
  std::string name;     // as the schema's text names it: a type of Avro, a file of Protobuf, a URI of JSON Schema
  std::string subject;  // where it is registered
  int version = 0;
  bool operator==(const SchemaReference&) const = default;
};

struct RegisteredSchema {
  int id = 0;
  int version = 0;            // in the subject; 0: not known
  std::string subject;        // empty: not known
  std::string type = "JSON";  // AVRO, JSON, PROTOBUF
  std::string schema;
  std::vector<SchemaReference> references;
};

// Every function may throw SchemaRegistryError, and the embedded registry's log::LogError.
class SchemaRegistry {
 public:
  virtual ~SchemaRegistry() = default;

  // Makes the schema a version of the subject, where it isn't one, and returns its id. An id belongs to a schema with
  // its type and references, not to a subject; it is never given to another.
  virtual int register_schema(const std::string& subject, const std::string& type, const std::string& schema,
                              const std::vector<SchemaReference>& references = {}) = 0;
  // register_schema() for who writes records and asks again for each task: what this process has learnt before isn't
  // asked for again, so that a task can be opened while the registry is away.
  virtual int writer_schema_id(const std::string& subject, const std::string& type, const std::string& schema,
                               const std::vector<SchemaReference>& references = {}) {
    return register_schema(subject, type, schema, references);
  }
  // Registers a schema with an id, and a version unless it is 0, of the caller's choice: for copies of another
  // registry. kIncompatible when the id or the version belongs to another schema.
  virtual void import_schema(const RegisteredSchema& schema) = 0;

  // Cached for good. Decoders still keep what they parsed of a schema in a table of their own, by id: this takes a
  // lock.
  virtual RegisteredSchema schema_by_id(int id) = 0;
  virtual std::optional<RegisteredSchema> latest(const std::string& subject) = 0;
  // What a SchemaReference means. A deleted version is found too, as schemas that refer to it must stay readable.
  virtual std::optional<RegisteredSchema> schema_version(const std::string& subject, int version) = 0;
  virtual std::vector<std::string> subjects() = 0;  // sorted
  // The subject's versions are no longer listed; its schemas are still found by their ids. kNotFound.
  virtual void delete_subject(const std::string& subject) = 0;
  // "the Schema Registry at http://…", for messages; no credentials.
  virtual std::string description() const = 0;
};

struct SchemaRegistryOptions {
  std::string url;       // http(s)://[user:password@]host:port[/path], several separated by commas. Secret as it is
  std::string username;  // basic authentication; empty: that of the address, if any. Secret
  std::string password;
  std::string bearer_token;      // instead of basic authentication; empty: none. Secret
  std::string ca_file;           // certificates that sign the registry's, PEM; empty: the system's
  std::string certificate_file;  // the client's own, PEM or PKCS12; empty: none
  std::string key_file;          // its private key, PEM; empty: in certificate_file
  std::string key_password;      // of the private key or the PKCS12 file. Secret
  bool verify_tls = true;
  int connect_timeout_ms = 5000;
  int timeout_ms = 10000;  // of one request; no round begins after twice that time
  int rounds = 4;          // how often the addresses are gone through before kUnavailable
  int backoff_ms = 100;    // before the second round, twice that before the third …
};
// Asks nothing yet. Throws SchemaRegistryError::kInvalid for options that can't work.
std::shared_ptr<SchemaRegistry> connect_schema_registry(const SchemaRegistryOptions& options);

// Schemas are records of `topic`, which is made at the first registration. Several processes may share a topic.
inline constexpr const char* kSchemasTopic = "_schemas";
std::shared_ptr<SchemaRegistry> open_embedded_registry(std::shared_ptr<log::Log> log,
                                                       const std::string& topic = kSchemasTopic);

// Confluent's wire format: 0x00, id big-endian, payload. nullopt when the bytes don't begin so.
std::optional<int> schema_id_of(std::string_view bytes);
void append_schema_header(std::string& out, int id);

}  // namespace weir
