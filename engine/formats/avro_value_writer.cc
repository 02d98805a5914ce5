#include "engine/formats/avro_value_writer.h"

#include <algorithm>

#include "engine/formats/avro_names.h"
#include "engine/types/decimal.h"

namespace weir {
namespace {

constexpr int64_t kAvroMicrosOfMilli = 1000;

std::string avro_part_name(const std::string& path) { return path.empty() ? "the value" : "field " + path; }

}  // namespace

AvroValueWriter::AvroValueWriter(const AvroNode& node, const Type& type, const std::string& path) : path_(path) {
  plan(node, type);
}

void AvroValueWriter::unfit(const AvroNode& node, const Type& type) const {
  throw AvroUnfit(avro_part_name(path_) + " is an Avro " + avro_kind_name(node.kind) +
                  (node.name.empty() ? "" : " " + node.name) + ", which " + type.to_string() + " can't be written as");
}

void AvroValueWriter::set_default(const AvroField& field) {
  if (field.has_default) default_ = avro_default_bytes(*field.type, field.default_value);
}

void AvroValueWriter::plan(const AvroNode& node, const Type& type) {
  if (node.kind == AvroKind::kUnion) return plan_union(node, type);
  node_ = &node;
  const TypeKind from = type.kind();
  if (plan_scalar(node, type)) return;
  if (node.kind == AvroKind::kArray && from == TypeKind::kArray) {
    op_ = Op::kArray;
    children_.emplace_back(node.item(), *type.element(), path_ + "[]");
  } else if (node.kind == AvroKind::kMap && from == TypeKind::kMap && type.map_key()->kind() == TypeKind::kString) {
    op_ = Op::kMap;
    children_.emplace_back(node.item(), *type.map_value(), path_ + "[]");
  } else if (node.kind == AvroKind::kArray && from == TypeKind::kMap && node.item().kind == AvroKind::kRecord) {
    plan_entries(node, type);
  } else if (node.kind == AvroKind::kRecord && from == TypeKind::kStruct) {
    op_ = Op::kRecord;
    parts_ = plan_parts(node, type.fields(), path_, children_);
  } else {
    unfit(node, type);
  }
}

bool AvroValueWriter::plan_scalar(const AvroNode& node, const Type& type) {
  const TypeKind from = type.kind();
  const auto take = [this](Op op) {
    op_ = op;
    return true;
  };
  switch (node.kind) {
    case AvroKind::kBoolean:
      return from == TypeKind::kBoolean && take(Op::kBoolean);
    case AvroKind::kInt:
      return (from == TypeKind::kInt || from == TypeKind::kDate || from == TypeKind::kTime) && take(Op::kInt);
    case AvroKind::kLong:
      if (from == TypeKind::kTime && node.logical == AvroLogical::kTimeMicros) return take(Op::kTimeMicros);
      if (from == TypeKind::kTimestamp && node.logical == AvroLogical::kTimestampMicros)
        return take(Op::kTimestampMicros);
      if (from == TypeKind::kInt) return take(Op::kInt);
      return (from == TypeKind::kBigint || from == TypeKind::kTimestamp) && take(Op::kLong);
    case AvroKind::kFloat:
      return from == TypeKind::kDouble && take(Op::kFloat);
    case AvroKind::kDouble:
      return from == TypeKind::kDouble && take(Op::kDouble);
    case AvroKind::kString:
      return from == TypeKind::kString && take(Op::kString);
    case AvroKind::kEnum:
      return from == TypeKind::kString && take(Op::kEnum);
    case AvroKind::kBytes:
    case AvroKind::kFixed: {
      const bool fixed = node.kind == AvroKind::kFixed;
      if (node.logical != AvroLogical::kDecimal)
        return from == TypeKind::kBytes && take(fixed ? Op::kFixed : Op::kString);
      if (from != TypeKind::kDecimal) return false;
      scale_ = type.scale();
      target_scale_ = node.scale;
      target_precision_ = node.precision == 0 ? kMaxDecimalPrecision : std::min(node.precision, kMaxDecimalPrecision);
      return take(fixed ? Op::kFixedDecimal : Op::kDecimal);
    }
    default:
      return false;
  }
}

void AvroValueWriter::plan_union(const AvroNode& node, const Type& type) {
  const int null = node.null_branch();
  std::string first;
  for (size_t i = 0; i < node.children.size(); ++i) {
    if (static_cast<int>(i) == null) continue;
    try {
      AvroValueWriter branch(*node.children[i], type, path_);
      branch.null_branch_ = null;
      branch.value_branch_ = static_cast<int>(i);
      *this = std::move(branch);
      return;
    } catch (const AvroUnfit& error) {
      if (first.empty()) first = error.what();
    }
  }
  null_branch_ = null;
  if (!plan_union_of_struct(node, type))
    throw AvroUnfit(first.empty() ? avro_part_name(path_) + " is null alone" : first);
}

// A STRUCT with a field for each branch, as such a union is read: the field that isn't NULL is the value.
bool AvroValueWriter::plan_union_of_struct(const AvroNode& node, const Type& type) {
  if (type.kind() != TypeKind::kStruct || type.fields().empty()) return false;
  for (size_t f = 0; f < type.fields().size(); ++f) {
    const StructField& field = type.fields()[f];
    const auto branch = std::find_if(node.children.begin(), node.children.end(), [&](const AvroNode* candidate) {
      return avro_names_match(avro_short_name(*candidate), field.name);
    });
    if (branch == node.children.end() || (*branch)->kind == AvroKind::kNull) return false;
    TextBuffer number;
    append_avro_long(number, branch - node.children.begin());
    parts_.push_back({static_cast<int>(f), children_.size(), std::string(number.view())});
    children_.emplace_back(**branch, *field.type, path_.empty() ? field.name : path_ + "." + field.name);
  }
  op_ = Op::kUnionOfStruct;
  node_ = &node;
  return true;
}

void AvroValueWriter::plan_entries(const AvroNode& node, const Type& type) {
  const AvroNode& entry = node.item();
  const AvroField* key = avro_field(entry, "key");
  const AvroField* value = avro_field(entry, "value");
  if (entry.fields.size() != 2 || key == nullptr || value == nullptr) unfit(node, type);
  op_ = Op::kMapEntries;
  parts_ = plan_parts(entry, {{"key", type.map_key()}, {"value", type.map_value()}}, path_, children_);
}

std::vector<AvroValueWriter::Part> AvroValueWriter::plan_parts(const AvroNode& record,
                                                               const std::vector<StructField>& fields,
                                                               const std::string& path,
                                                               std::vector<AvroValueWriter>& writers) {
  std::vector<Part> parts;
  std::vector<bool> taken(fields.size());
  for (const AvroField& field : record.fields) {
    const std::string field_path = path.empty() ? field.name : path + "." + field.name;
    size_t source = 0;
    while (source < fields.size() && avro_field_name(fields[source].name) != field.name) ++source;
    if (source < fields.size()) {
      taken[source] = true;
      parts.push_back({static_cast<int>(source), writers.size(), ""});
      writers.emplace_back(*field.type, *fields[source].type, field_path);
      writers.back().set_default(field);
      continue;
    }
    std::optional<std::string> constant;
    if (field.has_default) constant = avro_default_bytes(*field.type, field.default_value);
    if (!constant && field.type->null_branch() >= 0) {
      TextBuffer number;
      append_avro_long(number, field.type->null_branch());
      constant = std::string(number.view());
    }
    if (!constant) {
      throw AvroUnfit("field " + field_path + " is required and has no default, but nothing is written to it");
    }
    parts.push_back({-1, 0, std::move(*constant)});
  }
  for (size_t i = 0; i < fields.size(); ++i) {
    if (!taken[i])
      throw AvroUnfit("there is no field " + (path.empty() ? fields[i].name : path + "." + fields[i].name));
  }
  return parts;
}

bool AvroValueWriter::fail(std::string& error, const std::string& why) const {
  error = avro_part_name(path_) + ": " + why;
  return false;
}

bool AvroValueWriter::write(const Column& column, size_t row, TextBuffer& out, std::string& error) const {
  if (column.is_null(row)) {
    if (null_branch_ >= 0) {
      append_avro_long(out, null_branch_);
      return true;
    }
    if (!default_) return fail(error, "it is NULL, but the schema has neither null nor a default there");
    out.append(std::string_view(*default_));
    return true;
  }
  if (value_branch_ >= 0) append_avro_long(out, value_branch_);
  return write_value(column, row, out, error);
}

bool AvroValueWriter::write_value(const Column& column, size_t row, TextBuffer& out, std::string& error) const {
  switch (op_) {
    case Op::kNull:
      return true;
    case Op::kBoolean:
      out.append(column.at<uint8_t>(row) ? '\1' : '\0');
      return true;
    case Op::kInt:
      append_avro_long(out, column.at<int32_t>(row));
      return true;
    case Op::kLong:
      append_avro_long(out, column.at<int64_t>(row));
      return true;
    case Op::kFloat:
      append_avro_raw(out, static_cast<float>(column.at<double>(row)));
      return true;
    case Op::kDouble:
      append_avro_raw(out, column.at<double>(row));
      return true;
    case Op::kString:
      append_avro_bytes(out, column.at<std::string_view>(row));
      return true;
    case Op::kEnum:
      return write_enum(column.at<std::string_view>(row), out, error);
    case Op::kFixed: {
      const std::string_view bytes = column.at<std::string_view>(row);
      if (bytes.size() != node_->size) {
        return fail(error, std::to_string(bytes.size()) + " bytes don't fit the fixed " + node_->name + " of " +
                               std::to_string(node_->size));
      }
      if (!bytes.empty()) out.append(bytes);
      return true;
    }
    case Op::kDecimal:
    case Op::kFixedDecimal:
      return write_decimal(column.at<Int128>(row), out, error);
    case Op::kTimeMicros:
      append_avro_long(out, column.at<int32_t>(row) * kAvroMicrosOfMilli);
      return true;
    case Op::kTimestampMicros: {
      int64_t micros;
      if (__builtin_mul_overflow(column.at<int64_t>(row), kAvroMicrosOfMilli, &micros)) {
        return fail(error, "the time is outside what microseconds can say");
      }
      append_avro_long(out, micros);
      return true;
    }
    case Op::kArray:
    case Op::kMap:
    case Op::kMapEntries:
      return write_elements(column, row, out, error);
    case Op::kRecord:
      return write_record(column, row, out, error);
    case Op::kUnionOfStruct:
      return write_union_of_struct(column, row, out, error);
  }
  return true;
}

bool AvroValueWriter::write_enum(std::string_view text, TextBuffer& out, std::string& error) const {
  for (size_t i = 0; i < node_->symbols.size(); ++i) {
    if (node_->symbols[i] != text) continue;
    append_avro_long(out, static_cast<int64_t>(i));
    return true;
  }
  return fail(error, "'" + std::string(text) + "' is no symbol of the enum " + node_->name);
}

bool AvroValueWriter::write_decimal(Int128 value, TextBuffer& out, std::string& error) const {
  if (scale_ != target_scale_) {
    const std::optional<Int128> rescaled = decimal_to_decimal(value, scale_, kMaxDecimalPrecision, target_scale_);
    if (!rescaled) return fail(error, "the number doesn't fit the schema's decimal");
    value = *rescaled;
  }
  if (!decimal_fits(value, target_precision_))
    return fail(error, "the number has more digits than the schema's decimal");
  if (op_ == Op::kDecimal) {
    append_avro_decimal(out, value);
    return true;
  }
  return append_avro_fixed_decimal(out, value, node_->size) ||
         fail(error, "the number doesn't fit the fixed " + node_->name);
}

bool AvroValueWriter::write_elements(const Column& column, size_t row, TextBuffer& out, std::string& error) const {
  const uint32_t begin = column.offsets()[row], end = column.offsets()[row + 1];
  if (end > begin) append_avro_long(out, end - begin);
  for (uint32_t i = begin; i < end; ++i) {
    if (op_ == Op::kArray) {
      if (!children_[0].write(column.child(0), i, out, error)) return false;
    } else if (op_ == Op::kMap) {
      if (column.child(0).is_null(i)) return fail(error, "a map with a NULL key can't be written as an Avro map");
      append_avro_bytes(out, column.child(0).at<std::string_view>(i));
      if (!children_[0].write(column.child(1), i, out, error)) return false;
    } else {
      for (const Part& part : parts_) {
        if (!children_[part.writer].write(column.child(static_cast<size_t>(part.source)), i, out, error)) return false;
      }
    }
  }
  append_avro_long(out, 0);
  return true;
}

bool AvroValueWriter::write_record(const Column& column, size_t row, TextBuffer& out, std::string& error) const {
  for (const Part& part : parts_) {
    if (part.source < 0) {
      if (!part.constant.empty()) out.append(std::string_view(part.constant));
    } else if (!children_[part.writer].write(column.child(static_cast<size_t>(part.source)), row, out, error)) {
      return false;
    }
  }
  return true;
}

bool AvroValueWriter::write_union_of_struct(const Column& column, size_t row, TextBuffer& out,
                                            std::string& error) const {
  for (const Part& part : parts_) {
    const Column& field = column.child(static_cast<size_t>(part.source));
    if (field.is_null(row)) continue;
    out.append(std::string_view(part.constant));
    return children_[part.writer].write(field, row, out, error);
  }
  if (null_branch_ < 0) return fail(error, "none of the union's types has a value");
  append_avro_long(out, null_branch_);
  return true;
}

AvroRecordWriter::AvroRecordWriter(const AvroNode& root, const std::vector<StructField>& fields) {
  const AvroNode* record = &root;
  if (root.kind == AvroKind::kUnion) {
    for (size_t i = 0; i < root.children.size() && record == &root; ++i) {
      if (root.children[i]->kind != AvroKind::kRecord) continue;
      record = root.children[i];
      TextBuffer number;
      append_avro_long(number, static_cast<int64_t>(i));
      prefix_ = number.view();
    }
  }
  if (record->kind != AvroKind::kRecord) {
    throw AvroUnfit(std::string("it is of type ") + avro_kind_name(root.kind) + " rather than a record");
  }
  parts_ = AvroValueWriter::plan_parts(*record, fields, "", writers_);
}

bool AvroRecordWriter::write(std::span<const Column* const> columns, size_t row, TextBuffer& out,
                             std::string& error) const {
  if (!prefix_.empty()) out.append(std::string_view(prefix_));
  for (const AvroValueWriter::Part& part : parts_) {
    if (part.source < 0) {
      if (!part.constant.empty()) out.append(std::string_view(part.constant));
    } else if (!writers_[part.writer].write(*columns[static_cast<size_t>(part.source)], row, out, error)) {
      return false;
    }
  }
  return true;
}

}  // namespace weir
