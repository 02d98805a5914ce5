#include "engine/exec/kernel_compare_loops.h"

#include "engine/types/decimal.h"

namespace weir {

namespace {

template <sql::CompareOp kOp, class T>
bool holds(const T& a, const T& b) {
  if constexpr (kOp == sql::CompareOp::kEqual) return a == b;
  // Neither less nor greater: NaN isn't unequal to anything.
  if constexpr (kOp == sql::CompareOp::kNotEqual) return a < b || a > b;
  if constexpr (kOp == sql::CompareOp::kLess) return a < b;
  if constexpr (kOp == sql::CompareOp::kLessEqual) return a <= b;
  if constexpr (kOp == sql::CompareOp::kGreater) return a > b;
  if constexpr (kOp == sql::CompareOp::kGreaterEqual) return a >= b;
}

template <sql::CompareOp kOp, class T>
void primitive_compare_loop(const Column& left, const Column& right, uint32_t rows, uint8_t* __restrict out) {
  const T* __restrict a = left.data<T>();
  const T* __restrict b = right.data<T>();
  for (uint32_t row = 0; row < rows; ++row) out[row] = holds<kOp, T>(a[row], b[row]) ? 1 : 0;
}

template <sql::CompareOp kOp>
void text_compare_loop(const Column& left, const Column& right, uint32_t rows, uint8_t* out) {
  const auto* a = left.data<std::string_view>();
  const auto* b = right.data<std::string_view>();
  for (uint32_t row = 0; row < rows; ++row) {
    if constexpr (kOp == sql::CompareOp::kEqual) {
      out[row] = a[row] == b[row] ? 1 : 0;
    } else if constexpr (kOp == sql::CompareOp::kNotEqual) {
      out[row] = a[row] != b[row] ? 1 : 0;
    } else {
      // Bytes as unsigned numbers, which for UTF-8 is the order of code points.
      out[row] = holds<kOp, int>(a[row].compare(b[row]), 0) ? 1 : 0;
    }
  }
}

template <sql::CompareOp kOp>
void decimal_compare_loop(const Column& left, const Column& right, uint32_t rows, uint8_t* out) {
  const int left_scale = left.type()->scale();
  const int right_scale = right.type()->scale();
  if (left_scale == right_scale) return primitive_compare_loop<kOp, Int128>(left, right, rows, out);
  const Int128* a = left.data<Int128>();
  const Int128* b = right.data<Int128>();
  for (uint32_t row = 0; row < rows; ++row) {
    out[row] = holds<kOp, int>(decimal_compare(a[row], left_scale, b[row], right_scale), 0) ? 1 : 0;
  }
}

template <sql::CompareOp kOp>
void nested_compare_loop(const Column& left, const Column& right, uint32_t rows, uint8_t* out) {
  for (uint32_t row = 0; row < rows; ++row) {
    const bool both = left.is_valid(row) && right.is_valid(row);
    out[row] = both && left.equals(row, right, row) == (kOp == sql::CompareOp::kEqual) ? 1 : 0;
  }
}

template <sql::CompareOp kOp>
CompareLoop loop_for_kind(TypeKind kind) {
  constexpr bool kEquality = kOp == sql::CompareOp::kEqual || kOp == sql::CompareOp::kNotEqual;
  switch (kind) {
    case TypeKind::kInt:
    case TypeKind::kDate:
    case TypeKind::kTime:
      return primitive_compare_loop<kOp, int32_t>;
    case TypeKind::kBigint:
    case TypeKind::kTimestamp:
      return primitive_compare_loop<kOp, int64_t>;
    case TypeKind::kDouble:
      return primitive_compare_loop<kOp, double>;
    case TypeKind::kDecimal:
      return decimal_compare_loop<kOp>;
    case TypeKind::kString:
    case TypeKind::kBytes:
      return text_compare_loop<kOp>;
    case TypeKind::kNull:
    case TypeKind::kBoolean:
      return kEquality ? primitive_compare_loop<kOp, uint8_t> : nullptr;
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kStruct:
      return kEquality ? nested_compare_loop<kOp> : nullptr;
  }
  return nullptr;
}

}  // namespace

CompareLoop compare_loop(const Type& type, sql::CompareOp op) {
  switch (op) {
    case sql::CompareOp::kEqual:
      return loop_for_kind<sql::CompareOp::kEqual>(type.kind());
    case sql::CompareOp::kNotEqual:
      return loop_for_kind<sql::CompareOp::kNotEqual>(type.kind());
    case sql::CompareOp::kLess:
      return loop_for_kind<sql::CompareOp::kLess>(type.kind());
    case sql::CompareOp::kLessEqual:
      return loop_for_kind<sql::CompareOp::kLessEqual>(type.kind());
    case sql::CompareOp::kGreater:
      return loop_for_kind<sql::CompareOp::kGreater>(type.kind());
    case sql::CompareOp::kGreaterEqual:
      return loop_for_kind<sql::CompareOp::kGreaterEqual>(type.kind());
    case sql::CompareOp::kDistinct:
    case sql::CompareOp::kNotDistinct:
      break;
  }
  return nullptr;
}

}  // namespace weir
