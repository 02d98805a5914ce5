// Avro schemas as a graph of nodes, parsed from their JSON (Apache Avro specification 1.11, "Schema Declaration").
// Immutable once parsed and shared by who reads and writes with it; any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/formats/schema_registry.h"

namespace weir {

enum class AvroKind : uint8_t {
  kNull,
  kBoolean,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kBytes,
  kString,
  kRecord,
  kEnum,
  kArray,
  kMap,
  kUnion,
  kFixed
};
const char* avro_kind_name(AvroKind kind);  // "record"

// What an annotation makes of a node's kind; annotations that don't suit the kind are kNone, as the specification asks.
enum class AvroLogical : uint8_t {
  kNone,
  kDecimal,
  kDate,
  kTimeMillis,
  kTimeMicros,
  kTimestampMillis,
  kTimestampMicros
};

struct AvroNode;

struct AvroField {
  std::string name;
  const AvroNode* type = nullptr;
  bool has_default = false;
  nlohmann::json default_value;
};

struct AvroNode {
  AvroKind kind = AvroKind::kNull;
  AvroLogical logical = AvroLogical::kNone;
  int precision = 0, scale = 0;           // kDecimal; a precision of 0 isn't given
  std::string name;                       // of a record, enum or fixed, with its namespace
  std::vector<AvroField> fields;          // kRecord
  std::vector<const AvroNode*> children;  // kArray: the items; kMap: the values; kUnion: the branches
  std::vector<std::string> symbols;       // kEnum
  uint32_t size = 0;                      // kFixed: bytes
  bool is_map_entry = false;              // kRecord: an entry of a map whose keys aren't plain strings (Connect)
  bool takes_no_bytes = false;            // its values are always empty: null, fixed of no bytes, records of such

  const AvroNode& item() const { return *children[0]; }
  int null_branch() const;  // kUnion: the index of null; -1: none, or no union
  // kUnion of null and one other: that one; otherwise the node itself.
  const AvroNode& without_null() const;
};

// The fields key and value of a record that stands for a map's entry, or null.
const AvroField* avro_field(const AvroNode& record, std::string_view name);
// The name without its namespace; of nodes without a name that of their kind. So Connect names the branches of unions.
std::string avro_short_name(const AvroNode& node);

class AvroSchema {
 public:
  // Throws SchemaRegistryError::kInvalid for what is no Avro schema.
  static std::shared_ptr<const AvroSchema> parse(const std::string& text);
  // With the schemas that it refers to, which are asked of the registry.
  static std::shared_ptr<const AvroSchema> parse(const RegisteredSchema& schema, SchemaRegistry& registry);

  const AvroNode& root() const { return *root_; }

 private:
  friend class AvroSchemaParser;
  std::deque<AvroNode> nodes_;
  const AvroNode* root_ = nullptr;
};

}  // namespace weir
