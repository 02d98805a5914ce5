// Columns into PROTOBUF and PROTOBUF_NOSR records. Belongs to one task; one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/formats/format.h"
#include "engine/formats/protobuf_field_writer.h"

namespace weir {

class ProtobufEncoder : public RowEncoder {
 public:
  // `header`: what stands before each message. Throws std::invalid_argument when the columns don't go into the message.
  ProtobufEncoder(const FormatContext& context, std::shared_ptr<const ProtobufSchema> schema,
                  const google::protobuf::Descriptor& message, std::string header);

  void begin(std::span<const Column* const> columns) override;
  bool encode(uint32_t row, std::string& out, bool& is_null, std::string& error) override;

 private:
  bool is_key_;
  std::string side_;
  std::string header_;
  std::shared_ptr<const ProtobufSchema> schema_;
  ProtobufMessageWriter writer_;
  std::vector<const Column*> columns_;
};

// Zero byte, id, and the indexes of the message in its file.
std::string protobuf_header(int id, const google::protobuf::Descriptor& message);

}  // namespace weir
