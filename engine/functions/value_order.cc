#include "engine/functions/value_order.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace weir {
namespace {

// The place of a UTF-8 byte when characters are ordered by their UTF-16 form: characters beyond U+FFFF (lead bytes
// F0…F4) are surrogate pairs there, hence before U+E000 … U+FFFF (lead bytes EE and EF).
int utf16_place(uint8_t byte) { return byte == 0xEE || byte == 0xEF ? byte + 0x10 : byte; }

template <class T>
int compare_plain(const T& a, const T& b) {
  return a < b ? -1 : (b < a ? 1 : 0);
}

}  // namespace

int compare_text(std::string_view a, std::string_view b) {
  const size_t common = std::min(a.size(), b.size());
  const auto differ = std::mismatch(a.begin(), a.begin() + static_cast<ptrdiff_t>(common), b.begin());
  if (differ.first == a.begin() + static_cast<ptrdiff_t>(common)) return compare_plain(a.size(), b.size());
  return utf16_place(static_cast<uint8_t>(*differ.first)) - utf16_place(static_cast<uint8_t>(*differ.second));
}

int compare_bytes(std::string_view a, std::string_view b) {
  const size_t common = std::min(a.size(), b.size());
  const auto differ = std::mismatch(a.begin(), a.begin() + static_cast<ptrdiff_t>(common), b.begin());
  if (differ.first == a.begin() + static_cast<ptrdiff_t>(common)) return compare_plain(a.size(), b.size());
  return compare_plain(static_cast<int8_t>(*differ.first), static_cast<int8_t>(*differ.second));
}

int compare_doubles(double a, double b) {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a == b) return compare_plain(std::signbit(b), std::signbit(a));
  return compare_plain(std::isnan(a), std::isnan(b));
}

int compare_rows(const Column& a, size_t row_a, const Column& b, size_t row_b) {
  switch (a.kind()) {
    case TypeKind::kBoolean:
      return compare_plain(a.at<uint8_t>(row_a), b.at<uint8_t>(row_b));
    case TypeKind::kInt:
    case TypeKind::kDate:
    case TypeKind::kTime:
      return compare_plain(a.at<int32_t>(row_a), b.at<int32_t>(row_b));
    case TypeKind::kBigint:
    case TypeKind::kTimestamp:
      return compare_plain(a.at<int64_t>(row_a), b.at<int64_t>(row_b));
    case TypeKind::kDouble:
      return compare_doubles(a.at<double>(row_a), b.at<double>(row_b));
    case TypeKind::kDecimal:
      return compare_plain(a.at<Int128>(row_a), b.at<Int128>(row_b));
    case TypeKind::kString:
      return compare_text(a.at<std::string_view>(row_a), b.at<std::string_view>(row_b));
    case TypeKind::kBytes:
      return compare_bytes(a.at<std::string_view>(row_a), b.at<std::string_view>(row_b));
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kStruct:
    case TypeKind::kNull:
      break;
  }
  return 0;
}

bool is_ordered(TypeKind kind) {
  return kind != TypeKind::kArray && kind != TypeKind::kMap && kind != TypeKind::kStruct && kind != TypeKind::kNull;
}

}  // namespace weir
