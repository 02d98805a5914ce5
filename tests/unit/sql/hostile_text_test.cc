// Texts that nobody writes on purpose: whatever they are, they are parsed or refused with a StatementError.
#include <doctest/doctest.h>

#include <random>
#include <thread>

#include "engine/sql/formatter.h"
#include "engine/sql/parser.h"

namespace weir::sql {
namespace {

std::string repeated(const std::string& part, size_t times) {
  std::string text;
  for (size_t i = 0; i < times; ++i) text += part;
  return text;
}

void check_survives(const std::string& text) {
  try {
    for (const StatementText& piece : split_statements(text)) {
      try {
        const StatementPtr statement = parse_statement(piece.text, {}, Language::kTestScripts);
        const StatementPtr again = parse_statement(to_sql(*statement), {}, Language::kTestScripts);
        // Secrets are masked, so only the canonical texts are the same always.
        CHECK(to_sql(*again) == to_sql(*statement));
      } catch (const StatementError& error) {
        CHECK(error.kind() != StatementError::Kind::kInternal);
        CHECK_FALSE(error.render(piece.text).empty());
      }
    }
  } catch (const StatementError& error) {
    CHECK(std::string(error.what()).find("UTF-8") != std::string::npos);
  }
}

const std::vector<std::string>& seeds() {
  static const std::vector<std::string> texts = {
      "WITH a AS (SELECT * FROM b) SELECT x AS y, s.*, t->u->*, CASE WHEN a THEN 1 ELSE -2.5 END FROM (SELECT 1 FROM "
      "c) AS d LEFT OUTER JOIN e "
      "WITHIN (1 DAY, 2 HOURS) GRACE PERIOD 3 SECONDS ON d.i = e.i WINDOW HOPPING (SIZE 1 DAY, ADVANCE BY 1 HOUR) "
      "WHERE NOT a BETWEEN 1 AND 2 "
      "OR b IN (1, 'x') GROUP BY (a, b) HAVING COUNT(*) > 1e3 EMIT FINAL LIMIT 3;",
      "CREATE OR REPLACE STREAM s (a INT KEY, b ARRAY<STRUCT<c MAP<STRING, DECIMAL(4,2)>>>, h BYTES HEADER('k')) WITH "
      "(kafka_topic='t', x=-1);",
      "INSERT INTO s (a, b) VALUES (ARRAY[1, MAP('a':=2)], STRUCT(x:=REDUCE(y, 0, (s, z) => s + z)));",
      "CREATE SOURCE CONNECTOR `c` WITH (\"a.b\"='c'); -- end\nSET 'x'='y'; DEFINE v = 'w'; PRINT 'T' FROM BEGINNING "
      "LIMIT 3; /* c */ EXPLAIN SELECT 1 FROM s;",
      "ASSERT NULL VALUES t (a) KEY (1); ASSERT NOT EXISTS SCHEMA SUBJECT 'x' ID 3 TIMEOUT 5 SECONDS; SHOW ALL TOPICS "
      "EXTENDED;"};
  return texts;
}

TEST_CASE("nesting is bounded, with a message and not a crash") {
  const auto message = [](const std::string& text) -> std::string {
    try {
      parse_statement(text);
      return "";
    } catch (const StatementError& error) {
      return error.what();
    }
  };
  CHECK(message("SELECT " + repeated("(", 240) + "1" + repeated(")", 240) + " FROM s") == "");
  CHECK(message("SELECT " + repeated("f(", 240) + "1" + repeated(")", 240) + " FROM s") == "");
  CHECK(message("SELECT " + repeated("ARRAY[", 240) + "1" + repeated("]", 240) + " FROM s") == "");
  CHECK(message("SELECT " + repeated("CASE WHEN a THEN ", 200) + "1" + repeated(" END", 200) + " FROM s") == "");
  CHECK(message("SELECT * FROM " + repeated("(SELECT * FROM ", 200) + "s" + repeated(")", 200)) == "");
  for (const char* opening : {"(", "f(", "ARRAY[", "a[", "CAST(", "STRUCT(a:=", "MAP(a:=", "f(x => ", "(SELECT * FROM ",
                              "a IN (", "((", "[", "<"}) {
    CAPTURE(opening);
    CHECK(message("SELECT " + repeated(opening, 10000) + " FROM s") != "");
  }
  for (const char* prefix : {"NOT ", "- ", "+", "CASE WHEN a THEN ", "CASE a WHEN 1 THEN 2 ELSE ", "CASE "}) {
    CAPTURE(prefix);
    CHECK(message("SELECT " + repeated(prefix, 10000) + "a FROM s") != "");
  }
  CHECK(message("SELECT CAST(a AS " + repeated("ARRAY<", 10000) + "INT" + repeated(">", 10000) + ") FROM s")
            .find("levels") != std::string::npos);
  CHECK(message("SELECT CAST(a AS INT" + repeated(" ARRAY", 10000) + ") FROM s") != "");
  CHECK(message(repeated("EXPLAIN ", 10000) + "SELECT * FROM s") != "");
  CHECK(message("SELECT a" + repeated(" + a", 900) + " FROM s") == "");
  CHECK(message("SELECT a" + repeated(" + a", 100000) + " FROM s").find("operators") != std::string::npos);
  CHECK(message("SELECT a" + repeated("->a", 10000) + " FROM s").find("operators") != std::string::npos);
  CHECK(message("SELECT a" + repeated("[1]", 10000) + " FROM s").find("operators") != std::string::npos);
  CHECK(message("SELECT * FROM s WHERE a" + repeated(" OR a", 10000)).find("IN (") != std::string::npos);
  CHECK(message("SELECT " + repeated("(", 200) + "a" + repeated(repeated(" + a", 100) + ")", 200) + " FROM s")
            .find("operators") != std::string::npos);
  CHECK(message("SELECT a AT TIME ZONE 'x'" + repeated(" AT TIME ZONE 'x'", 10000) + " FROM s").find("operators") !=
        std::string::npos);
}

TEST_CASE("a statement's size is bounded, a list's length is not") {
  CHECK_NOTHROW(parse_statement("SELECT * FROM s WHERE a IN (1" + repeated(", 1", 20000) + ")"));
  CHECK_NOTHROW(parse_statement("SELECT a" + repeated(", a + 1", 5000) + " FROM s"));
  try {
    parse_statement("SELECT '" + std::string(2 << 20, 'x') + "' FROM s");
    FAIL("not refused");
  } catch (const StatementError& error) {
    CHECK(std::string(error.what()).find("1048576") != std::string::npos);
  }
}

TEST_CASE("ambiguity costs no time") {
  // ARRAY may be a name, so that each bracket has two readings until it is closed.
  check_survives("SELECT " + repeated("ARRAY[MAP(", 120) + "x" + repeated(")]", 120) + " FROM s");
  check_survives("SELECT " + repeated("ARRAY[", 200) + "," + repeated("]", 200) + " FROM s");
  check_survives("SELECT " + repeated("CASE ", 200) + repeated("END ", 200) + " FROM s");
  check_survives("SELECT * FROM s GROUP BY " + repeated("(", 200) + "a" + repeated(")", 200) + ", (b, c)");
}

TEST_CASE("every beginning of a statement") {
  for (const std::string& seed : seeds()) {
    for (size_t length = 0; length <= seed.size(); ++length) check_survives(seed.substr(0, length));
  }
}

TEST_CASE("texts changed at random") {
  std::mt19937 random(20240131);
  const auto below = [&random](size_t n) { return static_cast<size_t>(random() % n); };
  const std::vector<std::string> snippets = {
      "'",      "\"",     "`",     "(",     ")",  "[",  "]",    "<",     ">",        ",",      ";",
      "->",     "=>",     ":=",    "/*",    "*/", "--", "${x}", "$${x}", " SELECT ", " FROM ", " AS ",
      " ARRAY", " CASE ", " END ", " NOT ", "\n", "\0", "ü",    "日",    "\xff",     "1e",     "9999999999999999999",
      "."};
  for (int round = 0; round < 3000; ++round) {
    std::string text = seeds()[below(seeds().size())];
    for (size_t changes = 1 + below(4); changes > 0; --changes) {
      const size_t at = below(text.size() + 1);
      switch (below(4)) {
        case 0:
          text.erase(at, below(12));
          break;
        case 1:
          text.insert(at, snippets[below(snippets.size())]);
          break;
        case 2: {
          const std::string& other = seeds()[below(seeds().size())];
          text.insert(at, other.substr(below(other.size()), below(60)));
          break;
        }
        default:
          if (at < text.size()) text[at] = static_cast<char>(random());
      }
    }
    CAPTURE(text);
    check_survives(text);
  }
}

TEST_CASE("random bytes") {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string text(random() % 200, '\0');
    for (char& c : text) c = static_cast<char>(round % 2 ? random() : 32 + random() % 95);
    check_survives(text);
  }
}

TEST_CASE("threads parse at the same time") {
  std::vector<std::thread> threads;
  std::vector<std::string> results(4);
  for (size_t i = 0; i < results.size(); ++i) {
    threads.emplace_back([&result = results[i]] {
      for (int round = 0; round < 100; ++round) {
        result.clear();
        for (const std::string& seed : seeds()) {
          for (const StatementPtr& statement : parse_script(seed, {}, Language::kTestScripts))
            result += to_sql(*statement);
          try {
            parse_script("SELECT " + seed);
          } catch (const StatementError& error) {
            result += error.what();
          }
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& result : results) CHECK(result == results[0]);
}

}  // namespace
}  // namespace weir::sql
