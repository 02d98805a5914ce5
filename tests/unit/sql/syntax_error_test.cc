// Messages are part of the language: each case names what stands at the caret and the words that the message must hold.
#include <doctest/doctest.h>

#include "engine/sql/parser.h"

namespace weir::sql {
namespace {

StatementError refusal(const std::string& text, Language language = Language::kStatements) {
  try {
    parse_script(text, {}, language);
  } catch (const StatementError& error) {
    return error;
  }
  FAIL("not refused: " << text);
  return StatementError(StatementError::Kind::kInternal, "");
}

struct Mistake {
  const char* text;
  const char* at;  // the text from the caret on begins with this
  std::vector<const char*> words;
};

void check(const Mistake& mistake) {
  CAPTURE(mistake.text);
  const StatementError error = refusal(mistake.text);
  const std::string message = error.what();
  CAPTURE(message);
  CHECK(error.kind() == StatementError::Kind::kSyntax);
  CHECK(message.starts_with("Syntax Error: "));
  REQUIRE(error.position());
  CHECK(std::string(mistake.text).substr(error.position()->begin).starts_with(mistake.at));
  for (const char* word : mistake.words) CHECK(message.find(word) != std::string::npos);
  for (const char* internal : {"IDENTIFIER", "STRING_VALUE", "INTEGER_VALUE", "NULL_WORD", "<EOF>", "{"}) {
    CHECK(message.find(internal) == std::string::npos);
  }
}

TEST_CASE("a misspelt keyword is recognised, also where it passed as an alias") {
  for (const Mistake& mistake : std::vector<Mistake>{
           {"SELCT * FROM x;", "SELCT", {"'SELCT'", "did you mean SELECT?"}},
           {"SELECT * FORM x;", "FORM", {"'FORM'", "did you mean FROM?"}},
           {"SELECT a FORM x;", "FORM", {"did you mean FROM?"}},
           {"CREATE STREM s (a INT);", "STREM", {"did you mean STREAM?"}},
           {"CREATE TABEL s (a INT);", "TABEL", {"did you mean TABLE?"}},
           {"SELECT * FROM s WHER a = 1;", "WHER", {"did you mean WHERE?"}},
           {"SELECT * FROM s EMIT CHANGE;", "CHANGE", {"did you mean CHANGES?"}},
           {"SELECT * FROM s GROUPP BY a;", "GROUPP", {"did you mean GROUP?"}},
           {"SELECT * FROM a JION b ON a.x = b.x;", "JION", {"did you mean JOIN?"}},
           {"SHOW STREMS;", "STREMS", {"did you mean STREAMS?"}},
           {"INSERT INTO s VALUE (1);", "VALUE", {"did you mean VALUES?"}},
           {"SELECT a FROM s WINDOW TUMBLIN (SIZE 5 MINUTES) GROUP BY a;", "TUMBLIN", {"did you mean TUMBLING?"}},
       }) {
    check(mistake);
  }
}

TEST_CASE("what was expected is said in words") {
  for (const Mistake& mistake : std::vector<Mistake>{
           {"SELECT FROM s;", "FROM", {"found 'FROM'", "expected an expression or *"}},
           {"SELECT a b c FROM s;", "c ", {"expected ',' or FROM"}},
           {"SELECT a FROM s WHERE;", ";", {"ends too early", "an expression"}},
           {"SELECT a FROM s WHERE a BETWEEN 1 c;", "c;", {"AND or an operator"}},
           {"SELECT a FROM s LIMIT heh;", "heh", {"'heh'", "a whole number"}},
           {"SELECT a FROM s LIMIT -1;", "-1", {"a whole number"}},
           {"SELECT a FROM s WINDOW TUMBLING (SIZE 5 MINS) GROUP BY a;", "MINS", {"a unit of time", "MINUTES"}},
           {"SELECT a FROM s GROUP a;", "a;", {"expected BY"}},
           {"SELECT a FROM s GROUP BY a AND b;", "AND", {"found 'AND'", "HAVING"}},
           {"SELECT a FROM s GROUP BY f3, (f2, f1);", ", f1", {"found ','", "expected ')'"}},
           {"CREATE;", ";", {"STREAM", "TABLE", "TYPE"}},
           {"CREATE STREAM;", ";", {"the name of a stream or table"}},
           {"CREATE STREAM s (a);", ");", {"a type"}},
           {"CREATE STREAM s (a INT WITH (kafka_topic='x');", "WITH", {"',' or ')'"}},
           {"CREATE STREAM s (k DOUBLE (KEY));", "KEY", {"'KEY'", "a whole number or STRING"}},
           {"CREATE STREAM s (k VARCHAR(STRING) (KEY));", "(KEY)", {"found '('", "',' or ')'"}},
           {"CREATE STREAM s (a ARRAY<NULL>);", "NULL", {"'NULL'", "a type"}},
           {"CREATE STREAM s (a INT PRIMARY);", ");", {"KEY"}},
           {"DESCRIBE;", ";", {"the name of a stream or table"}},
           {"EXPLAIN;", ";", {"a statement", "a query's id"}},
           {"TERMINATE;", ";", {"a query's id or ALL"}},
           {"PRINT;", ";", {"a topic's name"}},
           {"SHOW x;", "x", {"'x'", "STREAMS"}},
           {"hello world;", "hello", {"no statement begins with 'hello'"}},
           {"ALTER STREAM s ADD;", ";", {"a column's name"}},
           {"SELECT * FROM s JOIN t;", ";", {"ON", "WITHIN"}},
           {"SELECT CASE WHEN a THEN b FROM s;", "FROM", {"WHEN, ELSE or END"}},
           {"SELECT '日本語' x 'y' FROM s;", "'y'", {"the string 'y'"}},
           {"SELECT f(x => ) FROM s;", ")", {"an expression"}},
       }) {
    check(mistake);
  }
}

TEST_CASE("frequent mistakes are named") {
  for (const Mistake& mistake : std::vector<Mistake>{
           {"SELECT * FROM table;", "table", {"TABLE is a reserved word", "`TABLE`"}},
           {"CREATE STREAM s (select INT, b INT);", "select", {"SELECT is a reserved word", "`SELECT`"}},
           {"SELECT from FROM s;", "from", {"FROM is a reserved word"}},
           {"SELECT a, FROM s;", "FROM", {"a comma too many"}},
           {"SELECT * FROM s LIMIT 5 EMIT CHANGES;", "EMIT", {"one order", "HAVING, EMIT, LIMIT"}},
           {"SELECT * FROM s GROUP BY a WHERE b;", "WHERE", {"one order"}},
           {"SELECT * FROM s ORDER BY a;", "BY", {"ORDER BY is not part of the language"}},
           {"SELECT DISTINCT a FROM s;", "DISTINCT", {"SELECT DISTINCT is not part", "GROUP BY"}},
           {"SELECT a FROM s UNION ALL SELECT b FROM t;", "ALL", {"UNION is not part of the language", "INSERT INTO"}},
           {"SELECT f(a) OVER (PARTITION BY b) FROM s;", "(PART", {"OVER is not part of the language"}},
           {"SELECT a FROM s WHERE a IN (SELECT b FROM t);", "SELECT b", {"can only stand in FROM or JOIN"}},
           {"SELECT a FROM s WHERE a == 1;", "= 1", {"one ="}},
           {"SELECT a FROM s WHERE a IS TRUE;", "TRUE", {"IS takes NULL"}},
           {"CREATE STREAM foo-bar (a INT);", "-bar", {"in back-quotes"}},
           {"SELECT * FROM a.b;", ".b", {"in back-quotes"}},
           {"CREATE STREAM s (a INT) WITH (kafka_topic=x);", "x)", {"single quotes: 'x'"}},
           {"CREATE STREAM s (a INT) WITH (kafka_topic=\"x\");", "\"x\"", {"double quotes are for names"}},
           {"SET a = 'b';", "a", {"single quotes: 'a'"}},
           {"SELECT COUNT(a FROM s;", "FROM", {"')'"}},
           {"CREATE STREAM s (a INT) WITH (kafka_topic='x';", ";", {"the '(' at line 1, column 30 is not closed"}},
           {"ASSERT VALUES s (a) VALUES (1);", "VALUES s", {"'VALUES'", "test scripts"}},
           {"RUN SCRIPT 'x';", "RUN", {"'RUN'", "test scripts"}},
           {"CREATE TABLE t (id INT KEY);", "id INT", {"`ID`", "'KEY'", "'PRIMARY KEY'"}},
           {"CREATE STREAM t (id INT PRIMARY KEY);", "id INT", {"`ID`", "'KEY'", "'PRIMARY KEY'"}},
           {"INSERT INTO s (a, b) VALUES (1);", "(1)", {"2 columns (A, B)", "1 values"}},
           {"CREATE STREAM s (a INT) AS SELECT * FROM t;", "(a INT)", {"no list of columns"}},
           {"CREATE SOURCE STREAM s AS SELECT * FROM t;", "SOURCE", {"AS SELECT"}},
           {"SELECT a->* + 1 FROM s;", "a->*", {"whole item of SELECT"}},
           {"SELECT f(x => f(y => f(x => 1))) FROM s;", "x => 1", {"X is already"}},
           {"SELECT * FROM s WINDOW SESSION (1 DAY, RETENTION 1 DAY, RETENTION 2 DAYS) GROUP BY a;",
            ", RETENTION 2",
            {"twice"}},
           {"WITH a AS (SELECT * FROM b), a AS (SELECT * FROM c) SELECT * FROM a;",
            "a AS (SELECT * FROM c",
            {"A twice"}},
       }) {
    check(mistake);
  }
}

TEST_CASE("what cannot be cut into tokens is named with its place") {
  for (const Mistake& mistake : std::vector<Mistake>{
           {"SELECT 'abc FROM s;", "'abc", {"no closing quote"}},
           {"SELECT 'it's' FROM s;", "' FROM", {"no closing quote", "twice"}},
           {"SELECT \"abc FROM s;", "\"abc", {"no closing quote"}},
           {"SELECT `abc FROM s;", "`abc", {"back-quote"}},
           {"SELECT /* abc FROM s;", "/* abc", {"no closing */"}},
           {"SELECT a ! b FROM s;", "! b", {"'!'", "<>"}},
           {"SELECT ‘a’ FROM s;", "‘a", {"plain quote"}},
           {"SELECT naïve FROM s;", "ïve", {"'ï'", "back-quotes"}},
           {"SELECT a & b FROM s;", "& b", {"AND"}},
           {"SELECT $x FROM s;", "$x", {"a variable is written ${name}"}},
           {"SELECT `` FROM s;", "``", {"at least one character"}},
       }) {
    CAPTURE(mistake.text);
    const StatementError error = refusal(mistake.text);
    CHECK(std::string(mistake.text).substr(error.position()->begin).starts_with(mistake.at));
    for (const char* word : mistake.words) CHECK(std::string(error.what()).find(word) != std::string::npos);
  }
  const StatementError error = refusal("SELECT a\n, '\xff' FROM s;");
  CHECK(std::string(error.what()).find("UTF-8") != std::string::npos);
  CHECK(error.position()->line == 2);
  CHECK(error.position()->column == 4);
}

TEST_CASE("numbers outside their type are refused with the number") {
  for (const char* number : {"9223372036854775808", "-9223372036854775809", "1E999", "-2.5E309"}) {
    const StatementError error = refusal(std::string("SELECT ") + number + " FROM s;");
    CHECK(std::string(error.what()).find(std::string("Invalid numeric literal: ") + number) != std::string::npos);
  }
  CHECK(std::string(refusal("SELECT * FROM s LIMIT 9223372036854775808;").what()).find("BIGINT") != std::string::npos);
  CHECK(std::string(refusal("SELECT a FROM s JOIN t WITHIN 9223372036854775807 DAYS ON a = b;").what())
            .find("duration") != std::string::npos);
}

TEST_CASE("a script's last statement needs its semicolon") {
  const std::string text = "SHOW STREAMS;\nSHOW TABLES -- the end\n";
  const StatementError error = refusal(text);
  CHECK(std::string(error.what()).find("no ';'") != std::string::npos);
  CHECK(error.position()->line == 2);
  CHECK(error.position()->column == 12);
  CHECK(std::string(refusal("SELECT * FROM s WHERE").what()).find("an expression") != std::string::npos);
}

TEST_CASE("an error is shown with its line and a caret below the place") {
  const auto rendered = [](const std::string& text) { return refusal(text).render(text); };
  CHECK(rendered("SELECT a\nFROM s\nWHER b = 1;").find("line 3, column 1: Syntax Error") == 0);
  CHECK(rendered("SHOW TABLES;\n\tSELECT\ta b c FROM s;").ends_with("\n\tSELECT\ta b c FROM s;\n\t      \t    ^"));
  CHECK(rendered("SELECT 'äöü' b c FROM s;").ends_with("\nSELECT 'äöü' b c FROM s;\n               ^"));
  CHECK(rendered("SELECT '日本' b c FROM s;").ends_with("\n                ^"));
  CHECK(rendered("SELECT 'äöü' b c FROM s;").find("line 1, column 16:") == 0);
  const std::string shown =
      rendered("SELECT " + std::string(1000, 'x') + " b c, " + std::string(1000, 'y') + " FROM s;");
  CHECK(shown.find("column 1011") != std::string::npos);
  CHECK(shown.size() < 700);
  CHECK(shown.find("b c, y") != std::string::npos);
  CHECK(refusal("SELECT a b c\r\nFROM s;").render("SELECT a b c\r\nFROM s;").find('\r') == std::string::npos);
  CHECK(StatementError(StatementError::Kind::kInvalid, "no place").render("text") == "no place");
}

TEST_CASE("the nearest name") {
  const std::vector<std::string> names = {"ORDERS", "CUSTOMERS", "ORDER_ITEMS", "ID"};
  CHECK(nearest_name("ODRERS", names) == "ORDERS");
  CHECK(nearest_name("orders", names) == "ORDERS");
  CHECK(nearest_name("CUSTOMER", names) == "CUSTOMERS");
  CHECK(nearest_name("ORDERITEMS", names) == "ORDER_ITEMS");
  CHECK_FALSE(nearest_name("PAYMENTS", names));
  CHECK_FALSE(nearest_name("XY", names));
  CHECK_FALSE(nearest_name("", names));
  CHECK_FALSE(nearest_name(std::string(100000, 'x'), names));
}

}  // namespace
}  // namespace weir::sql
