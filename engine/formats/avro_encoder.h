// Columns into AVRO records. Belongs to one task; one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/formats/avro_value_writer.h"
#include "engine/formats/format.h"

namespace weir {

class AvroEncoder : public RowEncoder {
 public:
  // Records are written by the schema and marked with its id. Throws SchemaRegistryError::kInvalid when the schema
  // can't hold the columns.
  AvroEncoder(const FormatContext& context, int schema_id, std::shared_ptr<const AvroSchema> schema);

  void begin(std::span<const Column* const> columns) override;
  bool encode(uint32_t row, std::string& out, bool& is_null, std::string& error) override;

 private:
  std::shared_ptr<const AvroSchema> schema_;
  std::string side_, header_;
  bool is_key_;
  std::optional<AvroValueWriter> value_;    // unwrapped
  std::optional<AvroRecordWriter> record_;  // otherwise
  std::vector<const Column*> columns_;
  TextBuffer buffer_;
};

}  // namespace weir
