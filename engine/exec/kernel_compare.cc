#include "engine/exec/kernel_compare.h"

#include <algorithm>
#include <stdexcept>
#include <unordered_set>

#include "engine/exec/kernel_compare_loops.h"
#include "engine/exec/kernel_validity.h"

namespace weir {

namespace {

std::vector<ExpressionNodePtr> compare_operands(ExpressionNodePtr a, ExpressionNodePtr b,
                                                ExpressionNodePtr c = nullptr) {
  std::vector<ExpressionNodePtr> nodes;
  nodes.push_back(std::move(a));
  nodes.push_back(std::move(b));
  if (c) nodes.push_back(std::move(c));
  return nodes;
}

CompareLoop required_compare_loop(const Type& type, sql::CompareOp op) {
  const CompareLoop loop = compare_loop(type, op);
  if (loop == nullptr) throw std::logic_error("INTERNAL: no such comparison of " + type.to_string());
  return loop;
}

// Sets to 0 what is null in the column.
void clear_null_rows(const Column& column, uint32_t rows, uint8_t* out) {
  if (all_valid(column, rows)) return;
  for (uint32_t row = 0; row < rows; ++row) out[row] &= static_cast<uint8_t>(column.is_valid(row));
}

void negate_rows(uint32_t rows, uint8_t* out) {
  for (uint32_t row = 0; row < rows; ++row) out[row] ^= 1;
}

class CompareNode : public ExpressionNode {
 public:
  CompareNode(CompareLoop loop, std::vector<ExpressionNodePtr> operands)
      : ExpressionNode(Type::boolean(), std::move(operands), false), loop_(loop) {}

  ColumnView evaluate(ExpressionFrame& frame) override {
    const ColumnView left = child(0).evaluate(frame);
    const ColumnView right = child(1).evaluate(frame);
    Column& out = fresh(frame.rows);
    uint8_t* bits = out.data<uint8_t>();
    loop_(*left, *right, frame.rows, bits);
    clear_null_rows(*left, frame.rows, bits);
    clear_null_rows(*right, frame.rows, bits);
    out.set_all_valid();
    return result();
  }

 private:
  CompareLoop loop_;
};

class DistinctNode : public ExpressionNode {
 public:
  DistinctNode(bool distinct, std::vector<ExpressionNodePtr> operands)
      : ExpressionNode(Type::boolean(), std::move(operands), false),
        distinct_(distinct),
        unequal_(required_compare_loop(*child(0).type(), sql::CompareOp::kNotEqual)) {}

  ColumnView evaluate(ExpressionFrame& frame) override {
    const ColumnView left = child(0).evaluate(frame);
    const ColumnView right = child(1).evaluate(frame);
    Column& out = fresh(frame.rows);
    uint8_t* bits = out.data<uint8_t>();
    unequal_(*left, *right, frame.rows, bits);
    if (!all_valid(*left, frame.rows) || !all_valid(*right, frame.rows)) {
      for (uint32_t row = 0; row < frame.rows; ++row) {
        const bool left_valid = left->is_valid(row);
        const bool right_valid = right->is_valid(row);
        if (!left_valid || !right_valid) bits[row] = left_valid != right_valid ? 1 : 0;
      }
    }
    if (!distinct_) negate_rows(frame.rows, bits);
    out.set_all_valid();
    return result();
  }

 private:
  bool distinct_;
  CompareLoop unequal_;
};

class BetweenNode : public ExpressionNode {
 public:
  BetweenNode(bool negated, std::vector<ExpressionNodePtr> operands)
      : ExpressionNode(Type::boolean(), std::move(operands), false),
        negated_(negated),
        at_least_(required_compare_loop(*child(0).type(), sql::CompareOp::kGreaterEqual)),
        at_most_(required_compare_loop(*child(0).type(), sql::CompareOp::kLessEqual)) {}

  ColumnView evaluate(ExpressionFrame& frame) override {
    const ColumnView operand = child(0).evaluate(frame);
    const ColumnView low = child(1).evaluate(frame);
    const ColumnView high = child(2).evaluate(frame);
    Column& out = fresh(frame.rows);
    uint8_t* bits = out.data<uint8_t>();
    below_high_.resize(frame.rows);
    at_least_(*operand, *low, frame.rows, bits);
    at_most_(*operand, *high, frame.rows, below_high_.data());
    for (uint32_t row = 0; row < frame.rows; ++row) bits[row] &= below_high_[row];
    clear_null_rows(*operand, frame.rows, bits);
    clear_null_rows(*low, frame.rows, bits);
    clear_null_rows(*high, frame.rows, bits);
    if (negated_) negate_rows(frame.rows, bits);
    out.set_all_valid();
    return result();
  }

 private:
  bool negated_;
  CompareLoop at_least_, at_most_;
  std::vector<uint8_t> below_high_;
};

// The list's constants of one type, for a lookup in place of a comparison with each.
class ConstantSet {
 public:
  void add(const Value& value, const Type& type) {
    if (value.is_null()) return;  // matches nothing
    switch (type.kind()) {
      case TypeKind::kString:
      case TypeKind::kBytes:
        texts_.insert(*text_storage_.insert(value.as_string()).first);
        break;
      default:
        integers_.insert(value.as_int());
    }
  }
  static bool takes(const Type& type) {
    switch (type.kind()) {
      case TypeKind::kInt:
      case TypeKind::kBigint:
      case TypeKind::kDate:
      case TypeKind::kTime:
      case TypeKind::kTimestamp:
      case TypeKind::kString:
      case TypeKind::kBytes:
        return true;
      default:
        return false;
    }
  }
  void match(const Column& column, uint32_t rows, uint8_t* out) const {
    switch (column.kind()) {
      case TypeKind::kInt:
      case TypeKind::kDate:
      case TypeKind::kTime:
        for (uint32_t row = 0; row < rows; ++row) out[row] = integers_.contains(column.at<int32_t>(row)) ? 1 : 0;
        break;
      case TypeKind::kBigint:
      case TypeKind::kTimestamp:
        for (uint32_t row = 0; row < rows; ++row) out[row] = integers_.contains(column.at<int64_t>(row)) ? 1 : 0;
        break;
      default:
        for (uint32_t row = 0; row < rows; ++row) out[row] = texts_.contains(column.at<std::string_view>(row)) ? 1 : 0;
    }
  }

 private:
  std::unordered_set<int64_t> integers_;
  std::unordered_set<std::string> text_storage_;  // its elements stay where they are
  std::unordered_set<std::string_view> texts_;
};

class InNode : public ExpressionNode {
 public:
  // Up to this many constants, comparing a whole column with each is faster than looking each row up.
  static constexpr size_t kFewConstants = 4;

  InNode(bool negated, std::vector<ExpressionNodePtr> children)
      : ExpressionNode(Type::boolean(), std::move(children), false),
        negated_(negated),
        equal_(required_compare_loop(*child(0).type(), sql::CompareOp::kEqual)) {
    std::vector<size_t> constants;
    for (size_t i = 1; i < child_count(); ++i) (child(i).literal() != nullptr ? constants : compared_).push_back(i);
    use_set_ = constants.size() > kFewConstants && ConstantSet::takes(*child(0).type());
    if (use_set_) {
      for (const size_t i : constants) set_.add(*child(i).literal(), *child(0).type());
    } else {
      compared_.insert(compared_.end(), constants.begin(), constants.end());
    }
  }

  ColumnView evaluate(ExpressionFrame& frame) override {
    const ColumnView operand = child(0).evaluate(frame);
    Column& out = fresh(frame.rows);
    uint8_t* bits = out.data<uint8_t>();
    if (use_set_) {
      set_.match(*operand, frame.rows, bits);
    } else {
      std::fill_n(bits, frame.rows, uint8_t{0});
    }
    equal_rows_.resize(frame.rows);
    for (const size_t i : compared_) {
      const ColumnView candidate = child(i).evaluate(frame);
      equal_(*operand, *candidate, frame.rows, equal_rows_.data());
      clear_null_rows(*candidate, frame.rows, equal_rows_.data());
      for (uint32_t row = 0; row < frame.rows; ++row) bits[row] |= equal_rows_[row];
    }
    clear_null_rows(*operand, frame.rows, bits);
    if (negated_) negate_rows(frame.rows, bits);
    out.set_all_valid();
    return result();
  }

 private:
  bool negated_;
  CompareLoop equal_;
  bool use_set_ = false;
  ConstantSet set_;
  std::vector<size_t> compared_;  // children to compare with one by one
  std::vector<uint8_t> equal_rows_;
};

class IsNullNode : public ExpressionNode {
 public:
  IsNullNode(bool negated, std::vector<ExpressionNodePtr> operand)
      : ExpressionNode(Type::boolean(), std::move(operand), false), negated_(negated) {}

  ColumnView evaluate(ExpressionFrame& frame) override {
    const ColumnView operand = child(0).evaluate(frame);
    Column& out = fresh(frame.rows);
    uint8_t* bits = out.data<uint8_t>();
    for (uint32_t row = 0; row < frame.rows; ++row) bits[row] = operand->is_valid(row) == negated_ ? 1 : 0;
    out.set_all_valid();
    return result();
  }

 private:
  bool negated_;
};

}  // namespace

ExpressionNodePtr make_compare(sql::CompareOp op, ExpressionNodePtr left, ExpressionNodePtr right) {
  std::vector<ExpressionNodePtr> operands = compare_operands(std::move(left), std::move(right));
  if (op == sql::CompareOp::kDistinct || op == sql::CompareOp::kNotDistinct) {
    return std::make_unique<DistinctNode>(op == sql::CompareOp::kDistinct, std::move(operands));
  }
  const CompareLoop loop = required_compare_loop(*operands[0]->type(), op);
  return std::make_unique<CompareNode>(loop, std::move(operands));
}

ExpressionNodePtr make_between(bool negated, ExpressionNodePtr operand, ExpressionNodePtr low, ExpressionNodePtr high) {
  return std::make_unique<BetweenNode>(negated, compare_operands(std::move(operand), std::move(low), std::move(high)));
}

ExpressionNodePtr make_in(bool negated, std::vector<ExpressionNodePtr> children) {
  return std::make_unique<InNode>(negated, std::move(children));
}

ExpressionNodePtr make_is_null(bool negated, ExpressionNodePtr operand) {
  std::vector<ExpressionNodePtr> children;
  children.push_back(std::move(operand));
  return std::make_unique<IsNullNode>(negated, std::move(children));
}

bool is_ordered(const Type& type) { return compare_loop(type, sql::CompareOp::kLess) != nullptr; }

}  // namespace weir
