#include "engine/formats/protobuf_encoder.h"

#include <algorithm>

#include "engine/formats/codec.h"

namespace weir {
namespace {

std::vector<StructField> struct_fields_of(const FormatContext& context) {
  std::vector<StructField> fields;
  for (const FormatColumn& column : context.columns) fields.push_back({column.name, column.type});
  return fields;
}

}  // namespace

ProtobufEncoder::ProtobufEncoder(const FormatContext& context, std::shared_ptr<const ProtobufSchema> schema,
                                 const google::protobuf::Descriptor& message, std::string header)
    : is_key_(context.is_key),
      side_(side_of(context)),
      header_(std::move(header)),
      schema_(std::move(schema)),
      writer_(struct_fields_of(context), message, *schema_) {}

void ProtobufEncoder::begin(std::span<const Column* const> columns) { columns_.assign(columns.begin(), columns.end()); }

bool ProtobufEncoder::encode(uint32_t row, std::string& out, bool& is_null, std::string& error) {
  // A key of nothing, or of one column that is NULL, is no key.
  is_null = is_key_ && columns_.size() <= 1 && (columns_.empty() || columns_[0]->is_null(row));
  if (is_null) return true;
  const size_t before = out.size();
  out += header_;
  if (writer_.write(columns_, row, out, error)) return true;
  out.resize(before);
  error = side_ + ": column " + error;
  return false;
}

std::string protobuf_header(int id, const google::protobuf::Descriptor& message) {
  std::string header;
  append_schema_header(header, id);
  const std::vector<int> indexes = indexes_of_message(message);
  if (indexes.size() == 1 && indexes[0] == 0) return header + '\0';
  append_varint(header, zigzag(static_cast<int64_t>(indexes.size())));
  for (const int index : indexes) append_varint(header, zigzag(index));
  return header;
}

}  // namespace weir
