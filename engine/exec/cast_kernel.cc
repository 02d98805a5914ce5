#include "engine/exec/cast_kernel.h"

#include <algorithm>
#include <stdexcept>

#include "engine/exec/cast_loops.h"
#include "engine/exec/kernel_take.h"
#include "engine/exec/kernel_validity.h"

namespace weir {

namespace {

class LoopCast : public CastKernel {
 public:
  explicit LoopCast(CastChoice choice) : choice_(choice) {}
  void run(const Column& from, ExpressionFrame& frame, Column& out) override { choice_.loop(from, frame, out); }
  bool can_fail() const override { return choice_.can_fail; }

 private:
  CastChoice choice_;
};

// ARRAY to ARRAY and MAP to MAP: all rows' elements in one go.
class ElementsCast : public CastKernel {
 public:
  explicit ElementsCast(std::vector<std::unique_ptr<CastKernel>> parts) : parts_(std::move(parts)) {}

  void run(const Column& from, ExpressionFrame& frame, Column& out) override {
    const std::vector<uint32_t>& offsets = from.offsets();
    copy_validity(from, frame.rows, out);
    std::copy_n(offsets.begin(), frame.rows + 1, out.offsets().begin());
    ExpressionFrame elements{frame.columns, offsets[frame.rows], frame.arena, frame.failures};
    const size_t known = frame.failures.size();
    for (size_t i = 0; i < parts_.size(); ++i) {
      out.child(i).recycle(elements.rows);
      parts_[i]->run(from.child(i), elements, out.child(i));
    }
    for (size_t i = known; i < frame.failures.size(); ++i) {
      RowFailure& failure = frame.failures[i];
      // The row whose elements include this one: the last that begins at or before it, leaving out empty ones.
      const auto after = std::upper_bound(offsets.begin(), offsets.begin() + frame.rows + 1, failure.row);
      failure.row = static_cast<uint32_t>(after - offsets.begin() - 1);
      out.set_null(failure.row);
    }
  }

  bool can_fail() const override {
    return std::any_of(parts_.begin(), parts_.end(), [](const auto& part) { return part->can_fail(); });
  }

 private:
  std::vector<std::unique_ptr<CastKernel>> parts_;
};

// STRUCT to STRUCT by name: fields that the source hasn't are NULL.
class StructCast : public CastKernel {
 public:
  struct Part {
    std::unique_ptr<CastKernel> kernel;  // nullptr: no such field
    size_t source = 0;
  };
  explicit StructCast(std::vector<Part> parts) : parts_(std::move(parts)) {}

  void run(const Column& from, ExpressionFrame& frame, Column& out) override {
    const size_t known = frame.failures.size();
    for (size_t i = 0; i < parts_.size(); ++i) {
      if (parts_[i].kernel) parts_[i].kernel->run(from.child(parts_[i].source), frame, out.child(i));
    }
    copy_validity(from, frame.rows, out);
    for (size_t i = known; i < frame.failures.size(); ++i) out.set_null(frame.failures[i].row);
  }

  bool can_fail() const override {
    return std::any_of(parts_.begin(), parts_.end(),
                       [](const Part& part) { return part.kernel && part.kernel->can_fail(); });
  }

 private:
  std::vector<Part> parts_;
};

class CastNode : public ExpressionNode {
 public:
  CastNode(TypePtr type, std::vector<ExpressionNodePtr> operand, std::unique_ptr<CastKernel> kernel)
      : ExpressionNode(std::move(type), std::move(operand), kernel->can_fail()), kernel_(std::move(kernel)) {}

  ColumnView evaluate(ExpressionFrame& frame) override {
    // A cast that can't fail itself is mostly one that the user didn't write (INT to BIGINT): it hides no failures.
    // Others do, as in ksqlDB: the cast is NULL, and the expression around it goes on.
    const bool contain = kernel_->can_fail();
    const ColumnView operand = contain ? contained_.evaluate(child(0), frame) : child(0).evaluate(frame);
    Column& out = fresh(frame.rows);
    const size_t known = frame.failures.size();
    kernel_->run(*operand, frame, out);
    for (size_t i = known; i < frame.failures.size(); ++i) frame.failures[i].contained = true;
    return result();
  }

 private:
  std::unique_ptr<CastKernel> kernel_;
  ContainedEvaluation contained_;
};

}  // namespace

std::unique_ptr<CastKernel> make_cast_kernel(const TypePtr& from, const TypePtr& to) {
  const CastChoice choice = cast_loop(*from, *to);
  if (choice.loop != nullptr) return std::make_unique<LoopCast>(choice);
  if (from->kind() == to->kind() && from->is_nested()) {
    if (from->kind() == TypeKind::kStruct) {
      std::vector<StructCast::Part> parts;
      for (const StructField& field : to->fields()) {
        const int source = from->field_index(field.name);
        StructCast::Part part;
        if (source >= 0) {
          part.source = static_cast<size_t>(source);
          part.kernel = make_cast_kernel(from->fields()[part.source].type, field.type);
        }
        parts.push_back(std::move(part));
      }
      return std::make_unique<StructCast>(std::move(parts));
    }
    std::vector<std::unique_ptr<CastKernel>> parts;
    if (from->kind() == TypeKind::kArray) {
      parts.push_back(make_cast_kernel(from->element(), to->element()));
    } else {
      parts.push_back(make_cast_kernel(from->map_key(), to->map_key()));
      parts.push_back(make_cast_kernel(from->map_value(), to->map_value()));
    }
    return std::make_unique<ElementsCast>(std::move(parts));
  }
  throw std::logic_error("INTERNAL: no cast from " + from->to_string() + " to " + to->to_string());
}

ExpressionNodePtr make_cast(TypePtr type, ExpressionNodePtr operand) {
  if (same_type(operand->type(), type)) return operand;
  std::unique_ptr<CastKernel> kernel = make_cast_kernel(operand->type(), type);
  std::vector<ExpressionNodePtr> operands;
  operands.push_back(std::move(operand));
  return std::make_unique<CastNode>(std::move(type), std::move(operands), std::move(kernel));
}

}  // namespace weir
