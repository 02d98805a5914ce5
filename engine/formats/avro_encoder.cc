#include "engine/formats/avro_encoder.h"

#include "engine/formats/codec.h"

namespace weir {

AvroEncoder::AvroEncoder(const FormatContext& context, int schema_id, std::shared_ptr<const AvroSchema> schema)
    : schema_(std::move(schema)), side_(side_of(context)), is_key_(context.is_key) {
  append_schema_header(header_, schema_id);
  try {
    if (is_unwrapped(context)) {
      value_.emplace(schema_->root(), *context.columns[0].type, "");
    } else {
      std::vector<StructField> fields;
      for (const FormatColumn& column : context.columns) fields.push_back({column.name, column.type});
      record_.emplace(schema_->root(), fields);
    }
  } catch (const AvroUnfit& error) {
    throw SchemaRegistryError(
        SchemaRegistryError::Kind::kInvalid,
        "The schema with id " + std::to_string(schema_id) + " can't hold the " + side_ + ": " + error.what());
  }
}

void AvroEncoder::begin(std::span<const Column* const> columns) { columns_.assign(columns.begin(), columns.end()); }

bool AvroEncoder::encode(uint32_t row, std::string& out, bool& is_null, std::string& error) {
  is_null = value_ ? columns_[0]->is_null(row) : is_key_ && columns_.empty();
  if (is_null) return true;
  buffer_.clear();
  buffer_.append(std::string_view(header_));
  const bool written =
      value_ ? value_->write(*columns_[0], row, buffer_, error) : record_->write(columns_, row, buffer_, error);
  if (!written) {
    error = side_ + ": " + error;
    return false;
  }
  out.append(buffer_.view());
  return true;
}

}  // namespace weir
