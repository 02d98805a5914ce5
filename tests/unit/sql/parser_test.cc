#include "engine/sql/parser.h"

#include <doctest/doctest.h>

#include <algorithm>
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

TEST_CASE("joins, in order, with their windows") {
  const QueryPtr query = parse_query(
      "SELECT * FROM a JOIN b WITHIN 5 SECONDS ON a.i = b.i FULL OUTER JOIN c WITHIN (1 MINUTE, 0 HOURS) GRACE PERIOD "
      "2 DAYS ON b.i = c.i "
      "RIGHT JOIN d AS e ON true INNER JOIN f ON true;");
  REQUIRE(query->joins.size() == 4);
  CHECK(query->joins[0].type == JoinType::kInner);
  CHECK(query->joins[0].within->before.millis() == 5000);
  CHECK(query->joins[0].within->after.millis() == 5000);
  CHECK_FALSE(query->joins[0].within->asymmetric);
  CHECK(query->joins[1].type == JoinType::kFull);
  CHECK(query->joins[1].within->asymmetric);
  CHECK(query->joins[1].within->before.millis() == 60000);
  CHECK(query->joins[1].within->after.millis() == 0);
  CHECK(query->joins[1].within->grace->millis() == 2 * 86400000);
  CHECK(query->joins[2].type == JoinType::kRight);
  CHECK(query->joins[2].right.effective_alias() == "E");
  CHECK(query->joins[3].type == JoinType::kInner);
}

TEST_CASE("windows") {
  CHECK(parse_query("SELECT 1 FROM s WINDOW HOPPING (SIZE 30 SECONDS, ADVANCE BY 10 SECONDS) GROUP BY a")
            ->window->advance->millis() == 10000);
  const auto session =
      parse_query("SELECT 1 FROM s WINDOW w SESSION (3 MILLISECONDS, GRACE PERIOD 1 DAY, RETENTION 9 DAYS) GROUP BY a")
          ->window;
  CHECK(session->kind == WindowClause::Kind::kSession);
  CHECK(session->name->name == "W");
  CHECK(session->size.millis() == 3);
  CHECK(session->grace->millis() == 86400000);
  CHECK(session->retention->millis() == 9 * 86400000);
}

TEST_CASE("groupings with and without parentheses") {
  CHECK(parse_query("SELECT 1 FROM s GROUP BY a, b")->group_by.size() == 2);
  CHECK(parse_query("SELECT 1 FROM s GROUP BY (a, b)")->group_by.size() == 2);
  CHECK(parse_query("SELECT 1 FROM s GROUP BY (a), b")->group_by.size() == 2);
  CHECK(parse_query("SELECT 1 FROM s GROUP BY (a)")->group_by.size() == 1);
  CHECK(parse_query("SELECT 1 FROM s GROUP BY (a) + 1")->group_by.size() == 1);
  CHECK_THROWS_AS(parse_query("SELECT 1 FROM s GROUP BY ()"), StatementError);
}

TEST_CASE("operators bind as in ksqlDB") {
  const auto top = [](const char* text) { return parse_expression(text)->kind; };
  CHECK(top("a OR b AND c") == ExprKind::kLogical);
  CHECK_FALSE(as<Logical>(parse_expression("a OR b AND c")).is_and);
  CHECK(as<Logical>(parse_expression("NOT a AND b")).left->kind == ExprKind::kNot);
  CHECK(as<Not>(parse_expression("NOT a = b")).operand->kind == ExprKind::kComparison);
  CHECK(as<Binary>(parse_expression("a || b + c")).op == BinaryOp::kConcat);
  CHECK(as<Binary>(parse_expression("a + b * c")).op == BinaryOp::kAdd);
  CHECK(as<Binary>(parse_expression("-a * b")).left->kind == ExprKind::kUnary);
  CHECK(as<Unary>(parse_expression("-a AT TIME ZONE 'UTC'")).operand->kind == ExprKind::kAtTimeZone);
  CHECK(as<AtTimeZone>(parse_expression("a->b AT TIME ZONE 'UTC'")).operand->kind == ExprKind::kDereference);
  CHECK_THROWS_AS(parse_expression("a = b = c"), StatementError);
  CHECK_THROWS_AS(parse_expression("a < b < c"), StatementError);
}

TEST_CASE("numbers have the type that their text says") {
  const auto integer = [](const char* text) { return as<IntegerLiteral>(parse_expression(text)); };
  CHECK(integer("2147483647").kind == ExprKind::kInteger);
  CHECK(integer("2147483648").kind == ExprKind::kBigint);
  CHECK(integer("-2147483648").kind == ExprKind::kInteger);
  CHECK(integer("-2147483649").kind == ExprKind::kBigint);
  CHECK(integer("00012").value == 12);
  CHECK(integer("9223372036854775807").value == std::numeric_limits<int64_t>::max());
  CHECK(integer("-9223372036854775808").value == std::numeric_limits<int64_t>::min());
  CHECK(integer("- 1").value == -1);
  CHECK(as<DecimalLiteral>(parse_expression("1.50")).text == "1.50");
  CHECK(as<DecimalLiteral>(parse_expression("-.5")).text == "-0.5");
  CHECK(as<DecimalLiteral>(parse_expression("007.")).text == "7");
  CHECK(as<DoubleLiteral>(parse_expression("1e3")).value == 1000);
  CHECK(as<DoubleLiteral>(parse_expression("-.5E-1")).value == -0.05);
  CHECK(as<DoubleLiteral>(parse_expression("4.9E-324")).value == std::numeric_limits<double>::denorm_min());
  CHECK(as<DoubleLiteral>(parse_expression("1E-400")).value == 0);
  CHECK(as<Binary>(parse_expression("a -1")).op == BinaryOp::kSubtract);
}

TEST_CASE("names: case, quotes, and words of the language") {
  const auto column = [](const std::string& text) { return as<ColumnRef>(parse_expression(text)); };
  CHECK(column("aBc").name.name == "ABC");
  CHECK_FALSE(column("aBc").name.quoted);
  CHECK(column("`aBc`").name.name == "aBc");
  CHECK(column("`aBc`").name.quoted);
  CHECK(column("\"a\"\"b\"").name.name == "a\"b");
  CHECK(column("`a``b.c`").name.name == "a`b.c");
  CHECK(column("_a@1").name.name == "_A@1");
  CHECK(column("1st").name.name == "1ST");
  CHECK(column("s.`x`").qualifier->name == "S");
  for (const char* word :
       {"id",      "source",   "key",     "value",     "timestamp", "date",       "time",    "type",
        "types",   "topic",    "query",   "partition", "window",    "start",      "end",     "first",
        "count",   "language", "rank",    "offset",    "session",   "size",       "map",     "array",
        "struct",  "string",   "integer", "interval",  "day",       "seconds",    "if",      "replace",
        "header",  "headers",  "emit",    "changes",   "final",     "show",       "list",    "tables",
        "streams", "set",      "delete",  "import",    "pause",     "schema",     "subject", "primary",
        "zone",    "year",     "sample",  "print",     "run",       "properties", "grace"}) {
    CAPTURE(word);
    const std::string name(word);
    CHECK(column(name).name.quoted == false);
    CHECK(column(name + "." + name).name.name.size() == name.size());
    CHECK_NOTHROW(
        parse_statement("CREATE STREAM " + name + " (" + name + " STRING, k INT KEY) WITH (kafka_topic='x');"));
    CHECK_NOTHROW(parse_statement("SELECT " + name + ", x AS " + name + ", " + name + ".* , f(" + name + "), " + name +
                                  "->" + name + " FROM " + name + " AS " + name + " WHERE " + name + " = 1 GROUP BY " +
                                  name + " EMIT CHANGES;"));
    CHECK_NOTHROW(parse_statement("INSERT INTO " + name + " (" + name + ") VALUES (" + name + ");"));
    CHECK_NOTHROW(parse_type_name("STRUCT<" + name + " INT>"));
  }
  for (const char* reserved : {"SELECT", "FROM", "TABLE", "STREAM", "AND", "CASE"}) {
    CHECK(needs_quotes(reserved));
    CHECK_THROWS_AS(parse_expression(reserved), StatementError);
  }
  CHECK(quote_identifier("A") == "A");
  CHECK(quote_identifier("ID") == "ID");
  CHECK(quote_identifier("a") == "`a`");
  CHECK(quote_identifier("FROM") == "`FROM`");
  CHECK(quote_identifier("A-B") == "`A-B`");
  CHECK(quote_identifier("1A") == "`1A`");
  CHECK(quote_identifier("") == "``");
  CHECK(std::is_sorted(keywords().begin(), keywords().end()));
  CHECK(std::binary_search(keywords().begin(), keywords().end(), "SELECT"));
  CHECK(std::binary_search(keywords().begin(), keywords().end(), "NULL"));
}

TEST_CASE("a relation's alias is not mistaken for the clause that follows") {
  CHECK_FALSE(parse_query("SELECT * FROM s EMIT CHANGES")->from.alias);
  CHECK_FALSE(parse_query("SELECT * FROM s PARTITION BY a")->from.alias);
  CHECK_FALSE(parse_query("SELECT a FROM s WINDOW TUMBLING (SIZE 1 DAY) GROUP BY a")->from.alias);
  CHECK(parse_query("SELECT * FROM s AS window EMIT CHANGES")->from.alias->name == "WINDOW");
  CHECK(parse_query("SELECT * FROM s source EMIT CHANGES")->from.alias->name == "SOURCE");
}

TEST_CASE("lambdas know their arguments") {
  const auto call = as<FunctionCall>(parse_expression("REDUCE(m, s, (a, b) => a + TRANSFORM(b, c => c + a + x))"));
  REQUIRE(call.arguments.size() == 3);
  const auto& lambda = as<Lambda>(call.arguments[2]);
  CHECK(lambda.parameters.size() == 2);
  const auto& sum = as<Binary>(lambda.body);
  CHECK(as<LambdaVariable>(sum.left).name.name == "A");
  const auto& inner = as<Lambda>(as<FunctionCall>(sum.right).arguments[1]);
  const auto& inner_sum = as<Binary>(inner.body);
  CHECK(inner_sum.right->kind == ExprKind::kColumn);
  CHECK(as<Binary>(inner_sum.left).right->kind == ExprKind::kLambdaVariable);
  CHECK(as<FunctionCall>(parse_expression("f(a => a, a)")).arguments[1]->kind == ExprKind::kColumn);
}

TEST_CASE("properties") {
  const auto source =
      parse_as<CreateSource>("CREATE STREAM s WITH (kafka_topic='T', 'a.b'='c', \"D.e\"=true, partitions=-3, x=null);");
  REQUIRE(source.properties.size() == 5);
  CHECK(source.properties[0].name == "KAFKA_TOPIC");
  CHECK(as<StringLiteral>(source.properties[0].value).value == "T");
  CHECK(source.properties[1].name == "a.b");
  CHECK(source.properties[2].name == "D.e");
  CHECK(as<IntegerLiteral>(source.properties[3].value).value == -3);
  CHECK(source.properties[4].value->kind == ExprKind::kNull);
}

TEST_CASE("columns of a source and their roles") {
  using Role = ColumnDefinition::Role;
  const auto source = parse_as<CreateSource>(
      "CREATE OR REPLACE SOURCE STREAM IF NOT EXISTS s (a INT KEY, b ARRAY<STRUCT<key STRING, value BYTES>> HEADERS, c "
      "BYTES HEADER('x'), d my_type);");
  CHECK(source.or_replace);
  CHECK(source.read_only);
  CHECK(source.if_not_exists);
  REQUIRE(source.elements.size() == 4);
  CHECK(source.elements[0].role == Role::kKey);
  CHECK(source.elements[1].role == Role::kHeaders);
  CHECK(source.elements[1].type->children[0]->field_names[1].name == "VALUE");
  CHECK(source.elements[2].role == Role::kHeader);
  CHECK(source.elements[2].header_key == "x");
  CHECK(source.elements[3].role == Role::kValue);
  CHECK(source.elements[3].type->name.name == "MY_TYPE");
  CHECK(parse_as<CreateSource>("CREATE TABLE t (a INT PRIMARY KEY);").elements[0].role == Role::kPrimaryKey);
}

TEST_CASE("topics keep the case of their text") {
  CHECK(parse_as<Print>("PRINT myTopic FROM BEGINNING INTERVAL 2 LIMIT 3;").topic == "myTopic");
  CHECK(parse_as<Print>("PRINT myTopic FROM BEGINNING INTERVAL 2 LIMIT 3;").interval == 2);
  CHECK(parse_as<Print>("PRINT myTopic FROM BEGINNING INTERVAL 2 LIMIT 3;").limit == 3);
  CHECK(parse_as<Print>("PRINT 'my-Topic' LIMIT 3;").topic == "my-Topic");
  CHECK(parse_as<Print>("PRINT `my-Topic`;").topic == "my-Topic");
  CHECK(parse_as<AssertTopic>("ASSERT NOT EXISTS TOPIC Abc TIMEOUT 3 SECONDS;").topic == "Abc");
}

TEST_CASE("our own extensions") {
  CHECK(parse_as<ImportTopics>("IMPORT TOPICS LIKE 'shop.%' AS STREAMS;").like == "shop.%");
  const QueryPtr query = parse_query(
      "WITH a AS (SELECT * FROM b) SELECT * FROM (SELECT * FROM a AT OFFSET 5) AS c JOIN d AT TIMESTAMP 'x' ON true");
  CHECK(query->with[0].name.name == "A");
  REQUIRE(query->from.subquery);
  CHECK(query->from.subquery->from.start->offset == 5);
  CHECK(query->joins[0].right.start->timestamp == "x");
}

TEST_CASE("a statement keeps its text and place") {
  const std::string script = "-- first\nSHOW STREAMS ; \n  SELECT 'ü' AS a, /* why */ b\n FROM s -- end\n;";
  const auto statements = parse_script(script);
  REQUIRE(statements.size() == 2);
  CHECK(statements[0]->text == "SHOW STREAMS");
  CHECK(statements[0]->pos.line == 2);
  CHECK(statements[1]->text == "SELECT 'ü' AS a, /* why */ b\n FROM s");
  CHECK(statements[1]->pos.column == 3);
  const auto& query = *std::get<SelectStatement>(statements[1]->body).query;
  const Position pos = query.items[1].pos;
  CHECK(script.substr(pos.begin, pos.end - pos.begin) == "b");
  CHECK(pos.line == 3);
  CHECK(pos.column == 30);
  CHECK(script.substr(query.from.pos.begin, query.from.pos.end - query.from.pos.begin) == "s");
  const auto explained = parse_as<Explain>("EXPLAIN  SELECT a  FROM b;");
  CHECK(explained.statement->text == "SELECT a  FROM b");
}

TEST_CASE("one statement, with or without its semicolon") {
  CHECK_NOTHROW(parse_statement("SHOW STREAMS"));
  CHECK_NOTHROW(parse_statement("SHOW STREAMS;"));
  CHECK_THROWS_AS(parse_statement("SHOW STREAMS; SHOW TABLES;"), StatementError);
  CHECK_THROWS_AS(parse_statement(" -- nothing\n"), StatementError);
  CHECK(parse_script("").empty());
  CHECK_THROWS_AS(parse_expression(""), StatementError);
  CHECK_THROWS_AS(parse_expression("a;"), StatementError);
  CHECK_THROWS_AS(parse_type_name("INT, INT"), StatementError);
  CHECK(parse_type_name("decimal(10, 2)")->precision == 10);
}

}  // namespace
}  // namespace weir::sql
