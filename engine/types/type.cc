#include "engine/types/type.h"

#include <fmt/format.h>

#include <stdexcept>

namespace weir {

Type::Type(TypeKind kind, std::vector<StructField> children, int precision, int scale)
    : kind_(kind), precision_(precision), scale_(scale), children_(std::move(children)) {}

TypePtr Type::null() {
  static const TypePtr type(new Type(TypeKind::kNull, {}, 0, 0));
  return type;
}
TypePtr Type::boolean() {
  static const TypePtr type(new Type(TypeKind::kBoolean, {}, 0, 0));
  return type;
}
TypePtr Type::integer() {
  static const TypePtr type(new Type(TypeKind::kInt, {}, 0, 0));
  return type;
}
TypePtr Type::bigint() {
  static const TypePtr type(new Type(TypeKind::kBigint, {}, 0, 0));
  return type;
}
TypePtr Type::float64() {
  static const TypePtr type(new Type(TypeKind::kDouble, {}, 0, 0));
  return type;
}
TypePtr Type::string() {
  static const TypePtr type(new Type(TypeKind::kString, {}, 0, 0));
  return type;
}
TypePtr Type::bytes() {
  static const TypePtr type(new Type(TypeKind::kBytes, {}, 0, 0));
  return type;
}
TypePtr Type::date() {
  static const TypePtr type(new Type(TypeKind::kDate, {}, 0, 0));
  return type;
}
TypePtr Type::time() {
  static const TypePtr type(new Type(TypeKind::kTime, {}, 0, 0));
  return type;
}
TypePtr Type::timestamp() {
  static const TypePtr type(new Type(TypeKind::kTimestamp, {}, 0, 0));
  return type;
}

TypePtr Type::decimal(int precision, int scale) {
  if (precision < 1 || precision > kMaxDecimalPrecision) {
    throw std::invalid_argument(
        fmt::format("DECIMAL({}, {}): the precision must be between 1 and {}", precision, scale, kMaxDecimalPrecision));
  }
  if (scale < 0 || scale > precision) {
    throw std::invalid_argument(
        fmt::format("DECIMAL({}, {}): the scale must be between 0 and the precision", precision, scale));
  }
  return TypePtr(new Type(TypeKind::kDecimal, {}, precision, scale));
}

TypePtr Type::array(TypePtr element) { return TypePtr(new Type(TypeKind::kArray, {{"", std::move(element)}}, 0, 0)); }

TypePtr Type::map(TypePtr key, TypePtr value) {
  return TypePtr(new Type(TypeKind::kMap, {{"", std::move(key)}, {"", std::move(value)}}, 0, 0));
}

TypePtr Type::structure(std::vector<StructField> fields) {
  return TypePtr(new Type(TypeKind::kStruct, std::move(fields), 0, 0));
}

int Type::field_index(const std::string& name) const {
  for (size_t i = 0; i < children_.size(); ++i) {
    if (children_[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

bool Type::is_numeric() const {
  return kind_ == TypeKind::kInt || kind_ == TypeKind::kBigint || kind_ == TypeKind::kDouble ||
         kind_ == TypeKind::kDecimal;
}

std::string Type::to_string() const {
  switch (kind_) {
    case TypeKind::kDecimal:
      return fmt::format("DECIMAL({}, {})", precision_, scale_);
    case TypeKind::kArray:
      return "ARRAY<" + element()->to_string() + ">";
    case TypeKind::kMap:
      return "MAP<" + map_key()->to_string() + ", " + map_value()->to_string() + ">";
    case TypeKind::kStruct: {
      std::string text = "STRUCT<";
      for (size_t i = 0; i < children_.size(); ++i) {
        if (i > 0) text += ", ";
        text += '`';
        for (const char c : children_[i].name) text.append(c == '`' ? 2 : 1, c);
        text += "` " + children_[i].type->to_string();
      }
      return text + ">";
    }
    default:
      return type_kind_name(kind_);
  }
}

bool operator==(const Type& a, const Type& b) {
  if (&a == &b) return true;
  if (a.kind_ != b.kind_ || a.precision_ != b.precision_ || a.scale_ != b.scale_ ||
      a.children_.size() != b.children_.size()) {
    return false;
  }
  for (size_t i = 0; i < a.children_.size(); ++i) {
    if (a.children_[i].name != b.children_[i].name || !same_type(a.children_[i].type, b.children_[i].type)) {
      return false;
    }
  }
  return true;
}

bool same_type(const TypePtr& a, const TypePtr& b) { return a == b || (a && b && *a == *b); }

const char* type_kind_name(TypeKind kind) {
  switch (kind) {
    case TypeKind::kNull:
      return "NULL";
    case TypeKind::kBoolean:
      return "BOOLEAN";
    case TypeKind::kInt:
      return "INTEGER";
    case TypeKind::kBigint:
      return "BIGINT";
    case TypeKind::kDouble:
      return "DOUBLE";
    case TypeKind::kDecimal:
      return "DECIMAL";
    case TypeKind::kString:
      return "STRING";
    case TypeKind::kBytes:
      return "BYTES";
    case TypeKind::kDate:
      return "DATE";
    case TypeKind::kTime:
      return "TIME";
    case TypeKind::kTimestamp:
      return "TIMESTAMP";
    case TypeKind::kArray:
      return "ARRAY";
    case TypeKind::kMap:
      return "MAP";
    case TypeKind::kStruct:
      return "STRUCT";
  }
  return "?";
}

}  // namespace weir
