// Writes the values of one SQL type by an Avro schema, Weir's own or a given one: a tree that mirrors the schema, made
// once for each encoder. Belongs to one encoder; one thread.
#pragma once

#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/formats/avro_bytes.h"
#include "engine/formats/avro_schema.h"
#include "engine/types/column.h"

namespace weir {

// The schema can't hold the columns; the message says which part and why.
class AvroUnfit : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class AvroValueWriter {
 public:
  // Throws AvroUnfit. `node` must live as long as the writer.
  AvroValueWriter(const AvroNode& node, const Type& type, const std::string& path);

  // What is written for NULL where the schema has no null: a field's default.
  void set_default(const AvroField& field);

  // False: the value can't be written (reason in `error`), and what was appended is void.
  bool write(const Column& column, size_t row, TextBuffer& out, std::string& error) const;

 private:
  friend class AvroRecordWriter;
  enum class Op : uint8_t {
    kNull,
    kBoolean,
    kInt,
    kLong,
    kFloat,
    kDouble,
    kString,
    kEnum,
    kFixed,
    kDecimal,
    kFixedDecimal,
    kTimeMicros,
    kTimestampMicros,
    kArray,
    kMap,
    kMapEntries,
    kRecord,
    kUnionOfStruct
  };

  void plan(const AvroNode& node, const Type& type);
  bool plan_scalar(const AvroNode& node, const Type& type);
  void plan_union(const AvroNode& node, const Type& type);
  bool plan_union_of_struct(const AvroNode& node, const Type& type);
  void plan_entries(const AvroNode& node, const Type& type);
  [[noreturn]] void unfit(const AvroNode& node, const Type& type) const;

  bool write_value(const Column& column, size_t row, TextBuffer& out, std::string& error) const;
  bool write_enum(std::string_view text, TextBuffer& out, std::string& error) const;
  bool write_decimal(Int128 value, TextBuffer& out, std::string& error) const;
  bool write_elements(const Column& column, size_t row, TextBuffer& out, std::string& error) const;
  bool write_record(const Column& column, size_t row, TextBuffer& out, std::string& error) const;
  bool write_union_of_struct(const Column& column, size_t row, TextBuffer& out, std::string& error) const;
  bool fail(std::string& error, const std::string& why) const;

  // A record's field: of a column, or always the same bytes.
  struct Part {
    int source;     // the STRUCT's field; -1: `constant`
    size_t writer;  // of children_
    std::string constant;
  };
  static std::vector<Part> plan_parts(const AvroNode& record, const std::vector<StructField>& fields,
                                      const std::string& path, std::vector<AvroValueWriter>& writers);

  std::string path_;
  const AvroNode* node_ = nullptr;  // without its union
  Op op_ = Op::kNull;
  int null_branch_ = -1;                                     // -1: the schema has no null here
  int value_branch_ = -1;                                    // -1: no union
  int scale_ = 0, target_scale_ = 0, target_precision_ = 0;  // decimals
  std::optional<std::string> default_;
  std::vector<AvroValueWriter> children_;
  std::vector<Part> parts_;  // kRecord; kUnionOfStruct: constant is the branch's number
};

// The value of a schema's "default" as bytes. nullopt: it is none of the type.
std::optional<std::string> avro_default_bytes(const AvroNode& node, const nlohmann::json& value);

// The columns of one side as a record.
class AvroRecordWriter {
 public:
  AvroRecordWriter(const AvroNode& root, const std::vector<StructField>& fields);
  bool write(std::span<const Column* const> columns, size_t row, TextBuffer& out, std::string& error) const;

 private:
  std::string prefix_;  // the record's place where the schema is a union
  std::vector<AvroValueWriter> writers_;
  std::vector<AvroValueWriter::Part> parts_;
};

}  // namespace weir
