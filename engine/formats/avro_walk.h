// Goes through a record by its own schema and tells a visitor what is in it: for whoever shows records rather than
// working on them (PRINT, the test runner). Slow; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/formats/avro_schema.h"
#include "engine/types/value.h"

namespace weir {

// A union of null and one type is that type; a value of another union is an object with one member, named after the
// value's type; a map written as entries is a map.
class AvroVisitor {
 public:
  virtual ~AvroVisitor() = default;
  virtual void null() = 0;
  virtual void boolean(bool value) = 0;
  virtual void integer(int64_t value) = 0;  // also dates and times, as they are written
  virtual void number(double value) = 0;
  virtual void decimal(Int128 unscaled, int scale) = 0;
  virtual void string(std::string_view text) = 0;  // also the symbols of enums; may be no valid UTF-8
  virtual void bytes(std::string_view bytes) = 0;
  virtual void begin_array() = 0;
  virtual void end_array() = 0;
  virtual void begin_object() = 0;
  virtual void member(std::string_view name) = 0;  // its value comes next
  virtual void end_object() = 0;
};

// `record` is without its header. The empty string, or why the bytes are no Avro of the schema; the visitor has then
// seen a part.
std::string walk_avro(const AvroSchema& schema, std::string_view record, AvroVisitor& visitor);

// The record as JSON: bytes in base64, decimals as numbers with their scale. Throws std::invalid_argument when it is no
// Avro of the schema.
std::string avro_to_json(const AvroSchema& schema, std::string_view record);

}  // namespace weir
