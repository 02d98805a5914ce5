#include "engine/exec/kernel_like.h"

#include <optional>
#include <stdexcept>

#include "engine/exec/kernel_validity.h"
#include "engine/exec/like_pattern.h"
#include "engine/sql/error.h"

namespace weir {

namespace {

class LikeNode : public ExpressionNode {
 public:
  LikeNode(bool negated, std::string escape, bool can_fail, std::vector<ExpressionNodePtr> operands)
      : ExpressionNode(Type::boolean(), std::move(operands), can_fail), negated_(negated), escape_(std::move(escape)) {
    if (child(1).literal() != nullptr && !child(1).literal()->is_null()) {
      try {
        constant_.emplace(child(1).literal()->as_string(), escape_);
      } catch (const std::invalid_argument& error) {
        throw StatementError(StatementError::Kind::kInvalid, error.what());
      }
    }
  }

  ColumnView evaluate(ExpressionFrame& frame) override {
    const ColumnView operand = child(0).evaluate(frame);
    const ColumnView pattern = child(1).evaluate(frame);
    Column& out = fresh(frame.rows);
    intersect_validity(*operand, *pattern, frame.rows, out);
    const auto* texts = operand->data<std::string_view>();
    const auto* patterns = pattern->data<std::string_view>();
    uint8_t* bits = out.data<uint8_t>();
    if (constant_) {
      for_each_valid(out, frame.rows, [&](uint32_t row) { bits[row] = constant_->matches(texts[row]) != negated_; });
    } else {
      for_each_valid(out, frame.rows, [&](uint32_t row) {
        if (!compiled_ || patterns[row] != compiled_text_) {
          try {
            compiled_.emplace(patterns[row], escape_);
            compiled_text_ = patterns[row];
          } catch (const std::invalid_argument& error) {
            compiled_.reset();
            out.set_null(row);
            frame.fail(row, error.what());
            return;
          }
        }
        bits[row] = compiled_->matches(texts[row]) != negated_;
      });
    }
    return result();
  }

 private:
  bool negated_;
  std::string escape_;
  std::optional<LikePattern> constant_;
  // The last pattern of a column of patterns: often the next row has the same.
  std::optional<LikePattern> compiled_;
  std::string compiled_text_;
};

}  // namespace

ExpressionNodePtr make_like(bool negated, ExpressionNodePtr operand, ExpressionNodePtr pattern, std::string escape) {
  std::vector<ExpressionNodePtr> operands;
  operands.push_back(std::move(operand));
  operands.push_back(std::move(pattern));
  // With an escape character a pattern that comes from the data can be wrong.
  const bool can_fail = !escape.empty() && operands[1]->literal() == nullptr;
  return std::make_unique<LikeNode>(negated, std::move(escape), can_fail, std::move(operands));
}

}  // namespace weir
