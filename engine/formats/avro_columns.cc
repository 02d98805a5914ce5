#include "engine/formats/avro_columns.h"

#include <algorithm>
#include <set>

#include "engine/formats/avro_names.h"

namespace weir {
namespace {

[[noreturn]] void reject_avro_columns(const std::string& what) {
  throw SchemaRegistryError(SchemaRegistryError::Kind::kInvalid, what);
}

class AvroColumnReader {
 public:
  explicit AvroColumnReader(bool keep_names) : keep_names_(keep_names) {}

  TypePtr type_of(const AvroNode& given) {
    const AvroNode& node = given.without_null();
    switch (node.kind) {
      case AvroKind::kBoolean:
        return Type::boolean();
      case AvroKind::kInt:
        if (node.logical == AvroLogical::kDate) return Type::date();
        if (node.logical == AvroLogical::kTimeMillis) return Type::time();
        return Type::integer();
      case AvroKind::kLong:
        // Connect knows no microseconds: they are plain numbers to it.
        return node.logical == AvroLogical::kTimestampMillis ? Type::timestamp() : Type::bigint();
      case AvroKind::kFloat:
      case AvroKind::kDouble:
        return Type::float64();
      case AvroKind::kBytes:
      case AvroKind::kFixed:
        if (node.logical != AvroLogical::kDecimal) return Type::bytes();
        return Type::decimal(std::clamp(node.precision == 0 ? kMaxDecimalPrecision : node.precision,
                                        std::max(node.scale, 1), kMaxDecimalPrecision),
                             node.scale);
      case AvroKind::kString:
      case AvroKind::kEnum:
        return Type::string();
      case AvroKind::kArray:
        if (node.item().is_map_entry)
          return Type::map(Type::string(), type_of(*avro_field(node.item(), "value")->type));
        return Type::array(type_of(node.item()));
      case AvroKind::kMap:
        return Type::map(Type::string(), type_of(node.item()));
      case AvroKind::kRecord:
      case AvroKind::kUnion:
        return Type::structure(fields_of(node));
      case AvroKind::kNull:
        break;
    }
    reject_avro_columns(
        "The Avro schema has a part of type null alone, which holds nothing: declare the columns instead");
  }

  std::vector<StructField> fields_of(const AvroNode& given) {
    const AvroNode& node = given.without_null();
    if (!open_.insert(&node).second) {
      reject_avro_columns("The Avro type " + node.name +
                          " contains itself, which no SQL type does: declare the columns that are wanted instead");
    }
    std::vector<StructField> fields;
    if (node.kind == AvroKind::kRecord) {
      for (const AvroField& field : node.fields) add(fields, node, field.name, *field.type);
    } else {
      for (const AvroNode* branch : node.children) {
        if (branch->kind != AvroKind::kNull) add(fields, node, avro_short_name(*branch), *branch);
      }
    }
    open_.erase(&node);
    return fields;
  }

 private:
  void add(std::vector<StructField>& fields, const AvroNode& node, const std::string& name, const AvroNode& type) {
    std::string field = keep_names_ ? name : avro_upper_name(name);
    for (const StructField& other : fields) {
      if (other.name != field) continue;
      reject_avro_columns("The Avro " + (node.name.empty() ? std::string("union") : "type " + node.name) +
                          " has several parts named " + field + ", whatever their case: declare the columns instead");
    }
    fields.push_back({std::move(field), type_of(type)});
  }

  bool keep_names_;
  std::set<const AvroNode*> open_;  // what is being read
};

}  // namespace

std::vector<FormatColumn> columns_of_avro_schema(const FormatSpec& spec, bool is_key, const AvroSchema& schema) {
  AvroColumnReader reader(spec.schema_id.has_value());
  if (is_key) return {{"ROWKEY", reader.type_of(schema.root())}};
  if (!spec.wrap_single_value) return {{"ROWVAL", reader.type_of(schema.root())}};
  const AvroNode& root = schema.root().without_null();
  if (root.kind != AvroKind::kRecord && root.kind != AvroKind::kUnion) {
    reject_avro_columns(std::string("The Avro schema is of type ") + avro_kind_name(root.kind) +
                        " rather than a record: set WRAP_SINGLE_VALUE=false to read the value as one column");
  }
  std::vector<FormatColumn> columns;
  for (StructField& field : reader.fields_of(root)) columns.push_back({std::move(field.name), std::move(field.type)});
  if (columns.empty()) reject_avro_columns("The Avro record " + root.name + " has no fields");
  return columns;
}

}  // namespace weir
