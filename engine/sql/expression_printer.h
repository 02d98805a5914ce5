// Canonical text of expressions and types, appended to a string. Any thread.
#pragma once

#include <string>

#include "engine/sql/ast.h"

namespace weir::sql {

class ExpressionPrinter {
 public:
  explicit ExpressionPrinter(std::string& out) : out_(out) {}

  void print(const Expr& expression);
  void print(const ExprPtr& expression) { print(*expression); }
  void print(const TypeName& type);
  // What stands before [ ], -> or AT TIME ZONE, in parentheses where it would bind less tightly than they do.
  void print_base(const Expr& expression);
  // 'text', its quotes doubled and ${name} kept from being a variable.
  void print_string(const std::string& text);
  void print_name(const Identifier& name);

  template <class List>
  void print_list(const List& list) {
    const char* separator = "";
    for (const auto& item : list) {
      out_ += separator;
      print_item(item);
      separator = ", ";
    }
  }

 private:
  void print_item(const ExprPtr& expression) { print(*expression); }
  void print_item(const Identifier& name) { print_name(name); }
  void print_item(const std::pair<ExprPtr, ExprPtr>& entry);
  void print_item(const std::pair<Identifier, ExprPtr>& field);

  void print_literal(const Expr& expression);
  void print_infix(const Expr& left, const char* op, const Expr& right);
  void print_unary(const Unary& unary);
  void print_predicate(const Expr& expression);
  void print_case(const Case& choice);
  void print_call(const FunctionCall& call);
  void print_constructor(const Expr& expression);

  std::string& out_;
};

}  // namespace weir::sql
