#include "engine/sql/formatter.h"

#include "engine/sql/expression_printer.h"
#include "engine/sql/statement_printer.h"

namespace weir::sql {

std::string to_sql(const Expr& expression) {
  std::string text;
  ExpressionPrinter(text).print(expression);
  return text;
}

std::string to_sql(const TypeName& type) {
  std::string text;
  ExpressionPrinter(text).print(type);
  return text;
}

std::string to_sql(const Query& query) {
  std::string text;
  StatementPrinter(text).print(query);
  return text;
}

std::string to_sql(const Statement& statement) {
  std::string text;
  StatementPrinter(text).print(statement);
  return text;
}

}  // namespace weir::sql
