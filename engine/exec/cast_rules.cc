// Which casts exist, and which the language does unasked.
#include <algorithm>

#include "engine/exec/cast_loops.h"
#include "engine/exec/expression.h"
#include "engine/types/decimal.h"

namespace weir {

bool can_cast(const Type& from, const Type& to) {
  if (cast_loop(from, to).loop != nullptr) return true;
  if (from.kind() != to.kind()) return false;
  switch (from.kind()) {
    case TypeKind::kArray:
      return can_cast(*from.element(), *to.element());
    case TypeKind::kMap:
      return can_cast(*from.map_key(), *to.map_key()) && can_cast(*from.map_value(), *to.map_value());
    case TypeKind::kStruct:
      return std::all_of(to.fields().begin(), to.fields().end(), [&](const StructField& field) {
        const int source = from.field_index(field.name);
        return source < 0 || can_cast(*from.fields()[static_cast<size_t>(source)].type, *field.type);
      });
    default:
      return false;
  }
}

bool can_cast_implicitly(const Type& from, const Type& to) {
  if (from == to || from.kind() == TypeKind::kNull) return true;
  switch (from.kind()) {
    case TypeKind::kInt:
      if (to.kind() == TypeKind::kBigint) return true;
      [[fallthrough]];
    case TypeKind::kBigint:
    case TypeKind::kDecimal: {
      if (to.kind() == TypeKind::kDouble) return true;
      if (to.kind() != TypeKind::kDecimal) return false;
      // No digit may get lost, before or after the point.
      const DecimalShape shape = decimal_shape_of(from);
      return shape.scale <= to.scale() && shape.precision - shape.scale <= to.precision() - to.scale();
    }
    case TypeKind::kArray:
      return to.kind() == TypeKind::kArray && can_cast_implicitly(*from.element(), *to.element());
    case TypeKind::kMap:
      return to.kind() == TypeKind::kMap && can_cast_implicitly(*from.map_key(), *to.map_key()) &&
             can_cast_implicitly(*from.map_value(), *to.map_value());
    case TypeKind::kStruct:
      // By name; the target may have more fields, not fewer.
      return to.kind() == TypeKind::kStruct &&
             std::all_of(from.fields().begin(), from.fields().end(), [&](const StructField& field) {
               const int target = to.field_index(field.name);
               return target >= 0 && can_cast_implicitly(*field.type, *to.fields()[static_cast<size_t>(target)].type);
             });
    default:
      return false;
  }
}

}  // namespace weir
