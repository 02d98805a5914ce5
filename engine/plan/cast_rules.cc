#include "engine/plan/cast_rules.h"

#include <algorithm>

#include "engine/types/decimal.h"
#include "engine/types/text.h"

namespace weir {

namespace {

bool is_time_kind(TypeKind kind) {
  return kind == TypeKind::kDate || kind == TypeKind::kTime || kind == TypeKind::kTimestamp;
}

TypePtr common_decimal(const Type& a, const Type& b) {
  const DecimalShape left = decimal_shape_of(a), right = decimal_shape_of(b);
  const int scale = std::max(left.scale, right.scale);
  const int digits = std::max(left.precision - left.scale, right.precision - right.scale);
  // More digits than a DECIMAL has: compared and unified as DOUBLE.
  return digits + scale > kMaxDecimalPrecision ? Type::float64() : Type::decimal(digits + scale, scale);
}

TypePtr common_struct(const Type& a, const Type& b) {
  std::vector<StructField> fields = a.fields();
  for (const StructField& field : b.fields()) {
    const int index = a.field_index(field.name);
    if (index < 0) {
      fields.push_back(field);
      continue;
    }
    fields[index].type = common_type(fields[index].type, field.type);
    if (!fields[index].type) return nullptr;
  }
  return Type::structure(std::move(fields));
}

}  // namespace

bool cast_exists(const Type& from, const Type& to) {
  const TypeKind f = from.kind(), t = to.kind();
  if (f == TypeKind::kNull) return true;
  if (f == TypeKind::kArray && t == TypeKind::kArray) return cast_exists(*from.element(), *to.element());
  if (f == TypeKind::kMap && t == TypeKind::kMap) {
    return cast_exists(*from.map_key(), *to.map_key()) && cast_exists(*from.map_value(), *to.map_value());
  }
  if (f == TypeKind::kStruct && t == TypeKind::kStruct) {
    // By field name; a field that `from` doesn't have becomes NULL.
    return std::all_of(to.fields().begin(), to.fields().end(), [&](const StructField& field) {
      const int index = from.field_index(field.name);
      return index < 0 || cast_exists(*from.fields()[index].type, *field.type);
    });
  }
  if (f == t) return true;
  if (from.is_numeric() && to.is_numeric()) return true;
  if (t == TypeKind::kString) return f != TypeKind::kBytes;
  if (f == TypeKind::kString) {
    return t == TypeKind::kBoolean || t == TypeKind::kBytes || to.is_numeric() || is_time_kind(t);
  }
  if (f == TypeKind::kTimestamp) return t == TypeKind::kDate || t == TypeKind::kTime;
  return f == TypeKind::kDate && t == TypeKind::kTimestamp;
}

bool text_casts_to(std::string_view text, const Type& to) {
  text = trim(text);
  switch (to.kind()) {
    case TypeKind::kInt:
      return parse_int(text).has_value();
    case TypeKind::kBigint:
      return parse_bigint(text).has_value();
    case TypeKind::kDouble:
      return parse_double(text).has_value();
    case TypeKind::kDecimal:
      return text_to_decimal(text, to.precision(), to.scale()).has_value();
    case TypeKind::kDate:
      return parse_date(text).has_value();
    case TypeKind::kTime:
      return parse_time(text).has_value();
    case TypeKind::kTimestamp:
      return parse_timestamp(text).has_value();
    case TypeKind::kBytes:
      return base64_decode(text).has_value();
    default:
      return true;  // BOOLEAN: what isn't true is false
  }
}

bool implicit_cast_exists(const Type& from, const Type& to) {
  if (from == to || from.kind() == TypeKind::kNull) return true;
  if (from.kind() != to.kind() || from.kind() == TypeKind::kDecimal) {
    if (!from.is_numeric() || !to.is_numeric()) return false;
    if (to.kind() == TypeKind::kDouble) return true;
    if (to.kind() == TypeKind::kBigint) return from.kind() == TypeKind::kInt;
    if (to.kind() != TypeKind::kDecimal || from.kind() == TypeKind::kDouble) return false;
    const DecimalShape shape = decimal_shape_of(from);
    return shape.scale <= to.scale() && shape.precision - shape.scale <= to.precision() - to.scale();
  }
  switch (from.kind()) {
    case TypeKind::kArray:
      return implicit_cast_exists(*from.element(), *to.element());
    case TypeKind::kMap:
      return implicit_cast_exists(*from.map_key(), *to.map_key()) &&
             implicit_cast_exists(*from.map_value(), *to.map_value());
    case TypeKind::kStruct:
      // By name; `to` may have more fields, which become NULL.
      return std::all_of(from.fields().begin(), from.fields().end(), [&](const StructField& field) {
        const int index = to.field_index(field.name);
        return index >= 0 && implicit_cast_exists(*field.type, *to.fields()[index].type);
      });
    default:
      return true;
  }
}

TypePtr common_numeric_type(const TypePtr& a, const TypePtr& b) {
  if (!a->is_numeric() || !b->is_numeric()) return nullptr;
  if (*a == *b) return a;
  if (a->kind() == TypeKind::kDouble || b->kind() == TypeKind::kDouble) return Type::float64();
  if (a->kind() == TypeKind::kDecimal || b->kind() == TypeKind::kDecimal) return common_decimal(*a, *b);
  return Type::bigint();
}

TypePtr common_type(const TypePtr& a, const TypePtr& b) {
  if (a->kind() == TypeKind::kNull) return b;
  if (b->kind() == TypeKind::kNull || *a == *b) return a;
  if (a->is_numeric() && b->is_numeric()) return common_numeric_type(a, b);
  if (a->kind() != b->kind()) return nullptr;
  switch (a->kind()) {
    case TypeKind::kArray: {
      const TypePtr element = common_type(a->element(), b->element());
      return element ? Type::array(element) : nullptr;
    }
    case TypeKind::kMap: {
      const TypePtr key = common_type(a->map_key(), b->map_key());
      const TypePtr value = common_type(a->map_value(), b->map_value());
      return key && value ? Type::map(key, value) : nullptr;
    }
    case TypeKind::kStruct:
      return common_struct(*a, *b);
    default:
      return a;
  }
}

bool contains_map(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kMap:
      return true;
    case TypeKind::kArray:
      return contains_map(*type.element());
    case TypeKind::kStruct:
      return std::any_of(type.fields().begin(), type.fields().end(),
                         [](const StructField& field) { return contains_map(*field.type); });
    default:
      return false;
  }
}

}  // namespace weir
