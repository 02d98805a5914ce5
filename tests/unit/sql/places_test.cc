// Places of mistakes: in a text whose variables are replaced, and in a file of which a statement is a piece.
#include <doctest/doctest.h>

#include "engine/sql/parser.h"

namespace weir::sql {

TEST_CASE("a place behind a variable is that of the text as it was written") {
  const std::string written = "SELECT ${a}, '${long} $${kept}', X FROM ${a}";
  const SubstitutedText result = substitute_with_places(written, {{"A", "NAME"}, {"LONG", "it's"}});
  CHECK(result.text == "SELECT NAME, 'it''s ${kept}', X FROM NAME");
  const auto maps = [&](const std::string& in_result, const std::string& in_written) {
    CAPTURE(in_result);
    CHECK(result.written_offset(result.text.find(in_result)) == written.find(in_written));
  };
  maps("SELECT", "SELECT");
  maps("NAME", "${a}");
  maps("AME", "${a}");  // inside of a value: its reference
  maps(", 'it", ", '${long}");
  maps("''s", "${long}");
  maps("kept", "$${kept}");
  maps("', X", "', X");
  maps("X FROM", "X FROM");
  CHECK(result.written_offset(result.text.size()) == written.size());
  CHECK(substitute_with_places("no variable", {}).written_offset(5) == 5);
}

TEST_CASE("an error in a file is shown with file, line, column and the line") {
  const std::string text = "SHOW TYPES;\n-- ü\nSELECT 'ä', NOPE FROM S;\n";
  const StatementError placed(StatementError::Kind::kInvalid, "no NOPE", Position{12, 16, 1, 13});
  CHECK(placed.render_in_file("a.sql", text, text.find("NOPE")) == "a.sql:3:13: no NOPE\nSELECT 'ä', NOPE FROM S;\n            ^");
  CHECK(placed.render_in_file("<stdin>", text, 0, 7) == "<stdin>:7:1: no NOPE\nSHOW TYPES;\n^");
  CHECK(StatementError(StatementError::Kind::kInvalid, "away").render_in_file("a.sql", text, text.find("SELECT")) == "a.sql:3:1: away");
}

}  // namespace weir::sql
