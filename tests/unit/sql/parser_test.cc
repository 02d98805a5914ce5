#include "engine/sql/parser.h"

#include <doctest/doctest.h>

#include <limits>

namespace weir::sql {
namespace {

template <class T>
T parse_as(const std::string& text, Language language = Language::kStatements) {
  const StatementPtr statement = parse_statement(text, {}, language);
  REQUIRE(std::holds_alternative<T>(statement->body));
  return std::get<T>(statement->body);
}

QueryPtr parse_query(const std::string& text) { return parse_as<SelectStatement>(text).query; }

template <class T>
const T& as(const ExprPtr& expression) {
  const T* node = dynamic_cast<const T*>(expression.get());
  REQUIRE(node != nullptr);
  return *node;
}

TEST_CASE("a query keeps every clause") {
  const QueryPtr query = parse_query(
      "SELECT a AS x, b.*, * FROM s AS b LEFT OUTER JOIN t ON b.id = t.id WINDOW TUMBLING (SIZE 5 MINUTES, GRACE "
      "PERIOD 1 HOUR) "
      "WHERE a > 1 GROUP BY a, c PARTITION BY d HAVING COUNT(*) > 2 EMIT CHANGES LIMIT 7;");
  REQUIRE(query->items.size() == 3);
  CHECK(query->items[0].alias->name == "X");
  CHECK(query->items[1].kind == SelectItem::Kind::kSourceColumns);
  CHECK(query->items[1].source.name == "B");
  CHECK(query->items[2].kind == SelectItem::Kind::kAllColumns);
  CHECK(query->from.effective_alias() == "B");
  REQUIRE(query->joins.size() == 1);
  CHECK(query->joins[0].type == JoinType::kLeft);
  CHECK(query->joins[0].right.effective_alias() == "T");
  REQUIRE(query->window);
  CHECK(query->window->size.millis() == 300000);
  CHECK(query->window->grace->millis() == 3600000);
  CHECK(as<Comparison>(query->where).op == CompareOp::kGreater);
  CHECK(query->group_by.size() == 2);
  CHECK(query->partition_by.size() == 1);
  CHECK(as<Comparison>(query->having).op == CompareOp::kGreater);
  CHECK(query->emit == EmitMode::kChanges);
  CHECK(query->limit == 7);
}

}  // namespace
}  // namespace weir::sql
