// AVRO records into columns, each by the schema that it was written with. Belongs to one task; one thread.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/formats/avro_read_plan.h"
#include "engine/formats/avro_reader.h"
#include "engine/formats/format.h"

namespace weir {

class AvroDecoder : public RowDecoder {
 public:
  AvroDecoder(const FormatContext& context, const std::vector<int>& wanted);

  // Throws SchemaRegistryError::kUnavailable when the registry can't be asked for a schema: the batch is to be decoded
  // again later.
  void decode(std::span<const log::OptionalBytes> payloads, std::span<Column* const> out, Arena& arena,
              RowErrors& errors, RowBits& bad) override;

 private:
  // What is known of one writer's schema.
  struct Writer {
    std::shared_ptr<const AvroSchema> schema;
    AvroReadStep plan;
    std::string refusal;  // why its records can't be read; empty: they can
  };

  bool decode_row(std::string_view payload, size_t row, Arena& arena, std::string& why);
  // Null: there is no such schema, see `why`.
  const Writer* writer_of(int id, std::string& why);
  Writer plan_writer(const RegisteredSchema& schema);

  std::shared_ptr<SchemaRegistry> registry_;
  std::string side_;
  RowError::Stage stage_;
  bool unwrapped_;
  std::vector<std::unique_ptr<ColumnSlots>> slots_;  // of the wanted columns
  std::vector<AvroTarget> targets_;
  std::unordered_map<int, Writer> writers_;  // by schema id
  int last_id_ = 0;                          // records mostly repeat the id of the one before
  const Writer* last_ = nullptr;
  std::unordered_map<int, std::string> unknown_;  // ids that the registry doesn't know, with its words; for one batch
  AvroReader reader_;
};

}  // namespace weir
