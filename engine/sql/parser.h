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

// All statements of a script. ${name} is substituted from `variables` (unknown: an error naming it); DEFINE and UNDEFINE inside
// the script are *not* followed here: use split_statements and parse one by one where they matter.
std::vector<StatementPtr> parse_script(const std::string& text, const Variables& variables = {});
StatementPtr parse_statement(const std::string& text, const Variables& variables = {});

// A script cut at its semicolons, aware of strings, quotes and comments, nothing else parsed. `complete` is false for a last
// piece without its semicolon. Positions are those in the whole text. Pieces hold the text without the semicolon;
// comment-only pieces are dropped. Used by the shell (is the statement finished?), scripts, and the test runner.
struct StatementText { std::string text; Position pos; bool complete = true; };
std::vector<StatementText> split_statements(const std::string& text);

// An expression or a type alone: plans keep these as text.
ExprPtr parse_expression(const std::string& text);
TypeNamePtr parse_type_name(const std::string& text);

std::string substitute_variables(const std::string& text, const Variables& variables);

// All reserved and non-reserved keywords, upper-case, sorted: completion and hints.
const std::vector<std::string>& keywords();
// Whether `name` needs back-quotes to be read back as the same identifier.
bool needs_quotes(const std::string& name);
std::string quote_identifier(const std::string& name);  // quotes only where needed

}  // namespace weir::sql
