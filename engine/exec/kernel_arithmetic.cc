#include "engine/exec/kernel_arithmetic.h"

#include <cmath>
#include <cstring>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "engine/exec/kernel_validity.h"
#include "engine/types/decimal.h"

namespace weir {

namespace {

constexpr const char* kDivisionByZero = "division by zero";

std::string overflow_message(const TypePtr& type) {
  return "the result doesn't fit " + type->to_string() + ": numeric overflow";
}

// The result modulo 2^width is in `result` even where it doesn't fit.
template <sql::BinaryOp kOp, class T>
bool overflows(T a, T b, T& result) {
  if constexpr (kOp == sql::BinaryOp::kAdd) return __builtin_add_overflow(a, b, &result);
  if constexpr (kOp == sql::BinaryOp::kSubtract) return __builtin_sub_overflow(a, b, &result);
  return __builtin_mul_overflow(a, b, &result);
}

// The same for a whole loop, in a form that the compiler can turn into vector code: the sign bit of what is or-ed
// together tells.
template <sql::BinaryOp kOp, class T>
std::make_unsigned_t<T> overflow_bits(T a, T b, T& result) {
  using U = std::make_unsigned_t<T>;
  const U x = static_cast<U>(a), y = static_cast<U>(b);
  if constexpr (kOp == sql::BinaryOp::kAdd) {
    const U sum = x + y;
    result = static_cast<T>(sum);
    return (x ^ sum) & (y ^ sum);
  } else if constexpr (kOp == sql::BinaryOp::kSubtract) {
    const U difference = x - y;
    result = static_cast<T>(difference);
    return (x ^ y) & (x ^ difference);
  } else {
    constexpr U kSign = U{1} << (8 * sizeof(U) - 1);
    return overflows<kOp>(a, b, result) ? kSign : U{0};
  }
}

using ArithmeticLoop = void (*)(const Column& left, const Column& right, ExpressionFrame& frame, Column& out);

// Runs over null rows too: what they hold is readable, and one loop without branches is faster. Whether a valid row is
// among those that overflowed is looked up only if any did.
template <sql::BinaryOp kOp, class T>
void integer_arithmetic_loop(const Column& left, const Column& right, ExpressionFrame& frame, Column& out) {
  intersect_validity(left, right, frame.rows, out);
  const T* __restrict a = left.data<T>();
  const T* __restrict b = right.data<T>();
  T* __restrict target = out.data<T>();
  std::make_unsigned_t<T> bits = 0;
  for (uint32_t row = 0; row < frame.rows; ++row) bits |= overflow_bits<kOp, T>(a[row], b[row], target[row]);
  if (static_cast<T>(bits) >= 0) return;
  for_each_valid(out, frame.rows, [&](uint32_t row) {
    T ignored;
    if (!overflows<kOp, T>(a[row], b[row], ignored)) return;
    out.set_null(row);
    frame.fail(row, overflow_message(out.type()));
  });
}

template <sql::BinaryOp kOp>
void double_arithmetic_loop(const Column& left, const Column& right, ExpressionFrame& frame, Column& out) {
  intersect_validity(left, right, frame.rows, out);
  const double* __restrict a = left.data<double>();
  const double* __restrict b = right.data<double>();
  double* __restrict target = out.data<double>();
  for (uint32_t row = 0; row < frame.rows; ++row) {
    target[row] = kOp == sql::BinaryOp::kAdd        ? a[row] + b[row]
                  : kOp == sql::BinaryOp::kSubtract ? a[row] - b[row]
                                                    : a[row] * b[row];
  }
}

template <sql::BinaryOp kOp, class T>
void integer_division_loop(const Column& left, const Column& right, ExpressionFrame& frame, Column& out) {
  intersect_validity(left, right, frame.rows, out);
  const T* a = left.data<T>();
  const T* b = right.data<T>();
  T* target = out.data<T>();
  for_each_valid(out, frame.rows, [&](uint32_t row) {
    if (b[row] == 0) {
      out.set_null(row);
      frame.fail(row, kDivisionByZero);
    } else if (b[row] == -1) {
      // The machine's instruction would trap on the most negative number.
      target[row] = 0;
      if (kOp == sql::BinaryOp::kDivide && overflows<sql::BinaryOp::kSubtract, T>(0, a[row], target[row])) {
        out.set_null(row);
        frame.fail(row, overflow_message(out.type()));
      }
    } else {
      target[row] = kOp == sql::BinaryOp::kDivide ? a[row] / b[row] : a[row] % b[row];
    }
  });
}

template <sql::BinaryOp kOp>
void double_division_loop(const Column& left, const Column& right, ExpressionFrame& frame, Column& out) {
  intersect_validity(left, right, frame.rows, out);
  const double* __restrict a = left.data<double>();
  const double* __restrict b = right.data<double>();
  double* __restrict target = out.data<double>();
  for (uint32_t row = 0; row < frame.rows; ++row) {
    target[row] = kOp == sql::BinaryOp::kDivide ? a[row] / b[row] : std::fmod(a[row], b[row]);
  }
}

template <class T>
ArithmeticLoop integer_loop(sql::BinaryOp op) {
  switch (op) {
    case sql::BinaryOp::kAdd:
      return integer_arithmetic_loop<sql::BinaryOp::kAdd, T>;
    case sql::BinaryOp::kSubtract:
      return integer_arithmetic_loop<sql::BinaryOp::kSubtract, T>;
    case sql::BinaryOp::kMultiply:
      return integer_arithmetic_loop<sql::BinaryOp::kMultiply, T>;
    case sql::BinaryOp::kDivide:
      return integer_division_loop<sql::BinaryOp::kDivide, T>;
    case sql::BinaryOp::kModulus:
      return integer_division_loop<sql::BinaryOp::kModulus, T>;
    case sql::BinaryOp::kConcat:
      break;
  }
  return nullptr;
}

ArithmeticLoop double_loop(sql::BinaryOp op) {
  switch (op) {
    case sql::BinaryOp::kAdd:
      return double_arithmetic_loop<sql::BinaryOp::kAdd>;
    case sql::BinaryOp::kSubtract:
      return double_arithmetic_loop<sql::BinaryOp::kSubtract>;
    case sql::BinaryOp::kMultiply:
      return double_arithmetic_loop<sql::BinaryOp::kMultiply>;
    case sql::BinaryOp::kDivide:
      return double_division_loop<sql::BinaryOp::kDivide>;
    case sql::BinaryOp::kModulus:
      return double_division_loop<sql::BinaryOp::kModulus>;
    case sql::BinaryOp::kConcat:
      break;
  }
  return nullptr;
}

class PrimitiveArithmeticNode : public ExpressionNode {
 public:
  PrimitiveArithmeticNode(TypePtr type, ArithmeticLoop loop, bool can_fail, std::vector<ExpressionNodePtr> operands)
      : ExpressionNode(std::move(type), std::move(operands), can_fail), loop_(loop) {}

  ColumnView evaluate(ExpressionFrame& frame) override {
    const ColumnView left = child(0).evaluate(frame);
    const ColumnView right = child(1).evaluate(frame);
    loop_(*left, *right, frame, fresh(frame.rows));
    return result();
  }

 private:
  ArithmeticLoop loop_;
};

class DecimalArithmeticNode : public ExpressionNode {
 public:
  DecimalArithmeticNode(const TypePtr& type, sql::BinaryOp op, std::vector<ExpressionNodePtr> operands)
      : ExpressionNode(type, std::move(operands), true), op_(op), shape_{type->precision(), type->scale()} {
    left_scale_ = decimal_shape_of(*child(0).type()).scale;
    right_scale_ = decimal_shape_of(*child(1).type()).scale;
  }

  ColumnView evaluate(ExpressionFrame& frame) override {
    const ColumnView left = child(0).evaluate(frame);
    const ColumnView right = child(1).evaluate(frame);
    Column& out = fresh(frame.rows);
    intersect_validity(*left, *right, frame.rows, out);
    switch (op_) {
      case sql::BinaryOp::kAdd:
        run<decimal_add>(*left, *right, frame, out);
        break;
      case sql::BinaryOp::kSubtract:
        run<decimal_subtract>(*left, *right, frame, out);
        break;
      case sql::BinaryOp::kMultiply:
        run<decimal_multiply>(*left, *right, frame, out);
        break;
      case sql::BinaryOp::kDivide:
        run<decimal_divide>(*left, *right, frame, out);
        break;
      case sql::BinaryOp::kModulus:
      case sql::BinaryOp::kConcat:
        run<decimal_modulus>(*left, *right, frame, out);
        break;
    }
    return result();
  }

 private:
  template <auto kOperation>
  void run(const Column& left, const Column& right, ExpressionFrame& frame, Column& out) const {
    const Int128* a = left.data<Int128>();
    const Int128* b = right.data<Int128>();
    Int128* target = out.data<Int128>();
    const bool divides = op_ == sql::BinaryOp::kDivide || op_ == sql::BinaryOp::kModulus;
    for_each_valid(out, frame.rows, [&](uint32_t row) {
      const std::optional<Int128> value = kOperation(a[row], left_scale_, b[row], right_scale_, shape_);
      if (value) {
        target[row] = *value;
        return;
      }
      out.set_null(row);
      if (divides && b[row] == 0) {
        frame.fail(row, kDivisionByZero);
      } else {
        frame.fail(row, overflow_message(type()));
      }
    });
  }

  sql::BinaryOp op_;
  DecimalShape shape_;
  int left_scale_ = 0;
  int right_scale_ = 0;
};

class NegateNode : public ExpressionNode {
 public:
  NegateNode(const TypePtr& type, ExpressionNodePtr operand)
      : ExpressionNode(type, one(std::move(operand)),
                       type->kind() == TypeKind::kInt || type->kind() == TypeKind::kBigint) {}

  ColumnView evaluate(ExpressionFrame& frame) override {
    const ColumnView operand = child(0).evaluate(frame);
    Column& out = fresh(frame.rows);
    copy_validity(*operand, frame.rows, out);
    switch (type()->kind()) {
      case TypeKind::kInt:
        run<int32_t>(*operand, frame, out);
        break;
      case TypeKind::kBigint:
        run<int64_t>(*operand, frame, out);
        break;
      case TypeKind::kDouble: {
        const double* a = operand->data<double>();
        double* target = out.data<double>();
        for (uint32_t row = 0; row < frame.rows; ++row) target[row] = -a[row];
        break;
      }
      default: {
        const Int128* a = operand->data<Int128>();
        Int128* target = out.data<Int128>();
        for (uint32_t row = 0; row < frame.rows; ++row) {
          target[row] = static_cast<Int128>(-static_cast<unsigned __int128>(a[row]));
        }
        break;
      }
    }
    return result();
  }

 private:
  static std::vector<ExpressionNodePtr> one(ExpressionNodePtr node) {
    std::vector<ExpressionNodePtr> nodes;
    nodes.push_back(std::move(node));
    return nodes;
  }
  template <class T>
  static void run(const Column& operand, ExpressionFrame& frame, Column& out) {
    const T* a = operand.data<T>();
    T* target = out.data<T>();
    for_each_valid(out, frame.rows, [&](uint32_t row) {
      if (!overflows<sql::BinaryOp::kSubtract, T>(0, a[row], target[row])) return;
      out.set_null(row);
      frame.fail(row, overflow_message(out.type()));
    });
  }
};

class ConcatNode : public ExpressionNode {
 public:
  ConcatNode(TypePtr type, std::vector<ExpressionNodePtr> operands)
      : ExpressionNode(std::move(type), std::move(operands), false) {}

  ColumnView evaluate(ExpressionFrame& frame) override {
    const ColumnView left = child(0).evaluate(frame);
    const ColumnView right = child(1).evaluate(frame);
    Column& out = fresh(frame.rows);
    intersect_validity(*left, *right, frame.rows, out);
    const auto* a = left->data<std::string_view>();
    const auto* b = right->data<std::string_view>();
    auto* target = out.data<std::string_view>();
    // One allocation for the batch: views below null rows are empty or short, so what they add is no loss.
    size_t bytes = 0;
    for (uint32_t row = 0; row < frame.rows; ++row) bytes += a[row].size() + b[row].size();
    char* next = frame.arena.allocate(bytes);
    char* const end = next + bytes;
    for_each_valid(out, frame.rows, [&](uint32_t row) {
      char* const start = next;
      if (!a[row].empty()) std::memcpy(next, a[row].data(), a[row].size());
      next += a[row].size();
      if (!b[row].empty()) std::memcpy(next, b[row].data(), b[row].size());
      next += b[row].size();
      target[row] = {start, static_cast<size_t>(next - start)};
    });
    frame.arena.give_back(static_cast<size_t>(end - next));
    return result();
  }
};

std::vector<ExpressionNodePtr> operand_pair(ExpressionNodePtr left, ExpressionNodePtr right) {
  std::vector<ExpressionNodePtr> operands;
  operands.push_back(std::move(left));
  operands.push_back(std::move(right));
  return operands;
}

}  // namespace

ExpressionNodePtr make_arithmetic(TypePtr type, sql::BinaryOp op, ExpressionNodePtr left, ExpressionNodePtr right) {
  const TypeKind kind = type->kind();
  std::vector<ExpressionNodePtr> operands = operand_pair(std::move(left), std::move(right));
  if (kind == TypeKind::kDecimal) {
    return std::make_unique<DecimalArithmeticNode>(std::move(type), op, std::move(operands));
  }
  ArithmeticLoop loop = nullptr;
  if (kind == TypeKind::kInt) loop = integer_loop<int32_t>(op);
  if (kind == TypeKind::kBigint) loop = integer_loop<int64_t>(op);
  if (kind == TypeKind::kDouble) loop = double_loop(op);
  if (loop == nullptr) throw std::logic_error("INTERNAL: no arithmetic on " + type->to_string());
  return std::make_unique<PrimitiveArithmeticNode>(std::move(type), loop, kind != TypeKind::kDouble,
                                                   std::move(operands));
}

ExpressionNodePtr make_negate(TypePtr type, ExpressionNodePtr operand) {
  return std::make_unique<NegateNode>(std::move(type), std::move(operand));
}

ExpressionNodePtr make_concat(TypePtr type, ExpressionNodePtr left, ExpressionNodePtr right) {
  return std::make_unique<ConcatNode>(std::move(type), operand_pair(std::move(left), std::move(right)));
}

}  // namespace weir
