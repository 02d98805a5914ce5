#include "engine/plan/expression_rewriter.h"

#include <memory>

namespace weir {

namespace {

class TreeRewriter {
 public:
  explicit TreeRewriter(const ExprReplacer& replace) : replace_(replace) {}

  sql::ExprPtr rewrite(const sql::ExprPtr& expression) {
    if (!expression) return expression;
    if (sql::ExprPtr replacement = replace_(expression)) return replacement;
    switch (expression->kind) {
      case sql::ExprKind::kDereference:
        return rewrite_parts<sql::Dereference>(expression, &sql::Dereference::base);
      case sql::ExprKind::kSubscript:
        return rewrite_parts<sql::Subscript>(expression, &sql::Subscript::base, &sql::Subscript::index);
      case sql::ExprKind::kUnary:
        return rewrite_parts<sql::Unary>(expression, &sql::Unary::operand);
      case sql::ExprKind::kBinary:
        return rewrite_parts<sql::Binary>(expression, &sql::Binary::left, &sql::Binary::right);
      case sql::ExprKind::kComparison:
        return rewrite_parts<sql::Comparison>(expression, &sql::Comparison::left, &sql::Comparison::right);
      case sql::ExprKind::kLogical:
        return rewrite_parts<sql::Logical>(expression, &sql::Logical::left, &sql::Logical::right);
      case sql::ExprKind::kNot:
        return rewrite_parts<sql::Not>(expression, &sql::Not::operand);
      case sql::ExprKind::kBetween:
        return rewrite_parts<sql::Between>(expression, &sql::Between::operand, &sql::Between::low, &sql::Between::high);
      case sql::ExprKind::kIn:
        return rewrite_parts<sql::In>(expression, &sql::In::operand, &sql::In::list);
      case sql::ExprKind::kLike:
        return rewrite_parts<sql::Like>(expression, &sql::Like::operand, &sql::Like::pattern);
      case sql::ExprKind::kIsNull:
        return rewrite_parts<sql::IsNull>(expression, &sql::IsNull::operand);
      case sql::ExprKind::kCase:
        return rewrite_parts<sql::Case>(expression, &sql::Case::operand, &sql::Case::whens, &sql::Case::otherwise);
      case sql::ExprKind::kCast:
        return rewrite_parts<sql::Cast>(expression, &sql::Cast::operand);
      case sql::ExprKind::kAtTimeZone:
        return rewrite_parts<sql::AtTimeZone>(expression, &sql::AtTimeZone::operand);
      case sql::ExprKind::kFunction:
        return rewrite_parts<sql::FunctionCall>(expression, &sql::FunctionCall::arguments);
      case sql::ExprKind::kLambda:
        return rewrite_parts<sql::Lambda>(expression, &sql::Lambda::body);
      case sql::ExprKind::kArray:
        return rewrite_parts<sql::ArrayConstructor>(expression, &sql::ArrayConstructor::elements);
      case sql::ExprKind::kMap:
        return rewrite_parts<sql::MapConstructor>(expression, &sql::MapConstructor::entries);
      case sql::ExprKind::kStruct:
        return rewrite_parts<sql::StructConstructor>(expression, &sql::StructConstructor::fields);
      default:
        return expression;  // literals, references, interval units, *
    }
  }

 private:
  // A copy of the node with the given members rewritten; the node itself when nothing below it changed.
  template <typename Node, typename... Members>
  sql::ExprPtr rewrite_parts(const sql::ExprPtr& expression, Members... members) {
    auto copy = std::make_shared<Node>(static_cast<const Node&>(*expression));
    bool changed = false;
    ((changed |= rewrite_member((*copy).*members)), ...);
    return changed ? sql::ExprPtr(std::move(copy)) : expression;
  }

  bool rewrite_member(sql::ExprPtr& part) {
    sql::ExprPtr result = rewrite(part);
    const bool changed = result != part;
    part = std::move(result);
    return changed;
  }
  template <typename Item>
  bool rewrite_member(std::vector<Item>& parts) {
    bool changed = false;
    for (Item& part : parts) changed |= rewrite_member(part);
    return changed;
  }
  bool rewrite_member(sql::WhenClause& part) {
    const bool condition = rewrite_member(part.condition);
    return rewrite_member(part.result) || condition;
  }
  bool rewrite_member(std::pair<sql::ExprPtr, sql::ExprPtr>& part) {
    const bool key = rewrite_member(part.first);
    return rewrite_member(part.second) || key;
  }
  bool rewrite_member(std::pair<sql::Identifier, sql::ExprPtr>& part) { return rewrite_member(part.second); }

  const ExprReplacer& replace_;
};

}  // namespace

sql::ExprPtr rewrite_expression(const sql::ExprPtr& expression, const ExprReplacer& replace) {
  return TreeRewriter(replace).rewrite(expression);
}

void visit_columns(const sql::ExprPtr& expression, const std::function<void(const sql::ColumnRef&)>& visit) {
  rewrite_expression(expression, [&](const sql::ExprPtr& node) -> sql::ExprPtr {
    if (node->kind == sql::ExprKind::kColumn) visit(static_cast<const sql::ColumnRef&>(*node));
    return nullptr;
  });
}

sql::ExprPtr make_column_ref(const std::string& name, const sql::Position& pos) {
  auto ref = std::make_shared<sql::ColumnRef>();
  ref->name = {name, true, pos};
  ref->pos = pos;
  return ref;
}

sql::ExprPtr make_column_ref(const std::string& qualifier, const std::string& name, const sql::Position& pos) {
  auto ref = std::make_shared<sql::ColumnRef>();
  ref->qualifier = sql::Identifier{qualifier, true, pos};
  ref->name = {name, true, pos};
  ref->pos = pos;
  return ref;
}

}  // namespace weir
