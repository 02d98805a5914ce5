// Conversions of single boxed values: stricter than CAST, because a value that a user wrote must not change on its way
// in.
#include "engine/exec/expression.h"
#include "engine/types/decimal.h"
#include "engine/types/text.h"

namespace weir {

namespace {

// An optional of an optional reads badly; this is "no such conversion or not this value".
using Converted = std::optional<Value>;

template <class T>
Converted boxed(const std::optional<T>& value) {
  return value ? Converted(Value(*value)) : std::nullopt;
}

// A decimal that keeps all its digits, or nothing.
Converted exact_decimal(Int128 unscaled, int scale, const Type& to) {
  const std::optional<Int128> value = decimal_to_decimal(unscaled, scale, to.precision(), to.scale());
  if (!value || decimal_compare(*value, to.scale(), unscaled, scale) != 0) return std::nullopt;
  return Value(*value);
}

Converted text_to_value(const std::string& whole, const Type& to) {
  const std::string_view text = trim(whole);
  switch (to.kind()) {
    case TypeKind::kDate:
      return boxed(parse_date(text));
    case TypeKind::kTime:
      return boxed(parse_time(text));
    case TypeKind::kTimestamp:
      return boxed(parse_timestamp(text));
    case TypeKind::kBytes:
      return boxed(base64_decode(text));
    default:
      return std::nullopt;
  }
}

Converted convert_boxed(const Value& value, const Type& from, const Type& to) {
  if (value.is_null()) return Value();
  if (from == to) return value;
  switch (from.kind()) {
    case TypeKind::kInt:
    case TypeKind::kBigint:
      if (to.kind() == TypeKind::kBigint && from.kind() == TypeKind::kInt) return value;
      if (to.kind() == TypeKind::kDouble) return Value(static_cast<double>(value.as_int()));
      if (to.kind() == TypeKind::kDecimal) return exact_decimal(value.as_int(), 0, to);
      break;
    case TypeKind::kDecimal:
      if (to.kind() == TypeKind::kDouble) return Value(decimal_to_double(value.as_decimal(), from.scale()));
      if (to.kind() == TypeKind::kDecimal) return exact_decimal(value.as_decimal(), from.scale(), to);
      break;
    case TypeKind::kString:
      return text_to_value(value.as_string(), to);
    case TypeKind::kArray: {
      if (to.kind() != TypeKind::kArray) return std::nullopt;
      ValueList list;
      for (const Value& element : value.as_list()) {
        Converted converted = convert_boxed(element, *from.element(), *to.element());
        if (!converted) return std::nullopt;
        list.push_back(std::move(*converted));
      }
      return Value(std::move(list));
    }
    case TypeKind::kMap: {
      if (to.kind() != TypeKind::kMap) return std::nullopt;
      ValueMap map;
      for (const auto& [key, mapped] : value.as_map()) {
        Converted new_key = convert_boxed(key, *from.map_key(), *to.map_key());
        Converted new_value = convert_boxed(mapped, *from.map_value(), *to.map_value());
        if (!new_key || !new_value) return std::nullopt;
        map.emplace_back(std::move(*new_key), std::move(*new_value));
      }
      return Value(std::move(map));
    }
    case TypeKind::kStruct: {
      if (to.kind() != TypeKind::kStruct) return std::nullopt;
      ValueList fields;
      for (const StructField& field : to.fields()) {
        const int source = from.field_index(field.name);
        if (source < 0) {
          fields.emplace_back();
          continue;
        }
        const auto at = static_cast<size_t>(source);
        Converted converted = convert_boxed(value.as_list()[at], *from.fields()[at].type, *field.type);
        if (!converted) return std::nullopt;
        fields.push_back(std::move(*converted));
      }
      return Value(std::move(fields));
    }
    default:
      break;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Value> cast_value(const Value& value, const Type& from, const Type& to) {
  return convert_boxed(value, from, to);
}

}  // namespace weir
