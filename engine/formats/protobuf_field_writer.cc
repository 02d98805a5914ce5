#include "engine/formats/protobuf_field_writer.h"

#include <bit>
#include <limits>
#include <stdexcept>

#include "engine/types/decimal.h"
#include "engine/types/text.h"

namespace weir {
namespace {

using ProtoField = google::protobuf::FieldDescriptor;

bool writes_scalar(TypeKind kind, ProtoField::Type type) {
  switch (type) {
    case ProtoField::TYPE_BOOL:
      return kind == TypeKind::kBoolean;
    case ProtoField::TYPE_DOUBLE:
    case ProtoField::TYPE_FLOAT:
      return kind == TypeKind::kDouble;
    case ProtoField::TYPE_STRING:
    case ProtoField::TYPE_ENUM:
      return kind == TypeKind::kString;
    case ProtoField::TYPE_BYTES:
      return kind == TypeKind::kBytes;
    case ProtoField::TYPE_GROUP:
    case ProtoField::TYPE_MESSAGE:
      return false;
    default:
      return kind == TypeKind::kInt || kind == TypeKind::kBigint;
  }
}

bool writes_shape(TypeKind kind, ProtobufShape shape) {
  switch (shape) {
    case ProtobufShape::kDecimal:
      return kind == TypeKind::kDecimal;
    case ProtobufShape::kDate:
      return kind == TypeKind::kDate;
    case ProtobufShape::kTime:
      return kind == TypeKind::kTime;
    case ProtobufShape::kTimestamp:
      return kind == TypeKind::kTimestamp;
    case ProtobufShape::kMessage:
      return kind == TypeKind::kStruct;
    default:
      return false;
  }
}

void append_number_field(std::string& out, int number, int64_t value) {
  if (value == 0) return;
  append_tag(out, number, ProtobufWireType::kVarint);
  append_varint(out, static_cast<uint64_t>(value));
}

int digits_of(Int128 value) {
  int digits = 1;
  while (digits < kMaxDecimalPrecision && !decimal_fits(value, digits)) ++digits;
  return digits;
}

}  // namespace

ProtobufFieldWriter::ProtobufFieldWriter(const TypePtr& type, const google::protobuf::FieldDescriptor& field,
                                         const ProtobufSchema& schema)
    : type_(type), shape_(shape_of_field(field)), proto_type_(field.type()) {
  const auto mismatch = [&] {
    return std::invalid_argument("is " + type->to_string() + ", but the field " + field.full_name() + " is " +
                                 describe_field(field));
  };
  presence_ = has_presence(field);
  required_ = field.is_required();
  map_ = type->kind() == TypeKind::kMap;
  list_ = type->kind() == TypeKind::kArray;
  if (map_ != is_map_field(field) || (!map_ && list_ != field.is_repeated())) throw mismatch();
  packed_ = list_ && field.is_packed();
  append_tag(tag_, field.number(), packed_ ? ProtobufWireType::kLength : wire_type_of(field.type()));
  if (map_) {
    inner_ = std::make_unique<ProtobufFieldWriter>(type->map_key(), *field.message_type()->field(0), schema);
    map_value_ = std::make_unique<ProtobufFieldWriter>(type->map_value(), *field.message_type()->field(1), schema);
    return;
  }
  if (list_) type_ = type->element();
  const ProtoField& scalar = shape_ == ProtobufShape::kWrapper ? *field.message_type()->field(0) : field;
  const bool fits = shape_ == ProtobufShape::kScalar || shape_ == ProtobufShape::kWrapper
                        ? writes_scalar(type_->kind(), scalar.type())
                        : writes_shape(type_->kind(), shape_);
  if (!fits) throw mismatch();
  if (shape_ == ProtobufShape::kWrapper) inner_ = std::make_unique<ProtobufFieldWriter>(type_, scalar, schema);
  if (shape_ == ProtobufShape::kMessage) {
    message_ = std::make_unique<ProtobufMessageWriter>(type_->fields(), *field.message_type(), schema);
  }
  if (proto_type_ == ProtoField::TYPE_ENUM) enumeration_ = field.enum_type();
}

bool ProtobufFieldWriter::write(const Column& column, size_t row, std::string& out, std::string& error) const {
  if (column.is_null(row)) {
    if (!required_) return true;
    error = "is NULL, but its field is required";
    return false;
  }
  if (map_) return write_map(column, row, out, error);
  if (list_) return write_list(column, row, out, error);
  if (!presence_ && !required_ && is_default(column, row)) return true;
  out += tag_;
  return write_value(column, row, out, error);
}

bool ProtobufFieldWriter::write_list(const Column& column, size_t row, std::string& out, std::string& error) const {
  const Column& elements = column.child(0);
  const uint32_t begin = column.offsets()[row], end = column.offsets()[row + 1];
  if (begin == end) return true;
  size_t length = 0;
  if (packed_) {
    out += tag_;
    length = begin_length(out);
  }
  for (uint32_t i = begin; i < end; ++i) {
    if (elements.is_null(i)) {
      error = "has NULL as an element of an array, which Protobuf has no way to write";
      return false;
    }
    if (!packed_) out += tag_;
    if (!write_value(elements, i, out, error)) return false;
  }
  if (packed_) end_length(out, length);
  return true;
}

bool ProtobufFieldWriter::write_map(const Column& column, size_t row, std::string& out, std::string& error) const {
  for (uint32_t i = column.offsets()[row]; i < column.offsets()[row + 1]; ++i) {
    if (column.child(0).is_null(i)) {
      error = "has NULL as a key of a map, which Protobuf has no way to write";
      return false;
    }
    out += tag_;
    const size_t length = begin_length(out);
    if (!inner_->write(column.child(0), i, out, error) || !map_value_->write(column.child(1), i, out, error)) {
      return false;
    }
    end_length(out, length);
  }
  return true;
}

bool ProtobufFieldWriter::write_value(const Column& column, size_t row, std::string& out, std::string& error) const {
  if (shape_ == ProtobufShape::kScalar) return write_scalar(column, row, out, error);
  const size_t length = begin_length(out);
  const bool written = shape_ == ProtobufShape::kMessage   ? message_->write(column, row, out, error)
                       : shape_ == ProtobufShape::kWrapper ? inner_->write(column, row, out, error)
                                                           : write_logical(column, row, out, error);
  if (written) end_length(out, length);
  return written;
}

bool ProtobufFieldWriter::write_scalar(const Column& column, size_t row, std::string& out, std::string& error) const {
  switch (column.kind()) {
    case TypeKind::kBoolean:
      out.push_back(column.at<uint8_t>(row) != 0 ? 1 : 0);
      return true;
    case TypeKind::kInt:
      return write_integer(column.at<int32_t>(row), out, error);
    case TypeKind::kBigint:
      return write_integer(column.at<int64_t>(row), out, error);
    case TypeKind::kDouble: {
      const double value = column.at<double>(row);
      if (proto_type_ == ProtoField::TYPE_FLOAT) {
        append_fixed32(out, std::bit_cast<uint32_t>(static_cast<float>(value)));
      } else {
        append_fixed64(out, std::bit_cast<uint64_t>(value));
      }
      return true;
    }
    default: {
      const std::string_view text = column.at<std::string_view>(row);
      if (enumeration_ != nullptr) return write_enum(text, out, error);
      append_varint(out, text.size());
      out += text;
      return true;
    }
  }
}

bool ProtobufFieldWriter::write_integer(int64_t value, std::string& out, std::string& error) const {
  const bool fits = [&] {
    switch (proto_type_) {
      case ProtoField::TYPE_UINT32:
      case ProtoField::TYPE_FIXED32:
        return value >= 0 && value <= std::numeric_limits<uint32_t>::max();
      case ProtoField::TYPE_INT32:
      case ProtoField::TYPE_SINT32:
      case ProtoField::TYPE_SFIXED32:
        return value == static_cast<int32_t>(value);
      default:
        return true;  // an uint64 is the BIGINT of the same bits, as when it is read
    }
  }();
  if (!fits) {
    error =
        "is " + std::to_string(value) + ", outside the range of its field's type " + ProtoField::TypeName(proto_type_);
    return false;
  }
  switch (proto_type_) {
    case ProtoField::TYPE_SINT32:
    case ProtoField::TYPE_SINT64:
      append_varint(out, zigzag(value));
      break;
    case ProtoField::TYPE_FIXED32:
    case ProtoField::TYPE_SFIXED32:
      append_fixed32(out, static_cast<uint32_t>(value));
      break;
    case ProtoField::TYPE_FIXED64:
    case ProtoField::TYPE_SFIXED64:
      append_fixed64(out, static_cast<uint64_t>(value));
      break;
    default:
      append_varint(out, static_cast<uint64_t>(value));
      break;
  }
  return true;
}

bool ProtobufFieldWriter::write_enum(std::string_view name, std::string& out, std::string& error) const {
  const auto* value = enumeration_->FindValueByName(std::string(name));
  if (value == nullptr) {
    error = "is '" + std::string(name) + "', which is no value of the enum " + enumeration_->full_name();
    return false;
  }
  append_varint(out, static_cast<uint64_t>(static_cast<int64_t>(value->number())));
  return true;
}

bool ProtobufFieldWriter::write_logical(const Column& column, size_t row, std::string& out, std::string& error) const {
  constexpr int64_t kMillisOfDay = 86'400'000;
  switch (shape_) {
    case ProtobufShape::kDate: {
      const CivilDate date = civil_from_days(column.at<int32_t>(row));
      if (date.year < 1 || date.year > 9999) {
        error = "is a date of the year " + std::to_string(date.year) + "; google.type.Date has the years 1 to 9999";
        return false;
      }
      append_number_field(out, 1, date.year);
      append_number_field(out, 2, date.month);
      append_number_field(out, 3, date.day);
      return true;
    }
    case ProtobufShape::kTime: {
      const int64_t millis = column.at<int32_t>(row);
      if (millis < 0 || millis > kMillisOfDay) {
        error = "is no time of day: " + std::to_string(millis) + " ms";
        return false;
      }
      append_number_field(out, 1, millis / 3'600'000);
      append_number_field(out, 2, millis / 60'000 % 60);
      append_number_field(out, 3, millis / 1000 % 60);
      append_number_field(out, 4, millis % 1000 * 1'000'000);
      return true;
    }
    case ProtobufShape::kTimestamp: {
      const int64_t millis = column.at<int64_t>(row);
      const int64_t rest = (millis % 1000 + 1000) % 1000;
      append_number_field(out, 1, (millis - rest) / 1000);
      append_number_field(out, 2, rest * 1'000'000);
      return true;
    }
    default: {
      const Int128 unscaled = column.at<Int128>(row);
      const std::string bytes = decimal_to_bytes(unscaled);
      append_tag(out, 1, ProtobufWireType::kLength);
      append_varint(out, bytes.size());
      out += bytes;
      append_number_field(out, 2, digits_of(unscaled));
      append_number_field(out, 3, type_->scale());
      return true;
    }
  }
}

bool ProtobufFieldWriter::is_default(const Column& column, size_t row) const {
  switch (column.kind()) {
    case TypeKind::kBoolean:
      return column.at<uint8_t>(row) == 0;
    case TypeKind::kInt:
      return column.at<int32_t>(row) == 0;
    case TypeKind::kBigint:
      return column.at<int64_t>(row) == 0;
    case TypeKind::kDouble:  // -0.0 is written
      return std::bit_cast<uint64_t>(column.at<double>(row)) == 0;
    case TypeKind::kString:
      if (enumeration_ != nullptr) {
        const auto* value = enumeration_->FindValueByName(std::string(column.at<std::string_view>(row)));
        return value != nullptr && value->number() == 0;
      }
      return column.at<std::string_view>(row).empty();
    case TypeKind::kBytes:
      return column.at<std::string_view>(row).empty();
    default:
      return false;
  }
}

}  // namespace weir
