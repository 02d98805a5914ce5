#include "engine/formats/column_filling.h"

#include <string_view>
#include <unordered_map>

namespace weir {

void define_null(Column& column, size_t slot) {
  column.set_null(slot);
  switch (column.kind()) {
    case TypeKind::kString:
    case TypeKind::kBytes:
      column.data<std::string_view>()[slot] = {};
      break;
    case TypeKind::kArray:
    case TypeKind::kMap:
      column.offsets()[slot + 1] = column.offsets()[slot];
      break;
    case TypeKind::kStruct:
      for (size_t i = 0; i < column.child_count(); ++i) define_null(column.child(i), slot);
      break;
    default:
      break;
  }
}

void grow_children(Column& column, size_t taken) {
  constexpr size_t kFirst = 16;
  const size_t room = taken < kFirst ? kFirst : taken * 2;
  for (size_t i = 0; i < column.child_count(); ++i) column.child(i).resize(room);
}

void trim_children(Column& column) {
  const bool list = column.kind() == TypeKind::kArray || column.kind() == TypeKind::kMap;
  for (size_t i = 0; i < column.child_count(); ++i) {
    if (list) column.child(i).resize(column.offsets()[column.size()]);
    trim_children(column.child(i));
  }
}

std::vector<bool> repeated_map_keys(const Column& map, size_t slot) {
  if (map.child(0).kind() != TypeKind::kString) return {};
  const std::string_view* names = map.child(0).data<std::string_view>();
  const uint32_t begin = map.offsets()[slot], end = map.offsets()[slot + 1];
  constexpr uint32_t kFew = 8;
  if (end - begin <= kFew) {
    bool any = false;
    for (uint32_t i = begin + 1; i < end; ++i) {
      for (uint32_t j = begin; j < i; ++j) any |= names[i] == names[j];
    }
    if (!any) return {};
  }
  std::unordered_map<std::string_view, uint32_t> last;
  for (uint32_t i = begin; i < end; ++i) last[names[i]] = i;
  if (last.size() == end - begin) return {};
  std::vector<bool> repeated(end - begin);
  for (uint32_t i = begin; i < end; ++i) repeated[i - begin] = last[names[i]] != i;
  return repeated;
}

}  // namespace weir
