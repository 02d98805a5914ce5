// Text → syntax tree. Any thread; no state between calls.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/sql/ast.h"
#include "engine/sql/error.h"

namespace weir::sql {

using Variables = std::map<std::string, std::string>;  // names are case-insensitive; keys upper-cased

// Every function throws StatementError (kSyntax) with the place of the mistake and what was expected, in words.

// What a text may hold: kTestScripts adds ASSERT VALUES, ASSERT NULL VALUES, ASSERT STREAM, ASSERT TABLE and RUN SCRIPT.
enum class Language { kStatements, kTestScripts };

// All statements of a script; each ends with a semicolon. Positions count in the text after substitution. ${name} is substituted from `variables` (unknown: an error naming it); DEFINE and UNDEFINE inside
// the script are *not* followed here: use split_statements and parse one by one where they matter.
std::vector<StatementPtr> parse_script(const std::string& text, const Variables& variables = {},
                                       Language language = Language::kStatements);
// Exactly one statement, with or without its semicolon.
StatementPtr parse_statement(const std::string& text, const Variables& variables = {},
                             Language language = Language::kStatements);

// A script cut at its semicolons, aware of strings, quotes and comments, nothing else parsed. `complete` is false for a last
// piece without its semicolon. Positions are those in the whole text. Pieces hold the text without the semicolon;
// comment-only pieces are dropped. Used by the shell (is the statement finished?), scripts, and the test runner.
struct StatementText { std::string text; Position pos; bool complete = true; };
std::vector<StatementText> split_statements(const std::string& text);

// An expression or a type alone: plans keep these as text.
ExprPtr parse_expression(const std::string& text);
TypeNamePtr parse_type_name(const std::string& text);

// ${name} replaced by its value: inside quotes as text, elsewhere only by one name or literal; not in comments. $${name} in quotes
// stands for the text ${name} itself. Throws StatementError (kInvalid) for an unknown variable. The functions above do this
// themselves; a caller needs it to render an error's place when the text had variables.
std::string substitute_variables(const std::string& text, const Variables& variables);

// The same with the way back: where in the text that was written a byte of the result comes from.
struct SubstitutedText {
  struct Edit {
    size_t written_begin = 0, written_end = 0;  // the reference
    size_t begin = 0, end = 0;                  // what stands for it in `text`
  };
  std::string text;
  std::vector<Edit> edits;  // in order

  // Of a byte inside a value: where its reference begins.
  size_t written_offset(size_t offset) const;
};
SubstitutedText substitute_with_places(const std::string& text, const Variables& variables);

// All reserved and non-reserved keywords, upper-case, sorted: completion and hints.
const std::vector<std::string>& keywords();
// Whether `name` needs back-quotes to be read back as the same identifier.
bool needs_quotes(const std::string& name);
std::string quote_identifier(const std::string& name);  // quotes only where needed

}  // namespace weir::sql
