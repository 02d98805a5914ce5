#include "engine/exec/kernel_logic.h"

#include <cstring>

#include "engine/exec/kernel_validity.h"

namespace weir {

namespace {

// AND and OR are each other's mirror: kDecisive is the operand value that decides (false for AND, true for OR).
template <uint8_t kDecisive>
class LogicalNode : public ExpressionNode {
 public:
  explicit LogicalNode(std::vector<ExpressionNodePtr> operands)
      : ExpressionNode(Type::boolean(), std::move(operands), false) {}

  ColumnView evaluate(ExpressionFrame& frame) override {
    const uint32_t rows = frame.rows;
    const ColumnView left = child(0).evaluate(frame);
    const uint8_t* a = left->data<uint8_t>();
    const bool left_valid = all_valid(*left, rows);

    undecided_.clear();
    if (child(1).can_fail()) {
      for (uint32_t row = 0; row < rows; ++row) {
        if (a[row] != kDecisive || !left->is_valid(row)) undecided_.push_back(row);
      }
      if (undecided_.size() < rows) return evaluate_undecided(*left, frame);
    }

    const ColumnView right = child(1).evaluate(frame);
    const uint8_t* b = right->data<uint8_t>();
    Column& out = fresh(rows);
    uint8_t* bits = out.data<uint8_t>();
    for (uint32_t row = 0; row < rows; ++row) {
      bits[row] = kDecisive ? static_cast<uint8_t>(a[row] | b[row]) : static_cast<uint8_t>(a[row] & b[row]);
    }
    out.set_all_valid();
    if (!left_valid || !all_valid(*right, rows)) {
      for (uint32_t row = 0; row < rows; ++row) {
        combine(left->is_valid(row), a[row], right->is_valid(row), b[row], out, row);
      }
    }
    return result();
  }

 private:
  static void combine(bool left_valid, uint8_t a, bool right_valid, uint8_t b, Column& out, uint32_t row) {
    uint8_t* bits = out.data<uint8_t>();
    if ((left_valid && a == kDecisive) || (right_valid && b == kDecisive)) {
      bits[row] = kDecisive;
      out.set_valid(row);
    } else if (left_valid && right_valid) {
      bits[row] = 1 - kDecisive;
      out.set_valid(row);
    } else {
      out.set_null(row);
    }
  }

  ColumnView evaluate_undecided(const Column& left, ExpressionFrame& frame) {
    Column& out = fresh(frame.rows);
    out.set_all_valid();
    uint8_t* bits = out.data<uint8_t>();
    for (uint32_t row = 0; row < frame.rows; ++row) bits[row] = kDecisive;
    if (undecided_.empty()) return result();
    const ColumnView right = subset_.evaluate(child(1), frame, undecided_);
    for (uint32_t i = 0; i < undecided_.size(); ++i) {
      const uint32_t row = undecided_[i];
      combine(left.is_valid(row), left.at<uint8_t>(row), right->is_valid(i), right->at<uint8_t>(i), out, row);
    }
    return result();
  }

  std::vector<uint32_t> undecided_;
  SubsetEvaluation subset_;
};

class NotNode : public ExpressionNode {
 public:
  explicit NotNode(std::vector<ExpressionNodePtr> operand)
      : ExpressionNode(Type::boolean(), std::move(operand), false) {}

  ColumnView evaluate(ExpressionFrame& frame) override {
    const ColumnView operand = child(0).evaluate(frame);
    Column& out = fresh(frame.rows);
    copy_validity(*operand, frame.rows, out);
    const uint8_t* a = operand->data<uint8_t>();
    uint8_t* bits = out.data<uint8_t>();
    for (uint32_t row = 0; row < frame.rows; ++row) bits[row] = a[row] ^ 1;
    return result();
  }
};

class CaseNode : public ExpressionNode {
 public:
  CaseNode(TypePtr type, std::vector<ExpressionNodePtr> children)
      : ExpressionNode(std::move(type), std::move(children), false), subsets_(child_count()) {}

  ColumnView evaluate(ExpressionFrame& frame) override {
    const uint32_t rows = frame.rows;
    open_.resize(rows);
    for (uint32_t row = 0; row < rows; ++row) open_[row] = row;
    source_.assign(rows, 0);
    sources_.clear();
    const size_t branches = child_count() / 2;
    for (size_t branch = 0; branch < branches && !open_.empty(); ++branch) {
      take_matching(branch * 2, frame);
      if (!taken_.empty()) add_source(branch * 2 + 1, taken_, frame);
    }
    if (!open_.empty() || rows == 0) add_source(child_count() - 1, open_, frame);
    // One branch for all rows: its column is the result.
    if (sources_.size() == 1) return sources_[0].view;
    return merge(frame);
  }

 private:
  // What a branch gave: `dense` when its rows are numbered as the frame's, else as the rows it was evaluated for.
  struct Source {
    ColumnView view;
    bool dense;
  };

  // Moves the open rows for which the condition is true from open_ to taken_.
  void take_matching(size_t condition, ExpressionFrame& frame) {
    bool dense = false;
    const ColumnView view = evaluate_rows(condition, open_, frame, dense);
    const uint8_t* truth = view->data<uint8_t>();
    taken_.clear();
    size_t kept = 0;
    for (uint32_t i = 0; i < open_.size(); ++i) {
      const uint32_t row = open_[i];
      const uint32_t at = dense ? row : i;
      if (truth[at] != 0 && view->is_valid(at)) {
        taken_.push_back(row);
      } else {
        open_[kept++] = row;
      }
    }
    open_.resize(kept);
  }

  ColumnView evaluate_rows(size_t node, const std::vector<uint32_t>& rows, ExpressionFrame& frame, bool& dense) {
    dense = rows.size() == frame.rows || !child(node).can_fail();
    return dense ? child(node).evaluate(frame) : subsets_[node].evaluate(child(node), frame, rows);
  }

  void add_source(size_t node, const std::vector<uint32_t>& rows, ExpressionFrame& frame) {
    Source source{};
    source.view = evaluate_rows(node, rows, frame, source.dense);
    const auto number = static_cast<uint32_t>(sources_.size());
    at_.resize(frame.rows);
    for (uint32_t i = 0; i < rows.size(); ++i) {
      source_[rows[i]] = number;
      at_[rows[i]] = source.dense ? rows[i] : i;
    }
    sources_.push_back(source);
  }

  ColumnView merge(ExpressionFrame& frame) {
    if (type()->is_nested()) {
      Column& out = fresh(0);
      for (uint32_t row = 0; row < frame.rows; ++row) out.append_from(*sources_[source_[row]].view, at_[row]);
      return result();
    }
    Column& out = fresh(frame.rows);
    data_.clear();
    for (const Source& source : sources_) data_.push_back(source.view->data<std::byte>());
    with_constant_width(storage_width(type()->kind()), [&](auto width) {
      auto* target = out.data<std::byte>();
      for (uint32_t row = 0; row < frame.rows; ++row) {
        if (sources_[source_[row]].view->is_null(at_[row])) continue;
        std::memcpy(target + row * width, data_[source_[row]] + at_[row] * width, width);
        out.set_valid(row);
      }
    });
    return result();
  }

  std::vector<SubsetEvaluation> subsets_;  // one for each child: their views live until the merge
  std::vector<uint32_t> open_;             // rows that no condition has taken yet
  std::vector<uint32_t> taken_;
  std::vector<Source> sources_;
  std::vector<uint32_t> source_;  // of each row: which source, and its row there
  std::vector<uint32_t> at_;
  std::vector<const std::byte*> data_;
};

std::vector<ExpressionNodePtr> logic_operands(ExpressionNodePtr left, ExpressionNodePtr right) {
  std::vector<ExpressionNodePtr> operands;
  operands.push_back(std::move(left));
  operands.push_back(std::move(right));
  return operands;
}

}  // namespace

ExpressionNodePtr make_and(ExpressionNodePtr left, ExpressionNodePtr right) {
  return std::make_unique<LogicalNode<0>>(logic_operands(std::move(left), std::move(right)));
}

ExpressionNodePtr make_or(ExpressionNodePtr left, ExpressionNodePtr right) {
  return std::make_unique<LogicalNode<1>>(logic_operands(std::move(left), std::move(right)));
}

ExpressionNodePtr make_not(ExpressionNodePtr operand) {
  std::vector<ExpressionNodePtr> children;
  children.push_back(std::move(operand));
  return std::make_unique<NotNode>(std::move(children));
}

ExpressionNodePtr make_case(TypePtr type, std::vector<ExpressionNodePtr> children) {
  return std::make_unique<CaseNode>(std::move(type), std::move(children));
}

}  // namespace weir
