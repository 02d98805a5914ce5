// Expressions as the binder would make them, and a batch to evaluate them on, for tests.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/exec/expression.h"
#include "engine/sql/error.h"

namespace weir::test {

inline std::shared_ptr<BoundExpr> bound(BoundKind kind, TypePtr type, std::vector<BoundExprPtr> args = {}) {
  auto e = std::make_shared<BoundExpr>();
  e->kind = kind;
  e->type = std::move(type);
  e->args = std::move(args);
  e->text = "E";
  return e;
}

inline BoundExprPtr literal(TypePtr type, Value value) {
  auto e = bound(BoundKind::kLiteral, std::move(type));
  e->value = std::move(value);
  return e;
}
inline BoundExprPtr integer(int32_t value) { return literal(Type::integer(), Value(value)); }
inline BoundExprPtr text(const char* value) { return literal(Type::string(), Value(value)); }
inline BoundExprPtr boolean(bool value) { return literal(Type::boolean(), Value(value)); }
inline BoundExprPtr null_of(TypePtr type) { return literal(std::move(type), Value()); }

inline BoundExprPtr column(TypePtr type, int index) {
  auto e = bound(BoundKind::kColumn, std::move(type));
  e->index = index;
  return e;
}

inline BoundExprPtr arithmetic(TypePtr type, sql::BinaryOp op, BoundExprPtr a, BoundExprPtr b) {
  auto e = bound(BoundKind::kArithmetic, std::move(type), {std::move(a), std::move(b)});
  e->arithmetic = op;
  return e;
}
inline BoundExprPtr compare(sql::CompareOp op, BoundExprPtr a, BoundExprPtr b) {
  auto e = bound(BoundKind::kCompare, Type::boolean(), {std::move(a), std::move(b)});
  e->compare = op;
  return e;
}
inline BoundExprPtr negatable(BoundKind kind, bool negated, std::vector<BoundExprPtr> args) {
  auto e = bound(kind, Type::boolean(), std::move(args));
  e->negated = negated;
  return e;
}
inline BoundExprPtr like(BoundExprPtr value, BoundExprPtr pattern, std::string escape = "", bool negated = false) {
  auto e = bound(BoundKind::kLike, Type::boolean(), {std::move(value), std::move(pattern)});
  e->escape = std::move(escape);
  e->negated = negated;
  return e;
}
inline BoundExprPtr cast(BoundExprPtr value, TypePtr type) {
  return bound(BoundKind::kCast, std::move(type), {std::move(value)});
}
inline BoundExprPtr field(BoundExprPtr base, int index) {
  auto e = bound(BoundKind::kField, base->type->fields()[static_cast<size_t>(index)].type, {base});
  e->index = index;
  return e;
}
// CASE with its operands: condition, result, …, otherwise.
inline BoundExprPtr case_of(TypePtr type, std::vector<BoundExprPtr> args) {
  return bound(BoundKind::kCase, std::move(type), std::move(args));
}

// A batch and what evaluating needs.
class Rows {
 public:
  explicit Rows(uint32_t rows = 0) { batch_.rows = rows; }

  // Adds a column; the batch has as many rows as the longest.
  Rows& add(TypePtr type, const std::vector<Value>& values) {
    auto column = std::make_shared<Column>(std::move(type));
    for (const Value& value : values) column->append_value(value, arena_);
    batch_.rows = std::max(batch_.rows, static_cast<uint32_t>(values.size()));
    batch_.columns.push_back(std::move(column));
    return *this;
  }

  ColumnPtr column(const BoundExprPtr& expression) {
    compiled_ = CompiledExpression::compile(expression);
    return again();
  }
  // The last expression once more.
  ColumnPtr again() {
    errors_.clear();
    EvalContext context{arena_, errors_};
    return compiled_->evaluate(batch_, context);
  }
  // Each row's value as text, NULL for NULL, separated by spaces.
  std::string operator()(const BoundExprPtr& expression) { return print(*column(expression)); }
  std::string print(const Column& column) const {
    std::string out;
    for (uint32_t row = 0; row < batch_.rows; ++row) {
      if (row > 0) out += ' ';
      out += column.is_null(row) ? "NULL" : to_text(column.value(row), *column.type());
    }
    return out;
  }
  // The rows that were reported, in the order of the reports.
  std::string failed() const {
    std::string out;
    for (const RowError& error : errors_.errors()) out += (out.empty() ? "" : " ") + std::to_string(error.row);
    return out;
  }
  const RowErrors& errors() const { return errors_; }
  Batch& batch() { return batch_; }
  Arena& arena() { return arena_; }

 private:
  Arena arena_;
  Batch batch_;
  RowErrors errors_;
  std::unique_ptr<CompiledExpression> compiled_;
};

}  // namespace weir::test
