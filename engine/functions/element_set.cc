#include "engine/functions/element_set.h"

#include <bit>
#include <cmath>
#include <functional>
#include <string_view>

namespace weir {
namespace {

uint64_t mix_hash(uint64_t hash) {
  hash ^= hash >> 33;
  hash *= 0xFF51AFD7ED558CCDull;
  hash ^= hash >> 33;
  hash *= 0xC4CEB9FE1A85EC53ull;
  return hash ^ (hash >> 33);
}

}  // namespace

uint64_t hash_of_row(const Column& column, size_t row) {
  if (column.is_null(row)) return 0x9E3779B97F4A7C15ull;
  switch (column.kind()) {
    case TypeKind::kBoolean:
      return mix_hash(column.at<uint8_t>(row) + 1);
    case TypeKind::kInt:
    case TypeKind::kDate:
    case TypeKind::kTime:
      return mix_hash(static_cast<uint64_t>(column.at<int32_t>(row)));
    case TypeKind::kBigint:
    case TypeKind::kTimestamp:
      return mix_hash(static_cast<uint64_t>(column.at<int64_t>(row)));
    case TypeKind::kDouble: {
      const double value = column.at<double>(row);
      return mix_hash(std::isnan(value) ? 1 : std::bit_cast<uint64_t>(value));
    }
    case TypeKind::kDecimal: {
      const auto value = static_cast<unsigned __int128>(column.at<Int128>(row));
      return mix_hash(static_cast<uint64_t>(value) ^ mix_hash(static_cast<uint64_t>(value >> 64)));
    }
    case TypeKind::kString:
    case TypeKind::kBytes:
      return mix_hash(std::hash<std::string_view>{}(column.at<std::string_view>(row)));
    case TypeKind::kArray: {
      uint64_t hash = 1;
      for (uint32_t i = column.offsets()[row]; i < column.offsets()[row + 1]; ++i) {
        hash = mix_hash(hash * 31 + hash_of_row(column.child(0), i));
      }
      return hash;
    }
    case TypeKind::kMap: {
      // Whatever the entries' order.
      uint64_t hash = 2;
      for (uint32_t i = column.offsets()[row]; i < column.offsets()[row + 1]; ++i) {
        hash += mix_hash(hash_of_row(column.child(0), i) * 31 + hash_of_row(column.child(1), i));
      }
      return hash;
    }
    case TypeKind::kStruct: {
      uint64_t hash = 3;
      for (size_t i = 0; i < column.child_count(); ++i) {
        hash = mix_hash(hash * 31 + hash_of_row(column.child(i), row));
      }
      return hash;
    }
    case TypeKind::kNull:
      break;
  }
  return 0;
}

void ElementSet::clear() {
  if (size_ == 0) return;
  slots_.assign(slots_.size(), {});
  size_ = 0;
}

size_t ElementSet::find_slot(const Column& column, uint32_t row, uint64_t hash) const {
  const size_t mask = slots_.size() - 1;
  for (size_t at = hash & mask;; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (!slot.column || (slot.hash == hash && slot.column->equals(slot.row, column, row))) return at;
  }
}

void ElementSet::grow() {
  std::vector<Slot> old(slots_.empty() ? 16 : slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.column) slots_[find_slot(*slot.column, slot.row, slot.hash)] = slot;
  }
}

bool ElementSet::insert(const Column& column, uint32_t row) {
  if (size_ * 2 >= slots_.size()) grow();
  const uint64_t hash = hash_of_row(column, row);
  Slot& slot = slots_[find_slot(column, row, hash)];
  if (slot.column) return false;
  slot = {&column, row, hash};
  ++size_;
  return true;
}

bool ElementSet::contains(const Column& column, uint32_t row) const {
  if (size_ == 0) return false;
  return slots_[find_slot(column, row, hash_of_row(column, row))].column != nullptr;
}

}  // namespace weir
