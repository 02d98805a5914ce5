// Formats: bytes ↔ columns. A RowDecoder and a RowEncoder are made for one side (key or value) of one source or sink,
// belong to one task and are used by its thread alone. The formats themselves are values without state.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/formats/schema_registry.h"
#include "engine/types/arena.h"
#include "engine/types/batch.h"
#include "engine/types/row_errors.h"
#include "storage/log/record.h"

namespace weir {

enum class FormatKind { kNone, kKafka, kDelimited, kJson, kJsonSr, kAvro, kProtobuf, kProtobufNoSr };
const char* format_name(FormatKind kind);                             // "JSON_SR"
std::optional<FormatKind> format_from_name(const std::string& name);  // case-insensitive
std::vector<std::string> format_names();                              // those that this version supports

// How the PROTOBUF formats write columns that may be NULL: as plain fields, which turn NULL into 0, "" or false; as
// fields marked optional; or as the wrapper messages of google/protobuf/wrappers.proto.
enum class ProtobufNullable { kDefault, kOptional, kWrapper };
const char* protobuf_nullable_name(ProtobufNullable nullable);                         // "OPTIONAL"
std::optional<ProtobufNullable> protobuf_nullable_from_name(const std::string& name);  // case-insensitive

// A format with its properties, as a source or sink declares them.
struct FormatSpec {
  FormatKind kind = FormatKind::kJson;
  std::string delimiter = ",";    // DELIMITED; "\t" for TAB, " " for SPACE
  bool wrap_single_value = true;  // a single value column is written as a record with one field
  std::optional<int> schema_id;   // KEY_SCHEMA_ID / VALUE_SCHEMA_ID
  std::string schema_full_name;
  ProtobufNullable protobuf_nullable = ProtobufNullable::kDefault;  // …_PROTOBUF_NULLABLE_REPRESENTATION
  bool operator==(const FormatSpec&) const = default;
};

bool uses_schema_registry(FormatKind kind);

struct FormatColumn {
  std::string name;
  TypePtr type;
};

// What a source or sink needs so that its bytes can be read and written.
struct FormatContext {
  FormatSpec spec;
  bool is_key = false;
  std::string topic;                         // subject names: <topic>-key, <topic>-value
  std::vector<FormatColumn> columns;         // all columns of that side, in order
  std::shared_ptr<SchemaRegistry> registry;  // may be null for formats that need none
};

class RowDecoder {
 public:
  virtual ~RowDecoder() = default;
  // Decodes payloads[i] into row i of the `out` columns: out[c] is column `wanted[c]` of the context's columns, empty
  // on entry, and has payloads.size() rows on return. A nullopt payload gives null columns and is no error. A payload
  // that can't be decoded is reported with its row and marked in `bad` (its columns are null). String views point into
  // the payload or the arena.
  virtual void decode(std::span<const log::OptionalBytes> payloads, std::span<Column* const> out, Arena& arena,
                      RowErrors& errors, RowBits& bad) = 0;
};

class RowEncoder {
 public:
  virtual ~RowEncoder() = default;
  // Called once before the rows of a batch: looks at types and picks writers. `columns` are those of the context, in
  // order.
  virtual void begin(std::span<const Column* const> columns) = 0;
  // Appends row `row`'s bytes to `out`. False: the row can't be encoded (reason in `error`); `out` is as before. A
  // format may give null: is_null then says so and nothing is appended. All give it for a key without columns and for
  // one column that is NULL and stands alone (a key of one column, an unwrapped value; DELIMITED has no unwrapped
  // values). Several key columns are a key, also when all of them are NULL.
  virtual bool encode(uint32_t row, std::string& out, bool& is_null, std::string& error) = 0;
};

// Checks the columns against what the format can hold (KAFKA: one column of a primitive type …); throws
// std::invalid_argument with a message that names column, type and format.
void check_format(const FormatContext& context);

// `wanted`: indices of the columns to decode, ascending. Throws like check_format; registry errors as
// SchemaRegistryError.
std::unique_ptr<RowDecoder> make_decoder(const FormatContext& context, const std::vector<int>& wanted);
// For formats with schemas: takes the id of the columns' schema, registering it where this process hasn't yet, or the
// given id, whose schema then says how to write.
std::unique_ptr<RowEncoder> make_encoder(const FormatContext& context);

// Columns from the registered schema of `topic` (or from spec.schema_id): CREATE without columns and IMPORT TOPICS.
// A key of a primitive type gives one column named ROWKEY, a value that is no record one named ROWVAL. Throws
// SchemaRegistryError.
std::vector<FormatColumn> infer_columns(const FormatSpec& spec, bool is_key, const std::string& topic,
                                        SchemaRegistry& registry);

// Registers the columns' schema now (CREATE … with columns and a schema format). Returns the id.
int register_schema(const FormatContext& context);

// The SQL columns' schema as the format writes it (JSON Schema with connect.* attributes …).
std::string schema_text(const FormatContext& context);

}  // namespace weir
