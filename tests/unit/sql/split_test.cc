#include <doctest/doctest.h>

#include "engine/sql/parser.h"

namespace weir::sql {
namespace {

std::vector<std::string> texts(const std::string& script) {
  std::vector<std::string> result;
  for (const StatementText& piece : split_statements(script))
    result.push_back(piece.text + (piece.complete ? ";" : ""));
  return result;
}

using Texts = std::vector<std::string>;

TEST_CASE("a script is cut at its semicolons only") {
  CHECK(texts("SHOW STREAMS; SHOW TABLES;") == Texts{"SHOW STREAMS;", "SHOW TABLES;"});
  CHECK(texts("SELECT ';' FROM `a;b` WHERE \"c;d\" = 'it''s;'; x") ==
        Texts{"SELECT ';' FROM `a;b` WHERE \"c;d\" = 'it''s;';", "x"});
  CHECK(texts("-- first; comment\nSELECT 1 /* ; */ FROM s -- ; \n; -- last;\n/* ; */") ==
        Texts{"SELECT 1 /* ; */ FROM s;"});
  CHECK(texts(";; ;\n;").empty());
  CHECK(texts("").empty());
  CHECK(texts("  -- nothing\n").empty());
  CHECK(texts("SELECT a\n  FROM s") == Texts{"SELECT a\n  FROM s"});
  CHECK(texts("DEFINE x = '1'; SELECT ${x} FROM s;") == Texts{"DEFINE x = '1';", "SELECT ${x} FROM s;"});
  CHECK(texts("/* a **/ SHOW TABLES; /**/") == Texts{"SHOW TABLES;"});
}

TEST_CASE("what is not closed is not complete") {
  for (const char* text :
       {"SELECT 'a; b", "SELECT `a; b", "SELECT \"a; b", "SELECT a /* b; c", "/* b; c", "SELECT 'it''"}) {
    CAPTURE(text);
    const auto pieces = split_statements(text);
    REQUIRE(pieces.size() == 1);
    CHECK_FALSE(pieces[0].complete);
  }
  CHECK(texts("SHOW TABLES; SELECT '") == Texts{"SHOW TABLES;", "SELECT '"});
}

TEST_CASE("a piece knows its place in the whole text") {
  const std::string script = "SHOW TABLES;\n -- ü\n  SELECT 'ü', b FROM s ;";
  const auto pieces = split_statements(script);
  REQUIRE(pieces.size() == 2);
  CHECK(pieces[1].pos.line == 3);
  CHECK(pieces[1].pos.column == 3);
  CHECK(script.substr(pieces[1].pos.begin, pieces[1].pos.end - pieces[1].pos.begin) == "SELECT 'ü', b FROM s");
}

TEST_CASE("variables are replaced in names, literals and strings, not in comments") {
  const Variables variables = {{"NAME", "orders"},           {"N", "-3"},     {"QUOTED", "it's"},
                               {"EVIL", "s; DROP STREAM s"}, {"TEXT", "'x'"}, {"WORD", "select"}};
  CHECK(substitute_variables("SELECT ${n} FROM ${Name} -- ${nothing}\n/* ${nothing} */", variables) ==
        "SELECT -3 FROM orders -- ${nothing}\n/* ${nothing} */");
  CHECK(substitute_variables("'a ${name} ${name}'", variables) == "'a orders orders'");
  CHECK(substitute_variables("'${quoted}' `${quoted}` ${text}", variables) == "'it''s' `it's` 'x'");
  CHECK(substitute_variables("'$${name} ${ name} ${} $name'", {}) == "'${name} ${ name} ${} $name'");
  CHECK(substitute_variables("'${evil}'", variables) == "'s; DROP STREAM s'");
  const auto message = [&](const std::string& text) -> std::string {
    try {
      substitute_variables(text, variables);
      return "";
    } catch (const StatementError& error) {
      return error.what();
    }
  };
  CHECK(message("SELECT * FROM ${evil};").find("EVIL") != std::string::npos);
  CHECK(message("${word} * FROM s;").find("WORD") != std::string::npos);
  CHECK(message("'${nam}'").find("did you mean NAME?") != std::string::npos);
  CHECK(message("'${nam}'").find("DEFINE NAM") != std::string::npos);
  CHECK(std::get<InsertValues>(parse_statement("INSERT INTO ${name} VALUES (${n}, '${quoted}');", variables)->body)
            .target.name == "ORDERS");
  const StatementPtr statement = parse_statement("SELECT '${quoted}' FROM ${name};", variables);
  CHECK(statement->text == "SELECT 'it''s' FROM orders");
}

}  // namespace
}  // namespace weir::sql
