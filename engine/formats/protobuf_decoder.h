// PROTOBUF and PROTOBUF_NOSR records into columns. What a record means is said by the schema that it was written with,
// so there is a reader for each writer's schema and message. Belongs to one task; one thread.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/formats/format.h"
#include "engine/formats/protobuf_nested_readers.h"

namespace weir {

// What stands before a message: the schema's id and where the message is in the schema.
struct ProtobufHeader {
  int id = 0;
  std::vector<int> indexes;
  size_t size = 0;  // in bytes
};
// nullopt: the bytes don't begin so; `error`, if given, gets the reason.
std::optional<ProtobufHeader> read_protobuf_header(std::string_view payload, const char** error = nullptr);

class ProtobufDecoder : public RowDecoder {
 public:
  // `fixed`: records are bare messages of this schema; null: they begin with the registry's header.
  ProtobufDecoder(const FormatContext& context, const std::vector<int>& wanted,
                  std::shared_ptr<const ProtobufSchema> fixed);

  // Throws SchemaRegistryError (kUnavailable) when a schema can't be asked for now.
  void decode(std::span<const log::OptionalBytes> payloads, std::span<Column* const> out, Arena& arena,
              RowErrors& errors, RowBits& bad) override;

 private:
  struct Program {
    std::shared_ptr<const ProtobufSchema> schema;
    std::unique_ptr<ProtobufMessageReader> reader;  // null: `error` says why there is none
    std::string error;
    std::chrono::steady_clock::time_point retry_at = std::chrono::steady_clock::time_point::max();
    uint64_t bound = 0;  // the batch whose columns the reader has
  };

  bool decode_row(std::string_view payload, size_t row);
  Program& program_of(std::string_view bytes, const ProtobufHeader& header);
  void compile(Program& program, int id, const std::vector<int>& indexes);

  FormatContext context_;
  std::vector<StructField> fields_;  // the wanted columns
  std::shared_ptr<const ProtobufSchema> fixed_;
  std::unordered_map<std::string, Program> programs_;  // by the records' header
  std::string last_header_;
  Program* last_ = nullptr;
  std::vector<Column*> columns_;
  uint64_t batch_ = 0;
  ProtobufRecord record_;
};

}  // namespace weir
