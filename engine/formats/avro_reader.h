// Goes through the steps of a plan for each record: Avro's binary encoding into column slots. Belongs to one decoder.
#pragma once

#include <string>
#include <string_view>

#include "engine/formats/avro_bytes.h"
#include "engine/formats/avro_read_plan.h"
#include "engine/types/arena.h"

namespace weir {

class AvroReader {
 public:
  // Reads the record into the slot `slot` of every column of the plan. False: see error(); columns may be half filled.
  // Views point into the record or the arena. Bytes after the record's end are ignored, as Avro's libraries do.
  bool read(const AvroReadStep& plan, std::string_view record, size_t slot, Arena& arena);
  // "field ADDRESS.ZIP: the bytes end in the middle of a value at byte 12"
  std::string error() const;

 private:
  bool run(const AvroReadStep& step, size_t slot);
  bool run_value(const AvroReadStep& step, size_t slot);
  bool run_record(const AvroReadStep& step, size_t slot);
  bool run_union(const AvroReadStep& step, size_t slot);
  bool run_array(const AvroReadStep& step, size_t slot);
  bool run_map(const AvroReadStep& step, size_t slot);
  bool run_map_once(const AvroReadStep& step, size_t slot, const std::vector<bool>& skipped);
  bool read_text(const AvroReadStep& step, size_t slot);
  bool read_decimal(const AvroReadStep& step, size_t slot);
  bool read_block(const AvroNode& items, uint64_t& count);
  bool skip(const AvroNode& node, int depth);
  bool skip_blocks(const AvroNode& node, int depth);
  void set_null(const AvroReadStep& step, size_t slot);
  bool set_text(const AvroReadStep& step, size_t slot, std::string_view text);
  bool fail(std::string why) {
    error_ = std::move(why);
    return false;
  }

  AvroCursor cursor_;
  Arena* arena_ = nullptr;
  uint64_t empty_items_ = 0;  // items of no bytes that the record has had: only their number bounds them
  std::string error_, path_, text_;
};

}  // namespace weir
