// Single values of Protobuf: scalars, their wrapper messages, decimals and times.
#include <limits>
#include <stdexcept>
#include <tuple>

#include "engine/formats/protobuf_column_reader.h"
#include "engine/types/decimal.h"
#include "engine/types/text.h"

namespace weir {
namespace {

using ProtoField = google::protobuf::FieldDescriptor;

enum class ScalarGroup { kInteger, kBoolean, kFloating, kString, kBytes, kEnum };

ScalarGroup group_of(ProtoField::Type type) {
  switch (type) {
    case ProtoField::TYPE_BOOL:
      return ScalarGroup::kBoolean;
    case ProtoField::TYPE_DOUBLE:
    case ProtoField::TYPE_FLOAT:
      return ScalarGroup::kFloating;
    case ProtoField::TYPE_STRING:
      return ScalarGroup::kString;
    case ProtoField::TYPE_BYTES:
      return ScalarGroup::kBytes;
    case ProtoField::TYPE_ENUM:
      return ScalarGroup::kEnum;
    default:
      return ScalarGroup::kInteger;
  }
}

// A scalar can be read as a type that holds all of it, BIGINT as INTEGER where the numbers are small enough, and any
// but BYTES as text.
bool scalar_fits(ScalarGroup group, TypeKind kind) {
  switch (group) {
    case ScalarGroup::kInteger:
      return kind == TypeKind::kInt || kind == TypeKind::kBigint || kind == TypeKind::kString;
    case ScalarGroup::kBoolean:
      return kind == TypeKind::kBoolean || kind == TypeKind::kString;
    case ScalarGroup::kFloating:
      return kind == TypeKind::kDouble || kind == TypeKind::kString;
    case ScalarGroup::kString:
      return kind == TypeKind::kString;
    case ScalarGroup::kBytes:
      return kind == TypeKind::kBytes;
    case ScalarGroup::kEnum:
      return kind == TypeKind::kString || kind == TypeKind::kInt || kind == TypeKind::kBigint;
  }
  return false;
}

int64_t integer_of(ProtoField::Type type, uint64_t bits) {
  switch (type) {
    case ProtoField::TYPE_SINT32:
    case ProtoField::TYPE_SINT64:
      return unzigzag(bits);
    case ProtoField::TYPE_UINT32:
    case ProtoField::TYPE_FIXED32:
      return static_cast<int64_t>(static_cast<uint32_t>(bits));
    case ProtoField::TYPE_INT32:
    case ProtoField::TYPE_SFIXED32:
    case ProtoField::TYPE_ENUM:
      return static_cast<int32_t>(bits);
    default:
      return static_cast<int64_t>(bits);
  }
}

class ScalarReader : public ProtobufColumnReader {
 public:
  ScalarReader(const TypePtr& type, const ProtoField& field)
      : kind_(type->kind()),
        proto_type_(field.type()),
        group_(group_of(proto_type_)),
        wire_type_(wire_type_of(proto_type_)),
        enumeration_(group_ == ScalarGroup::kEnum ? field.enum_type() : nullptr),
        check_utf8_(field.file()->syntax() == google::protobuf::FileDescriptor::SYNTAX_PROTO3),
        nullable_(has_presence(field)) {
    if (!field.is_repeated()) set_default(field);
  }

  bool accepts(ProtobufWireType type) const override { return type == wire_type_; }

  bool read(ProtobufRecord& record, const ProtobufValue& value, size_t slot) override {
    switch (group_) {
      case ScalarGroup::kInteger:
        return store_integer(record, integer_of(proto_type_, value.bits), slot);
      case ScalarGroup::kBoolean:
        if (kind_ == TypeKind::kString) return store_text(value.bits != 0 ? "true" : "false", slot);
        column_->set<uint8_t>(slot, value.bits != 0);
        return true;
      case ScalarGroup::kFloating: {
        const double number =
            proto_type_ == ProtoField::TYPE_FLOAT ? float_of_bits(value.bits) : double_of_bits(value.bits);
        if (kind_ == TypeKind::kString) return store_text(record.arena->copy(java_double(number)), slot);
        column_->set<double>(slot, number);
        return true;
      }
      case ScalarGroup::kString:
        if (check_utf8_ && !is_valid_utf8(value.bytes)) return record.fail("the string is not valid UTF-8");
        return store_text(value.bytes, slot);
      case ScalarGroup::kBytes:
        return store_text(value.bytes, slot);
      case ScalarGroup::kEnum:
        break;
    }
    const int number = static_cast<int32_t>(value.bits);
    if (kind_ != TypeKind::kString) return store_integer(record, number, slot);
    return store_text(record.arena->copy(enum_text(*enumeration_, number)), slot);
  }

  void set_absent(ProtobufRecord& record, size_t slot) override {
    if (nullable_) return define_null(*column_, slot);
    set_default_value(record, slot);
  }
  bool set_empty(ProtobufRecord& record, size_t slot) override {
    set_default_value(record, slot);
    return true;
  }

 private:
  void set_default(const ProtoField& field) {
    switch (field.cpp_type()) {
      case ProtoField::CPPTYPE_INT32:
        default_integer_ = field.default_value_int32();
        break;
      case ProtoField::CPPTYPE_INT64:
        default_integer_ = field.default_value_int64();
        break;
      case ProtoField::CPPTYPE_UINT32:
        default_integer_ = field.default_value_uint32();
        break;
      case ProtoField::CPPTYPE_UINT64:
        default_integer_ = static_cast<int64_t>(field.default_value_uint64());
        break;
      case ProtoField::CPPTYPE_BOOL:
        default_integer_ = field.default_value_bool() ? 1 : 0;
        break;
      case ProtoField::CPPTYPE_DOUBLE:
        default_double_ = field.default_value_double();
        break;
      case ProtoField::CPPTYPE_FLOAT:
        default_double_ = static_cast<double>(field.default_value_float());
        break;
      case ProtoField::CPPTYPE_ENUM:
        default_integer_ = field.default_value_enum()->number();
        break;
      default:
        break;
    }
    if (kind_ != TypeKind::kString && kind_ != TypeKind::kBytes) return;
    switch (group_) {
      case ScalarGroup::kInteger:
        default_text_ = std::to_string(default_integer_);
        break;
      case ScalarGroup::kBoolean:
        default_text_ = default_integer_ != 0 ? "true" : "false";
        break;
      case ScalarGroup::kFloating:
        default_text_ = java_double(default_double_);
        break;
      case ScalarGroup::kEnum:
        default_text_ = field.default_value_enum()->name();
        break;
      default:
        default_text_ = field.default_value_string();
        break;
    }
  }

  void set_default_value(ProtobufRecord& record, size_t slot) {
    switch (kind_) {
      case TypeKind::kBoolean:
        column_->set<uint8_t>(slot, default_integer_ != 0);
        break;
      case TypeKind::kInt:
        column_->set<int32_t>(slot, static_cast<int32_t>(default_integer_));
        break;
      case TypeKind::kBigint:
        column_->set<int64_t>(slot, default_integer_);
        break;
      case TypeKind::kDouble:
        column_->set<double>(slot, default_double_);
        break;
      default:
        column_->set<std::string_view>(slot, record.arena->copy(default_text_));
        break;
    }
  }

  bool store_integer(ProtobufRecord& record, int64_t number, size_t slot) {
    if (kind_ == TypeKind::kBigint) {
      column_->set<int64_t>(slot, number);
    } else if (kind_ == TypeKind::kString) {
      return store_text(record.arena->copy(std::to_string(number)), slot);
    } else {
      if (number != static_cast<int32_t>(number)) return record.fail("the number is outside the range of INTEGER");
      column_->set<int32_t>(slot, static_cast<int32_t>(number));
    }
    return true;
  }

  bool store_text(std::string_view text, size_t slot) {
    column_->set<std::string_view>(slot, text);
    return true;
  }

  TypeKind kind_;
  ProtoField::Type proto_type_;
  ScalarGroup group_;
  ProtobufWireType wire_type_;
  const google::protobuf::EnumDescriptor* enumeration_;
  bool check_utf8_;
  bool nullable_;
  int64_t default_integer_ = 0;
  double default_double_ = 0;
  std::string default_text_;
};

// google.protobuf.Int32Value and the like: NULL when absent.
class WrapperReader : public ProtobufColumnReader {
 public:
  WrapperReader(const TypePtr& type, const ProtoField& field) : value_(type, *field.message_type()->field(0)) {}

  void bind(Column& column) override {
    column_ = &column;
    value_.bind(column);
  }
  bool accepts(ProtobufWireType type) const override { return type == ProtobufWireType::kLength; }

  bool read(ProtobufRecord& record, const ProtobufValue& value, size_t slot) override {
    value_.set_absent(record, slot);
    ProtobufCursor cursor(value.bytes);
    while (!cursor.at_end()) {
      uint32_t number;
      ProtobufValue inner;
      if (!cursor.next(number, inner)) return record.fail(cursor.error());
      if (number == 1 && value_.accepts(inner.type) && !value_.read(record, inner, slot)) return false;
    }
    return true;
  }
  bool set_empty(ProtobufRecord& record, size_t slot) override { return value_.set_empty(record, slot); }

 private:
  ScalarReader value_;
};

// The messages of logical types: all are a few numbers, one of them and some bytes for decimals.
class LogicalReader : public ProtobufColumnReader {
 public:
  LogicalReader(const TypePtr& type, ProtobufShape shape) : type_(type), shape_(shape) {}

  bool accepts(ProtobufWireType type) const override { return type == ProtobufWireType::kLength; }

  bool read(ProtobufRecord& record, const ProtobufValue& value, size_t slot) override {
    Parts parts;
    ProtobufCursor cursor(value.bytes);
    while (!cursor.at_end()) {
      uint32_t number;
      ProtobufValue inner;
      if (!cursor.next(number, inner)) return record.fail(cursor.error());
      if (inner.type == ProtobufWireType::kLength) {
        if (number == 1) parts.bytes = inner.bytes;
      } else if (number <= 4 && inner.type == ProtobufWireType::kVarint) {
        parts.numbers[number - 1] = static_cast<int64_t>(inner.bits);
      }
    }
    switch (shape_) {
      case ProtobufShape::kDate:
        return store_date(record, parts, slot);
      case ProtobufShape::kTime:
        return store_time(record, parts, slot);
      case ProtobufShape::kTimestamp:
        return store_timestamp(record, parts, slot);
      default:
        return store_decimal(record, parts, slot);
    }
  }
  bool set_empty(ProtobufRecord& record, size_t slot) override {
    if (shape_ == ProtobufShape::kDate) {  // year 0 is no date
      set_null(slot);
      return true;
    }
    return read(record, {ProtobufWireType::kLength, 0, {}}, slot);
  }

 private:
  struct Parts {
    int64_t numbers[4] = {0, 0, 0, 0};
    std::string_view bytes;
  };

  bool store_date(ProtobufRecord& record, const Parts& parts, size_t slot) {
    const auto [year, month, day] = std::tuple(parts.numbers[0], parts.numbers[1], parts.numbers[2]);
    const bool plausible = year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
    const int64_t days = plausible ? days_from_civil(year, static_cast<int>(month), static_cast<int>(day)) : 0;
    if (!plausible || civil_from_days(days).day != day) {
      return record.fail("year " + std::to_string(year) + ", month " + std::to_string(month) + ", day " +
                         std::to_string(day) + " is no date");
    }
    column_->set<int32_t>(slot, static_cast<int32_t>(days));
    return true;
  }

  bool store_time(ProtobufRecord& record, const Parts& parts, size_t slot) {
    const auto [hours, minutes, seconds, nanos] = parts.numbers;
    const bool valid = hours >= 0 && hours <= 24 && minutes >= 0 && minutes < 60 && seconds >= 0 && seconds < 60 &&
                       nanos >= 0 && nanos < kNanosOfSecond;
    const int64_t millis = valid ? ((hours * 60 + minutes) * 60 + seconds) * 1000 + nanos / kNanosOfMilli : 0;
    if (!valid || millis > kMillisOfDay) return record.fail("the hours, minutes, seconds and nanos are no time of day");
    column_->set<int32_t>(slot, static_cast<int32_t>(millis));
    return true;
  }

  bool store_timestamp(ProtobufRecord& record, const Parts& parts, size_t slot) {
    const int64_t seconds = parts.numbers[0];
    const int64_t nanos = static_cast<int32_t>(parts.numbers[1]);
    constexpr int64_t kMaxSeconds = std::numeric_limits<int64_t>::max() / 1000 - 1;
    if (seconds > kMaxSeconds || seconds < -kMaxSeconds || nanos < 0 || nanos >= kNanosOfSecond) {
      return record.fail("the seconds and nanos are no timestamp");
    }
    column_->set<int64_t>(slot, seconds * 1000 + nanos / kNanosOfMilli);
    return true;
  }

  bool store_decimal(ProtobufRecord& record, const Parts& parts, size_t slot) {
    const std::optional<Int128> unscaled = parts.bytes.empty() ? Int128{0} : decimal_from_bytes(parts.bytes);
    const int64_t scale = static_cast<int32_t>(parts.numbers[2]);
    std::optional<Int128> value;
    if (unscaled == Int128{0}) {
      value = 0;
    } else if (unscaled && scale >= -kMaxDecimalPrecision && scale <= kMaxDecimalPrecision) {
      value = exactly(*unscaled, static_cast<int>(scale));
    }
    if (!value) return record.fail("the decimal doesn't fit " + type_->to_string() + " without rounding");
    column_->set<Int128>(slot, *value);
    return true;
  }

  std::optional<Int128> exactly(Int128 unscaled, int scale) const {
    Int128 value = unscaled;
    for (; scale > type_->scale(); --scale) {
      if (value % 10 != 0) return std::nullopt;
      value /= 10;
    }
    for (; scale < type_->scale(); ++scale) {
      if (!decimal_fits(value, kMaxDecimalPrecision - 1)) return std::nullopt;
      value *= 10;
    }
    if (!decimal_fits(value, type_->precision())) return std::nullopt;
    return value;
  }

  static constexpr int64_t kNanosOfSecond = 1'000'000'000, kNanosOfMilli = 1'000'000, kMillisOfDay = 86'400'000;

  TypePtr type_;
  ProtobufShape shape_;
};

}  // namespace

std::unique_ptr<ProtobufColumnReader> make_protobuf_value_reader(const TypePtr& type, const ProtoField& field) {
  const TypeKind kind = type->kind();
  const ProtobufShape shape = shape_of_field(field);
  bool fits = false;
  switch (shape) {
    case ProtobufShape::kScalar:
      if (field.type() != ProtoField::TYPE_GROUP && scalar_fits(group_of(field.type()), kind)) {
        return std::make_unique<ScalarReader>(type, field);
      }
      break;
    case ProtobufShape::kWrapper:
      if (scalar_fits(group_of(field.message_type()->field(0)->type()), kind)) {
        return std::make_unique<WrapperReader>(type, field);
      }
      break;
    case ProtobufShape::kDecimal:
      fits = kind == TypeKind::kDecimal;
      break;
    case ProtobufShape::kDate:
      fits = kind == TypeKind::kDate;
      break;
    case ProtobufShape::kTime:
      fits = kind == TypeKind::kTime;
      break;
    case ProtobufShape::kTimestamp:
      fits = kind == TypeKind::kTimestamp;
      break;
    case ProtobufShape::kMessage:
      break;
  }
  if (fits) return std::make_unique<LogicalReader>(type, shape);
  throw std::invalid_argument("is " + type->to_string() + ", but the field " + field.full_name() + " is " +
                              describe_field(field));
}

}  // namespace weir
