// Writes one value of a column as JSON, as ksqlDB does: DECIMAL as a plain number with its full scale, DATE as days,
// TIME and TIMESTAMP as milliseconds, BYTES as base64, DOUBLE as Java prints it; maps as objects, or with keys other
// than STRING as arrays of
// {"key": …, "value": …}. Belongs to one encoder; one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/formats/text_buffer.h"
#include "engine/types/column.h"

namespace weir {

class JsonValueWriter {
 public:
  explicit JsonValueWriter(const Type& type);

  // False: the value has no JSON form (a map with a null key); `error` says why.
  bool write(const Column& column, size_t row, TextBuffer& out, std::string& error) const;

 private:
  bool write_struct(const Column& column, size_t row, TextBuffer& out, std::string& error) const;
  bool write_array(const Column& column, size_t row, TextBuffer& out, std::string& error) const;
  bool write_map(const Column& column, size_t row, TextBuffer& out, std::string& error) const;

  TypeKind kind_;
  int scale_ = 0;
  std::vector<ChunkedText> prefixes_;      // STRUCT: {"A":  ,"B":  …
  std::vector<JsonValueWriter> children_;  // ARRAY: element; MAP: key and value; STRUCT: fields
};

// Appends the text as a JSON string with Jackson's escapes: control characters, quote and backslash only.
void write_json_string(std::string_view text, TextBuffer& out);
// `"NAME":`
std::string json_field_prefix(std::string_view name);

}  // namespace weir
