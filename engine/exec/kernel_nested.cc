#include "engine/exec/kernel_nested.h"

#include "engine/exec/kernel_take.h"
#include "engine/exec/kernel_validity.h"

namespace weir {

namespace {

std::vector<ExpressionNodePtr> nested_operands(ExpressionNodePtr a, ExpressionNodePtr b = nullptr) {
  std::vector<ExpressionNodePtr> nodes;
  nodes.push_back(std::move(a));
  if (b) nodes.push_back(std::move(b));
  return nodes;
}

class FieldNode : public ExpressionNode {
 public:
  FieldNode(TypePtr type, int index, std::vector<ExpressionNodePtr> base)
      : ExpressionNode(std::move(type), std::move(base), false), index_(static_cast<size_t>(index)) {}

  ColumnView evaluate(ExpressionFrame& frame) override {
    const ColumnView base = child(0).evaluate(frame);
    const Column& field = base->child(index_);
    const uint64_t* outer = base->validity_words();
    const uint64_t* inner = field.validity_words();
    uint64_t hidden = 0;  // fields that have a value although their struct is NULL
    for (size_t w = 0, count = validity_words_for(frame.rows); w < count; ++w) hidden |= inner[w] & ~outer[w];
    if (hidden == 0) return {&field, base.owner};
    Column& out = fresh(0);
    copy_rows(field, frame.rows, out);
    intersect_validity(*base, field, frame.rows, out);
    return result();
  }

 private:
  size_t index_;
};

class ArraySubscriptNode : public ExpressionNode {
 public:
  ArraySubscriptNode(TypePtr type, std::vector<ExpressionNodePtr> operands)
      : ExpressionNode(std::move(type), std::move(operands), false) {}

  ColumnView evaluate(ExpressionFrame& frame) override {
    const ColumnView array = child(0).evaluate(frame);
    const ColumnView index = child(1).evaluate(frame);
    const uint32_t* offsets = array->offsets().data();
    const int32_t* indexes = index->data<int32_t>();
    at_.assign(frame.rows, kNoRow);
    for (uint32_t row = 0; row < frame.rows; ++row) {
      if (array->is_null(row) || index->is_null(row)) continue;
      const int64_t length = offsets[row + 1] - offsets[row];
      const int64_t at = indexes[row] >= 0 ? int64_t{indexes[row]} - 1 : length + indexes[row];
      if (at >= 0 && at < length) at_[row] = offsets[row] + static_cast<uint32_t>(at);
    }
    take_rows(array->child(0), at_, fresh(type()->is_nested() ? 0 : frame.rows));
    return result();
  }

 private:
  std::vector<uint32_t> at_;
};

class MapSubscriptNode : public ExpressionNode {
 public:
  MapSubscriptNode(TypePtr type, std::vector<ExpressionNodePtr> operands)
      : ExpressionNode(std::move(type), std::move(operands), false) {}

  ColumnView evaluate(ExpressionFrame& frame) override {
    const ColumnView map = child(0).evaluate(frame);
    const ColumnView key = child(1).evaluate(frame);
    const uint32_t* offsets = map->offsets().data();
    const Column& keys = map->child(0);
    at_.assign(frame.rows, kNoRow);
    for (uint32_t row = 0; row < frame.rows; ++row) {
      if (map->is_null(row) || key->is_null(row)) continue;
      // From the end, so that the last of equal keys wins.
      for (uint32_t entry = offsets[row + 1]; entry-- > offsets[row];) {
        if (keys.equals(entry, *key, row)) {
          at_[row] = entry;
          break;
        }
      }
    }
    take_rows(map->child(1), at_, fresh(type()->is_nested() ? 0 : frame.rows));
    return result();
  }

 private:
  std::vector<uint32_t> at_;
};

// Writes the columns of `parts` as a sequence for each row: row 0's parts, row 1's parts, …
void interleave_rows(const std::vector<const Column*>& parts, uint32_t rows, Column& out) {
  const auto stride = static_cast<uint32_t>(parts.size());
  if (out.type()->is_nested()) {
    out.recycle(0);
    for (uint32_t row = 0; row < rows; ++row) {
      for (const Column* part : parts) out.append_from(*part, row);
    }
    return;
  }
  out.recycle(static_cast<size_t>(rows) * stride);
  for (uint32_t i = 0; i < stride; ++i) spread_rows(*parts[i], rows, stride, i, out);
}

class ArrayNode : public ExpressionNode {
 public:
  ArrayNode(TypePtr type, std::vector<ExpressionNodePtr> elements)
      : ExpressionNode(std::move(type), std::move(elements), false), contained_(child_count()) {}

  ColumnView evaluate(ExpressionFrame& frame) override {
    parts_.clear();
    for (size_t i = 0; i < child_count(); ++i) parts_.push_back(contained_[i].evaluate(child(i), frame).column);
    Column& out = fresh(frame.rows);
    for (uint32_t row = 0; row < frame.rows; ++row) {
      out.offsets()[row + 1] = (row + 1) * static_cast<uint32_t>(child_count());
    }
    interleave_rows(parts_, frame.rows, out.child(0));
    out.set_all_valid();
    return result();
  }

 private:
  std::vector<ContainedEvaluation> contained_;
  std::vector<const Column*> parts_;
};

class MapNode : public ExpressionNode {
 public:
  MapNode(TypePtr type, std::vector<ExpressionNodePtr> entries)
      : ExpressionNode(std::move(type), std::move(entries), false), contained_(child_count()) {}

  ColumnView evaluate(ExpressionFrame& frame) override {
    keys_.clear();
    values_.clear();
    for (size_t i = 0; i < child_count(); i += 2) {
      keys_.push_back(contained_[i].evaluate(child(i), frame).column);
      values_.push_back(contained_[i + 1].evaluate(child(i + 1), frame).column);
    }
    Column& out = fresh(0);
    for (uint32_t row = 0; row < frame.rows; ++row) {
      for (size_t i = 0; i < keys_.size(); ++i) {
        if (comes_again(i, row)) continue;
        out.child(0).append_from(*keys_[i], row);
        out.child(1).append_from(*values_[i], row);
      }
      out.close_row();
    }
    return result();
  }

 private:
  bool comes_again(size_t i, uint32_t row) const {
    for (size_t j = i + 1; j < keys_.size(); ++j) {
      if (keys_[i]->equals(row, *keys_[j], row)) return true;
    }
    return false;
  }

  std::vector<ContainedEvaluation> contained_;
  std::vector<const Column*> keys_, values_;
};

class StructNode : public ExpressionNode {
 public:
  StructNode(TypePtr type, std::vector<ExpressionNodePtr> fields)
      : ExpressionNode(std::move(type), std::move(fields), false), contained_(child_count()) {}

  ColumnView evaluate(ExpressionFrame& frame) override {
    parts_.clear();
    for (size_t i = 0; i < child_count(); ++i) parts_.push_back(contained_[i].evaluate(child(i), frame).column);
    Column& out = fresh(frame.rows);
    for (size_t i = 0; i < parts_.size(); ++i) copy_rows(*parts_[i], frame.rows, out.child(i));
    out.set_all_valid();
    return result();
  }

 private:
  std::vector<ContainedEvaluation> contained_;
  std::vector<const Column*> parts_;
};

}  // namespace

ExpressionNodePtr make_field(TypePtr type, int index, ExpressionNodePtr base) {
  return std::make_unique<FieldNode>(std::move(type), index, nested_operands(std::move(base)));
}

ExpressionNodePtr make_subscript(TypePtr type, ExpressionNodePtr base, ExpressionNodePtr index) {
  const bool map = base->type()->kind() == TypeKind::kMap;
  std::vector<ExpressionNodePtr> operands = nested_operands(std::move(base), std::move(index));
  if (map) return std::make_unique<MapSubscriptNode>(std::move(type), std::move(operands));
  return std::make_unique<ArraySubscriptNode>(std::move(type), std::move(operands));
}

ExpressionNodePtr make_array(TypePtr type, std::vector<ExpressionNodePtr> elements) {
  return std::make_unique<ArrayNode>(std::move(type), std::move(elements));
}

ExpressionNodePtr make_map(TypePtr type, std::vector<ExpressionNodePtr> entries) {
  return std::make_unique<MapNode>(std::move(type), std::move(entries));
}

ExpressionNodePtr make_struct(TypePtr type, std::vector<ExpressionNodePtr> fields) {
  return std::make_unique<StructNode>(std::move(type), std::move(fields));
}

}  // namespace weir
