#include "engine/sql/expression_printer.h"

#include <algorithm>
#include <charconv>

#include "engine/sql/formatter.h"
#include "engine/sql/interval_units.h"
#include "engine/sql/parser.h"
#include "engine/sql/variables.h"

namespace weir::sql {

namespace {

const char* binary_symbol(BinaryOp op) {
  switch (op) {
    case BinaryOp::kAdd:
      return " + ";
    case BinaryOp::kSubtract:
      return " - ";
    case BinaryOp::kMultiply:
      return " * ";
    case BinaryOp::kDivide:
      return " / ";
    case BinaryOp::kModulus:
      return " % ";
    case BinaryOp::kConcat:
      return " || ";
  }
  return "";
}

const char* comparison_symbol(CompareOp op) {
  switch (op) {
    case CompareOp::kEqual:
      return " = ";
    case CompareOp::kNotEqual:
      return " <> ";
    case CompareOp::kLess:
      return " < ";
    case CompareOp::kLessEqual:
      return " <= ";
    case CompareOp::kGreater:
      return " > ";
    case CompareOp::kGreaterEqual:
      return " >= ";
    case CompareOp::kDistinct:
      return " IS DISTINCT FROM ";
    case CompareOp::kNotDistinct:
      return " IS NOT DISTINCT FROM ";
  }
  return "";
}

// 1500.0 → 1.5E3: always with an exponent, for without one it would be a DECIMAL.
std::string double_text(double value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  const std::string text(buffer, end);
  const size_t e = text.find('e');
  std::string exponent = text.substr(e + 1);
  const bool negative = exponent[0] == '-';
  exponent.erase(0, std::min(exponent.find_first_not_of("+-0"), exponent.size() - 1));
  return text.substr(0, e) + (negative ? "E-" : "E") + exponent;
}

bool is_number(const Expr& expression) {
  return expression.kind == ExprKind::kInteger || expression.kind == ExprKind::kBigint ||
         expression.kind == ExprKind::kDecimal || expression.kind == ExprKind::kDouble;
}

bool is_negative_number(const Expr& expression) { return is_number(expression) && to_sql(expression)[0] == '-'; }

}  // namespace

void ExpressionPrinter::print(const Expr& expression) {
  switch (expression.kind) {
    case ExprKind::kNull:
    case ExprKind::kBoolean:
    case ExprKind::kInteger:
    case ExprKind::kBigint:
    case ExprKind::kDecimal:
    case ExprKind::kDouble:
    case ExprKind::kString:
      print_literal(expression);
      break;
    case ExprKind::kColumn: {
      const auto& column = static_cast<const ColumnRef&>(expression);
      if (column.qualifier) {
        print_name(*column.qualifier);
        out_ += '.';
      }
      print_name(column.name);
      break;
    }
    case ExprKind::kDereference: {
      const auto& dereference = static_cast<const Dereference&>(expression);
      print_base(*dereference.base);
      out_ += "->";
      print_name(dereference.field);
      break;
    }
    case ExprKind::kSubscript: {
      const auto& subscript = static_cast<const Subscript&>(expression);
      print_base(*subscript.base);
      out_ += '[';
      print(*subscript.index);
      out_ += ']';
      break;
    }
    case ExprKind::kUnary:
      print_unary(static_cast<const Unary&>(expression));
      break;
    case ExprKind::kBinary: {
      const auto& binary = static_cast<const Binary&>(expression);
      print_infix(*binary.left, binary_symbol(binary.op), *binary.right);
      break;
    }
    case ExprKind::kComparison: {
      const auto& comparison = static_cast<const Comparison&>(expression);
      print_infix(*comparison.left, comparison_symbol(comparison.op), *comparison.right);
      break;
    }
    case ExprKind::kLogical: {
      const auto& logical = static_cast<const Logical&>(expression);
      print_infix(*logical.left, logical.is_and ? " AND " : " OR ", *logical.right);
      break;
    }
    case ExprKind::kNot:
    case ExprKind::kBetween:
    case ExprKind::kIn:
    case ExprKind::kLike:
    case ExprKind::kIsNull:
      print_predicate(expression);
      break;
    case ExprKind::kCase:
      print_case(static_cast<const Case&>(expression));
      break;
    case ExprKind::kCast: {
      const auto& cast = static_cast<const Cast&>(expression);
      out_ += "CAST(";
      print(*cast.operand);
      out_ += " AS ";
      print(*cast.type);
      out_ += ')';
      break;
    }
    case ExprKind::kAtTimeZone: {
      const auto& zoned = static_cast<const AtTimeZone&>(expression);
      print_base(*zoned.operand);
      out_ += " AT TIME ZONE ";
      print_string(zoned.zone);
      break;
    }
    case ExprKind::kFunction:
      print_call(static_cast<const FunctionCall&>(expression));
      break;
    case ExprKind::kLambda: {
      const auto& lambda = static_cast<const Lambda&>(expression);
      out_ += '(';
      print_list(lambda.parameters);
      out_ += ") => ";
      print(*lambda.body);
      break;
    }
    case ExprKind::kLambdaVariable:
      print_name(static_cast<const LambdaVariable&>(expression).name);
      break;
    case ExprKind::kInterval:
      out_ += static_cast<const IntervalUnit&>(expression).unit;
      break;
    case ExprKind::kArray:
    case ExprKind::kMap:
    case ExprKind::kStruct:
      print_constructor(expression);
      break;
    case ExprKind::kStar:
      out_ += '*';
      break;
  }
}

void ExpressionPrinter::print_literal(const Expr& expression) {
  switch (expression.kind) {
    case ExprKind::kBoolean:
      out_ += static_cast<const BooleanLiteral&>(expression).value ? "true" : "false";
      break;
    case ExprKind::kInteger:
    case ExprKind::kBigint:
      out_ += std::to_string(static_cast<const IntegerLiteral&>(expression).value);
      break;
    case ExprKind::kDecimal: {
      const std::string& text = static_cast<const DecimalLiteral&>(expression).text;
      out_ += text;
      if (text.find('.') == std::string::npos) out_ += '.';  // without the point it would be an INTEGER
      break;
    }
    case ExprKind::kDouble:
      out_ += double_text(static_cast<const DoubleLiteral&>(expression).value);
      break;
    case ExprKind::kString:
      print_string(static_cast<const StringLiteral&>(expression).value);
      break;
    default:
      out_ += "null";
  }
}

void ExpressionPrinter::print_infix(const Expr& left, const char* op, const Expr& right) {
  out_ += '(';
  print(left);
  out_ += op;
  print(right);
  out_ += ')';
}

void ExpressionPrinter::print_unary(const Unary& unary) {
  std::string operand;
  ExpressionPrinter(operand).print(*unary.operand);
  // -(1) is an operation but -1 a literal, and -- begins a comment.
  const bool parentheses = operand[0] == '-' || operand[0] == '+' || (unary.op == '-' && is_number(*unary.operand));
  out_ += unary.op;
  out_ += parentheses ? "(" + operand + ")" : operand;
}

void ExpressionPrinter::print_base(const Expr& expression) {
  const bool parentheses = expression.kind == ExprKind::kUnary || expression.kind == ExprKind::kAtTimeZone ||
                           expression.kind == ExprKind::kLambda || is_negative_number(expression);
  if (parentheses) out_ += '(';
  print(expression);
  if (parentheses) out_ += ')';
}

void ExpressionPrinter::print_predicate(const Expr& expression) {
  out_ += '(';
  switch (expression.kind) {
    case ExprKind::kNot:
      out_ += "NOT ";
      print(*static_cast<const Not&>(expression).operand);
      break;
    case ExprKind::kBetween: {
      const auto& between = static_cast<const Between&>(expression);
      print(*between.operand);
      out_ += between.negated ? " NOT BETWEEN " : " BETWEEN ";
      print(*between.low);
      out_ += " AND ";
      print(*between.high);
      break;
    }
    case ExprKind::kIn: {
      const auto& in = static_cast<const In&>(expression);
      print(*in.operand);
      out_ += in.negated ? " NOT IN (" : " IN (";
      print_list(in.list);
      out_ += ')';
      break;
    }
    case ExprKind::kLike: {
      const auto& like = static_cast<const Like&>(expression);
      print(*like.operand);
      out_ += like.negated ? " NOT LIKE " : " LIKE ";
      print(*like.pattern);
      if (like.escape) {
        out_ += " ESCAPE ";
        print_string(*like.escape);
      }
      break;
    }
    default: {
      const auto& is_null = static_cast<const IsNull&>(expression);
      print(*is_null.operand);
      out_ += is_null.negated ? " IS NOT NULL" : " IS NULL";
    }
  }
  out_ += ')';
}

void ExpressionPrinter::print_case(const Case& choice) {
  out_ += "(CASE";
  if (choice.operand) {
    out_ += ' ';
    print(*choice.operand);
  }
  for (const WhenClause& when : choice.whens) {
    out_ += " WHEN ";
    print(*when.condition);
    out_ += " THEN ";
    print(*when.result);
  }
  if (choice.otherwise) {
    out_ += " ELSE ";
    print(*choice.otherwise);
  }
  out_ += " END)";
}

void ExpressionPrinter::print_call(const FunctionCall& call) {
  print_name(call.name);
  out_ += '(';
  const char* separator = "";
  for (const ExprPtr& argument : call.arguments) {
    out_ += separator;
    separator = ", ";
    // A column whose name is a unit's would be read back as that unit.
    if (argument == call.arguments.front() && argument->kind == ExprKind::kColumn &&
        takes_interval_unit(call.name.name)) {
      const auto& column = static_cast<const ColumnRef&>(*argument);
      if (!column.qualifier && interval_unit(column.name.name)) {
        out_ += "`" + column.name.name + "`";
        continue;
      }
    }
    print(*argument);
  }
  out_ += ')';
}

void ExpressionPrinter::print_constructor(const Expr& expression) {
  if (expression.kind == ExprKind::kArray) {
    out_ += "ARRAY[";
    print_list(static_cast<const ArrayConstructor&>(expression).elements);
    out_ += ']';
  } else if (expression.kind == ExprKind::kMap) {
    out_ += "MAP(";
    print_list(static_cast<const MapConstructor&>(expression).entries);
    out_ += ')';
  } else {
    out_ += "STRUCT(";
    print_list(static_cast<const StructConstructor&>(expression).fields);
    out_ += ')';
  }
}

void ExpressionPrinter::print_item(const std::pair<ExprPtr, ExprPtr>& entry) {
  print(*entry.first);
  out_ += ":=";
  print(*entry.second);
}

void ExpressionPrinter::print_item(const std::pair<Identifier, ExprPtr>& field) {
  print_name(field.first);
  out_ += ":=";
  print(*field.second);
}

void ExpressionPrinter::print(const TypeName& type) {
  switch (type.kind) {
    case TypeName::Kind::kNamed:
      print_name(type.name);
      break;
    case TypeName::Kind::kDecimal:
      out_ += "DECIMAL(" + std::to_string(type.precision) + ", " + std::to_string(type.scale) + ")";
      break;
    case TypeName::Kind::kArray:
      out_ += "ARRAY<";
      print(*type.children[0]);
      out_ += '>';
      break;
    case TypeName::Kind::kMap:
      out_ += "MAP<";
      print(*type.children[0]);
      out_ += ", ";
      print(*type.children[1]);
      out_ += '>';
      break;
    case TypeName::Kind::kStruct: {
      out_ += "STRUCT<";
      for (size_t i = 0; i < type.children.size(); ++i) {
        if (i > 0) out_ += ", ";
        print_name(type.field_names[i]);
        out_ += ' ';
        print(*type.children[i]);
      }
      out_ += '>';
      break;
    }
  }
}

void ExpressionPrinter::print_string(const std::string& text) {
  out_ += '\'';
  for (const char c : escape_variables(text)) {
    if (c == '\'') out_ += '\'';
    out_ += c;
  }
  out_ += '\'';
}

void ExpressionPrinter::print_name(const Identifier& name) { out_ += quote_identifier(name.name); }

}  // namespace weir::sql
