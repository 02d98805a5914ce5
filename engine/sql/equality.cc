// Structural equality of the syntax tree. Positions and whether a name was quoted don't count.
#include <algorithm>
#include <bit>

#include "engine/sql/formatter.h"

namespace weir::sql {

namespace {

struct SameTree {
  bool operator()(bool a, bool b) const { return a == b; }
  bool operator()(int a, int b) const { return a == b; }
  bool operator()(int64_t a, int64_t b) const { return a == b; }
  bool operator()(const std::string& a, const std::string& b) const { return a == b; }
  bool operator()(const Identifier& a, const Identifier& b) const { return a.name == b.name; }

  template <class Enum>
  requires std::is_enum_v<Enum>
  bool operator()(Enum a, Enum b) const { return a == b; }
  template <class T>
  bool operator()(const std::shared_ptr<const T>& a, const std::shared_ptr<const T>& b) const {
    return a && b ? (*this)(*a, *b) : a == b;
  }
  template <class T>
  bool operator()(const std::optional<T>& a, const std::optional<T>& b) const {
    return a && b ? (*this)(*a, *b) : a.has_value() == b.has_value();
  }
  template <class T>
  bool operator()(const std::vector<T>& a, const std::vector<T>& b) const {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), *this);
  }
  template <class A, class B>
  bool operator()(const std::pair<A, B>& a, const std::pair<A, B>& b) const {
    return (*this)(a.first, b.first) && (*this)(a.second, b.second);
  }

  // The members of two nodes, pair by pair.
  bool all() const { return true; }
  template <class T, class... Rest>
  bool all(const T& a, const T& b, const Rest&... rest) const {
    return (*this)(a, b) && all(rest...);
  }

  bool operator()(const TypeName& a, const TypeName& b) const {
    return all(a.kind, b.kind, a.name, b.name, a.precision, b.precision, a.scale, b.scale, a.children, b.children,
               a.field_names, b.field_names);
  }

  // -------------------------------------------------------------- expressions

  template <class Node>
  static const Node& as(const Expr& expression) {
    return static_cast<const Node&>(expression);
  }

  bool operator()(const Expr& a, const Expr& b) const {
    if (a.kind != b.kind) return false;
    switch (a.kind) {
      case ExprKind::kNull:
      case ExprKind::kStar:
        return true;
      case ExprKind::kBoolean:
        return as<BooleanLiteral>(a).value == as<BooleanLiteral>(b).value;
      case ExprKind::kInteger:
      case ExprKind::kBigint:
        return as<IntegerLiteral>(a).value == as<IntegerLiteral>(b).value;
      case ExprKind::kDecimal:
        return as<DecimalLiteral>(a).text == as<DecimalLiteral>(b).text;
      case ExprKind::kDouble:
        return std::bit_cast<uint64_t>(as<DoubleLiteral>(a).value) ==
               std::bit_cast<uint64_t>(as<DoubleLiteral>(b).value);
      case ExprKind::kString:
        return as<StringLiteral>(a).value == as<StringLiteral>(b).value;
      case ExprKind::kInterval:
        return as<IntervalUnit>(a).unit == as<IntervalUnit>(b).unit;
      case ExprKind::kLambdaVariable:
        return node(as<LambdaVariable>(a), as<LambdaVariable>(b));
      case ExprKind::kColumn:
        return node(as<ColumnRef>(a), as<ColumnRef>(b));
      case ExprKind::kDereference:
        return node(as<Dereference>(a), as<Dereference>(b));
      case ExprKind::kSubscript:
        return node(as<Subscript>(a), as<Subscript>(b));
      case ExprKind::kUnary:
        return as<Unary>(a).op == as<Unary>(b).op && (*this)(as<Unary>(a).operand, as<Unary>(b).operand);
      case ExprKind::kBinary:
        return node(as<Binary>(a), as<Binary>(b));
      case ExprKind::kComparison:
        return node(as<Comparison>(a), as<Comparison>(b));
      case ExprKind::kLogical:
        return node(as<Logical>(a), as<Logical>(b));
      case ExprKind::kNot:
        return (*this)(as<Not>(a).operand, as<Not>(b).operand);
      case ExprKind::kBetween:
        return node(as<Between>(a), as<Between>(b));
      case ExprKind::kIn:
        return node(as<In>(a), as<In>(b));
      case ExprKind::kLike:
        return node(as<Like>(a), as<Like>(b));
      case ExprKind::kIsNull:
        return node(as<IsNull>(a), as<IsNull>(b));
      case ExprKind::kCase:
        return node(as<Case>(a), as<Case>(b));
      case ExprKind::kCast:
        return node(as<Cast>(a), as<Cast>(b));
      case ExprKind::kAtTimeZone:
        return node(as<AtTimeZone>(a), as<AtTimeZone>(b));
      case ExprKind::kFunction:
        return node(as<FunctionCall>(a), as<FunctionCall>(b));
      case ExprKind::kLambda:
        return node(as<Lambda>(a), as<Lambda>(b));
      case ExprKind::kArray:
        return (*this)(as<ArrayConstructor>(a).elements, as<ArrayConstructor>(b).elements);
      case ExprKind::kMap:
        return (*this)(as<MapConstructor>(a).entries, as<MapConstructor>(b).entries);
      case ExprKind::kStruct:
        return (*this)(as<StructConstructor>(a).fields, as<StructConstructor>(b).fields);
    }
    return false;
  }

  bool node(const LambdaVariable& a, const LambdaVariable& b) const { return all(a.name, b.name); }
  bool node(const ColumnRef& a, const ColumnRef& b) const { return all(a.qualifier, b.qualifier, a.name, b.name); }
  bool node(const Dereference& a, const Dereference& b) const { return all(a.base, b.base, a.field, b.field); }
  bool node(const Subscript& a, const Subscript& b) const { return all(a.base, b.base, a.index, b.index); }
  bool node(const Binary& a, const Binary& b) const { return all(a.op, b.op, a.left, b.left, a.right, b.right); }
  bool node(const Comparison& a, const Comparison& b) const {
    return all(a.op, b.op, a.left, b.left, a.right, b.right);
  }
  bool node(const Logical& a, const Logical& b) const {
    return all(a.is_and, b.is_and, a.left, b.left, a.right, b.right);
  }
  bool node(const Between& a, const Between& b) const {
    return all(a.negated, b.negated, a.operand, b.operand, a.low, b.low, a.high, b.high);
  }
  bool node(const In& a, const In& b) const { return all(a.negated, b.negated, a.operand, b.operand, a.list, b.list); }
  bool node(const Like& a, const Like& b) const {
    return all(a.negated, b.negated, a.operand, b.operand, a.pattern, b.pattern, a.escape, b.escape);
  }
  bool node(const IsNull& a, const IsNull& b) const { return all(a.negated, b.negated, a.operand, b.operand); }
  bool operator()(const WhenClause& a, const WhenClause& b) const {
    return all(a.condition, b.condition, a.result, b.result);
  }
  bool node(const Case& a, const Case& b) const {
    return all(a.operand, b.operand, a.whens, b.whens, a.otherwise, b.otherwise);
  }
  bool node(const Cast& a, const Cast& b) const { return all(a.operand, b.operand, a.type, b.type); }
  bool node(const AtTimeZone& a, const AtTimeZone& b) const { return all(a.operand, b.operand, a.zone, b.zone); }
  bool node(const FunctionCall& a, const FunctionCall& b) const {
    return all(a.name, b.name, a.arguments, b.arguments);
  }
  bool node(const Lambda& a, const Lambda& b) const { return all(a.parameters, b.parameters, a.body, b.body); }

  // -------------------------------------------------------------- queries

  bool operator()(const Duration& a, const Duration& b) const { return all(a.value, b.value, a.unit, b.unit); }
  bool operator()(const SelectItem& a, const SelectItem& b) const {
    return all(a.kind, b.kind, a.expression, b.expression, a.alias, b.alias, a.source, b.source);
  }
  bool operator()(const StartPosition& a, const StartPosition& b) const {
    return all(a.kind, b.kind, a.timestamp, b.timestamp, a.offset, b.offset);
  }
  bool operator()(const TableRef& a, const TableRef& b) const {
    return all(a.name, b.name, a.alias, b.alias, a.subquery, b.subquery, a.start, b.start);
  }
  bool operator()(const WithinClause& a, const WithinClause& b) const {
    return all(a.before, b.before, a.after, b.after, a.asymmetric, b.asymmetric, a.grace, b.grace);
  }
  bool operator()(const Join& a, const Join& b) const {
    return all(a.type, b.type, a.right, b.right, a.within, b.within, a.criteria, b.criteria);
  }
  bool operator()(const WindowClause& a, const WindowClause& b) const {
    return all(a.kind, b.kind, a.size, b.size, a.advance, b.advance, a.retention, b.retention, a.grace, b.grace, a.name,
               b.name);
  }
  bool operator()(const CommonTable& a, const CommonTable& b) const { return all(a.name, b.name, a.query, b.query); }
  bool operator()(const Query& a, const Query& b) const {
    return all(a.with, b.with, a.items, b.items, a.from, b.from, a.joins, b.joins, a.window, b.window, a.where,
               b.where) &&
           all(a.group_by, b.group_by, a.partition_by, b.partition_by, a.having, b.having, a.emit, b.emit, a.limit,
               b.limit);
  }

  // -------------------------------------------------------------- statements

  bool operator()(const Property& a, const Property& b) const { return all(a.name, b.name, a.value, b.value); }
  bool operator()(const ColumnDefinition& a, const ColumnDefinition& b) const {
    return all(a.name, b.name, a.type, b.type, a.role, b.role, a.header_key, b.header_key);
  }
  bool operator()(const SelectStatement& a, const SelectStatement& b) const { return all(a.query, b.query); }
  bool operator()(const CreateSource& a, const CreateSource& b) const {
    return all(a.kind, b.kind, a.or_replace, b.or_replace, a.if_not_exists, b.if_not_exists, a.read_only, b.read_only,
               a.name, b.name, a.elements, b.elements, a.properties, b.properties);
  }
  bool operator()(const CreateSourceAs& a, const CreateSourceAs& b) const {
    return all(a.kind, b.kind, a.or_replace, b.or_replace, a.if_not_exists, b.if_not_exists, a.name, b.name,
               a.properties, b.properties, a.query, b.query);
  }
  bool operator()(const InsertInto& a, const InsertInto& b) const {
    return all(a.target, b.target, a.properties, b.properties, a.query, b.query);
  }
  bool operator()(const InsertValues& a, const InsertValues& b) const {
    return all(a.target, b.target, a.columns, b.columns, a.values, b.values);
  }
  bool operator()(const DropSource& a, const DropSource& b) const {
    return all(a.kind, b.kind, a.if_exists, b.if_exists, a.delete_topic, b.delete_topic, a.name, b.name);
  }
  bool operator()(const AlterSource& a, const AlterSource& b) const {
    return all(a.kind, b.kind, a.name, b.name, a.columns, b.columns);
  }
  bool operator()(const CreateType& a, const CreateType& b) const {
    return all(a.if_not_exists, b.if_not_exists, a.name, b.name, a.type, b.type);
  }
  bool operator()(const DropType& a, const DropType& b) const { return all(a.if_exists, b.if_exists, a.name, b.name); }
  bool operator()(const ImportTopics& a, const ImportTopics& b) const { return all(a.like, b.like); }
  bool operator()(const Show& a, const Show& b) const {
    return all(a.kind, b.kind, a.all, b.all, a.extended, b.extended, a.scope, b.scope);
  }
  bool operator()(const Describe& a, const Describe& b) const {
    return all(a.kind, b.kind, a.name, b.name, a.extended, b.extended);
  }
  bool operator()(const Explain& a, const Explain& b) const {
    return all(a.query_id, b.query_id, a.statement, b.statement);
  }
  bool operator()(const Print& a, const Print& b) const {
    return all(a.topic, b.topic, a.from_beginning, b.from_beginning, a.interval, b.interval, a.limit, b.limit);
  }
  bool operator()(const ControlQuery& a, const ControlQuery& b) const {
    return all(a.action, b.action, a.query_id, b.query_id);
  }
  bool operator()(const ReplayDeadLetters& a, const ReplayDeadLetters& b) const { return all(a.query_id, b.query_id); }
  bool operator()(const SetProperty& a, const SetProperty& b) const { return all(a.name, b.name, a.value, b.value); }
  bool operator()(const UnsetProperty& a, const UnsetProperty& b) const { return all(a.name, b.name); }
  bool operator()(const AlterSystem& a, const AlterSystem& b) const { return all(a.name, b.name, a.value, b.value); }
  bool operator()(const DefineVariable& a, const DefineVariable& b) const {
    return all(a.name, b.name, a.value, b.value);
  }
  bool operator()(const UndefineVariable& a, const UndefineVariable& b) const { return all(a.name, b.name); }
  bool operator()(const RunScript& a, const RunScript& b) const { return all(a.path, b.path); }
  bool operator()(const CreateConnector& a, const CreateConnector& b) const {
    return all(a.is_source, b.is_source, a.if_not_exists, b.if_not_exists, a.name, b.name, a.properties, b.properties);
  }
  bool operator()(const DropConnector& a, const DropConnector& b) const {
    return all(a.if_exists, b.if_exists, a.name, b.name);
  }
  bool operator()(const AssertTopic& a, const AssertTopic& b) const {
    return all(a.exists, b.exists, a.topic, b.topic, a.properties, b.properties, a.timeout, b.timeout);
  }
  bool operator()(const AssertSchema& a, const AssertSchema& b) const {
    return all(a.exists, b.exists, a.subject, b.subject, a.id, b.id, a.timeout, b.timeout);
  }
  bool operator()(const AssertValues& a, const AssertValues& b) const {
    return all(a.tombstone, b.tombstone, a.source, b.source, a.columns, b.columns, a.values, b.values);
  }
  bool operator()(const AssertSource& a, const AssertSource& b) const {
    return all(a.kind, b.kind, a.name, b.name, a.elements, b.elements, a.properties, b.properties);
  }

  bool operator()(const Statement& a, const Statement& b) const {
    return std::visit(
        [this](const auto& left, const auto& right) {
          if constexpr (std::is_same_v<decltype(left), decltype(right)>) {
            return (*this)(left, right);
          } else {
            return false;
          }
        },
        a.body, b.body);
  }
};

}  // namespace

bool equal(const Expr& a, const Expr& b) { return SameTree()(a, b); }

bool equal(const Statement& a, const Statement& b) { return SameTree()(a, b); }

}  // namespace weir::sql
