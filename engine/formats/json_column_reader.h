// Reads JSON values into the columns of a batch, by ksqlDB's rules of coercion. A tree of these mirrors a type; bind()
// ties it to the columns of one batch. Belongs to one decoder; one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/formats/column_filling.h"
#include "engine/formats/json_fields.h"
#include "engine/formats/json_reader.h"

namespace weir {

// What the reading of one record shares.
struct JsonRecord {
  JsonReader reader;
  const char* copy = nullptr;     // the padded text that the reader goes through
  const char* payload = nullptr;  // the same text where it lives as long as the batch
  Arena* arena = nullptr;
  std::string text;   // scratch
  std::string error;  // why a value doesn't fit its column; empty when the text itself is malformed
  std::string path;   // where: ".FIELD[2]"

  bool fail(std::string message) {
    error = std::move(message);
    return false;
  }
  // The characters of a string, in memory that lives as long as the batch.
  std::string_view keep(const JsonString& string) {
    if (string.escaped) return unescape_json(string, *arena);
    return {payload + (string.data - copy), string.size};
  }
};

class JsonColumnReader;

// An object's fields into columns of the same names.
class JsonObjectReader {
 public:
  explicit JsonObjectReader(const std::vector<StructField>& fields);
  ~JsonObjectReader();

  size_t size() const { return readers_.size(); }
  JsonColumnReader& column(size_t i) { return *readers_[i]; }

  // The reader is at '{'. Defines the slot of every column; false: see record.error and record.reader.
  bool read(JsonRecord& record, size_t slot);
  void set_null(size_t slot);

 private:
  JsonFields names_;
  std::vector<std::unique_ptr<JsonColumnReader>> readers_;
  std::vector<int> seen_;  // the rank by which each column was found in the present object
};

class JsonColumnReader {
 public:
  explicit JsonColumnReader(TypePtr type);

  // The column must have all its slots already; children grow as elements come.
  void bind(Column& column);
  // Reads the value that comes next into the slot. Slots are defined in ascending order; the newest may be defined
  // again.
  bool read(JsonRecord& record, size_t slot);
  void set_null(size_t slot) { define_null(*column_, slot); }
  // After the last record: cuts the children to what was read.
  void finish() { trim_children(*column_); }

 private:
  bool read_null(JsonRecord& record, size_t slot);
  bool read_integer(JsonRecord& record, int64_t& value);
  bool read_double(JsonRecord& record, size_t slot);
  bool read_decimal(JsonRecord& record, size_t slot);
  bool read_string(JsonRecord& record, size_t slot);
  bool read_bytes(JsonRecord& record, size_t slot);
  bool read_array(JsonRecord& record, size_t slot);
  bool read_map(JsonRecord& record, size_t slot);
  bool read_map_field(JsonRecord& record, size_t element);  // "name": value
  bool read_map_entry(JsonRecord& record, size_t element);  // {"key": name, "value": value}
  bool read_map_entries(JsonRecord& record, size_t slot, const std::vector<bool>& skipped);
  bool mismatch(JsonRecord& record);
  bool does_not_fit(JsonRecord& record);
  // Makes room for one more element in the children and returns its slot.
  size_t add_element() { return add_child_element(*column_, elements_++); }

  TypePtr type_;
  TypeKind kind_;
  Column* column_ = nullptr;
  std::vector<std::unique_ptr<JsonColumnReader>> children_;  // ARRAY: the element; MAP: key and value
  std::unique_ptr<JsonObjectReader> fields_;                 // STRUCT
  size_t elements_ = 0;                                      // ARRAY and MAP: elements in the children that are taken
};

}  // namespace weir
