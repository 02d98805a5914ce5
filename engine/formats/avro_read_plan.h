// How records of one writer's schema are read into columns: a tree of steps, made once for each schema and gone through
// for each record. Belongs to one decoder, as its steps point to the slots of that decoder's columns.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/formats/avro_schema.h"
#include "engine/formats/column_slots.h"

namespace weir {

// A column that is wanted, or a field of a STRUCT.
struct AvroTarget {
  std::string name;
  ColumnSlots* slots;
};

struct AvroReadStep {
  enum class Op : uint8_t {
    // What isn't wanted: `count` varints; `count` bytes; a length and its bytes; anything else, by its node.
    kSkipLongs,
    kSkipBytes,
    kSkipString,
    kSkipNode,
    // A value into `slots`, named after what is written and, where it differs, the column.
    kNull,
    kBoolean,
    kInt,
    kTimeMillis,
    kTimeMicros,
    kLong,
    kTimestampMicros,
    kFloat,
    kDouble,
    kLongAsDouble,
    kString,
    kBytes,
    kFixed,
    kEnum,
    kDecimal,
    kFixedDecimal,
    kBooleanAsText,
    kLongAsText,
    kFloatAsText,
    kDoubleAsText,
    kArray,
    kMap,
    kMapEntries,
    kRecord,
    kUnion,          // a step for each branch
    kUnionAsStruct,  // the same, each branch into a field of its own
    kMismatch        // a branch that the column can't hold: an error where it is met
  };
  Op op = Op::kNull;
  int8_t null_branch = -1;             // a union of null and this: which of its two branches is null
  uint64_t count = 0;                  // kSkipLongs, kSkipBytes, kFixed and kFixedDecimal
  const AvroNode* node = nullptr;      // the writer's type
  ColumnSlots* slots = nullptr;        // null: the record as a whole, whose columns are in its children's slots
  std::string name;                    // the field, for messages
  std::string mismatch;                // kMismatch
  std::vector<AvroReadStep> children;  // kRecord: in the writer's order; kMapEntries: the entry's fields
  std::vector<ColumnSlots*> missing;   // kRecord: what the writer doesn't have
  std::vector<ColumnSlots*> all;       // kRecord without slots: the columns; kUnionAsStruct: the fields
};

// No record of the schema can be read into the columns. The message says which field and why.
class AvroMismatch : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Fields are found by their names: exactly, else whatever the case. `unwrapped`: the value itself is the only target.
// Throws AvroMismatch. The schema must live as long as the steps.
AvroReadStep plan_avro_reading(const AvroSchema& schema, const std::vector<AvroTarget>& targets, bool unwrapped);

}  // namespace weir
