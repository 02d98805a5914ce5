#include "engine/sql/syntax_error.h"

#include "WeirSqlParser.h"
#include "engine/sql/expected_words.h"
#include "engine/sql/grammar_walk.h"
#include "engine/sql/keyword_table.h"
#include "engine/sql/syntax_hints.h"
#include "engine/sql/utf8.h"

namespace weir::sql {

namespace {

using antlr4::Token;
using grammar::WeirSqlParser;

StatementError syntax_error_at(const Token* token, const SourceText& source, const std::string& message) {
  return StatementError(StatementError::Kind::kSyntax, "Syntax Error: " + message, source.position(token));
}

// 'text' as it was written, shortened.
std::string shown_token(const Token* token, const SourceText& source) {
  constexpr size_t kLongest = 40;
  std::string text(source.written(token));
  if (text.size() > kLongest) text = text.substr(0, utf8_boundary(text, kLongest - 3)) + "…";
  return token->getType() == WeirSqlParser::STRING_VALUE ? "the string " + text : "'" + text + "'";
}

// ASSERT VALUES and the like in a text that is no test.
bool is_test_statement(const antlr4::atn::ATN& atn, size_t start_rule, const std::vector<Token*>& tokens,
                       size_t wrong) {
  if (start_rule != WeirSqlParser::RuleSingleStatement) return false;
  GrammarWalk walk(atn, WeirSqlParser::RuleSingleTestStatement);
  std::vector<size_t> types;
  for (size_t i = 0; i < tokens.size() && i < wrong + 2; ++i) types.push_back(tokens[i]->getType());
  return walk.accepted_run(walk.start(), types, 0) == types.size();
}

std::string what_was_expected(const ExpectedWords& expected, const std::string& found, bool at_end) {
  const std::string phrase = expected.phrase();
  if (at_end) return "the statement ends too early" + (phrase.empty() ? "" : "; expected " + phrase);
  return "found " + found + (phrase.empty() ? ", which cannot stand here" : ", expected " + phrase);
}

}  // namespace

std::optional<StatementError> find_syntax_error(const antlr4::atn::ATN& atn, size_t start_rule,
                                                const std::vector<Token*>& tokens, const SourceText& source) {
  GrammarWalk walk(atn, start_rule);
  GrammarWalk::Places before, here = walk.start();
  size_t wrong = 0;
  for (; wrong < tokens.size(); ++wrong) {
    GrammarWalk::Places next = walk.step(here, tokens[wrong]->getType(), wrong);
    if (next.empty() && !walk.accepts(here, tokens[wrong]->getType())) break;
    before = std::move(here);
    here = std::move(next);
  }
  if (wrong == tokens.size()) return std::nullopt;

  const Token* token = tokens[wrong];
  const std::string found = shown_token(token, source);
  if (is_test_statement(atn, start_rule, tokens, wrong)) {
    return syntax_error_at(token, source, "found " + found + ": this statement is only known in test scripts");
  }
  const ExpectedWords expected(walk, here, wrong);
  SyntaxHints hints(walk, tokens, wrong, before, here, expected, source);
  if (const std::string foreign = hints.foreign_sql(); !foreign.empty()) return syntax_error_at(token, source, foreign);
  if (const auto misspelt = hints.misspelling()) {
    const Token* at = tokens[misspelt->token];
    const std::string text = shown_token(at, source);
    const std::string message = misspelt->token == 0 ? "no statement begins with " + text : "found " + text;
    return syntax_error_at(at, source, message + "; did you mean " + misspelt->keyword + "?");
  }
  const bool at_end = token->getType() == Token::EOF;
  std::string message = wrong == 0 && !at_end && start_rule != WeirSqlParser::RuleSingleExpression &&
                                start_rule != WeirSqlParser::RuleSingleTypeName
                            ? "no statement begins with " + found
                            : what_was_expected(expected, found, at_end);
  if (const std::string hint = hints.hint(); !hint.empty()) message += "; " + hint;
  return syntax_error_at(token, source, message);
}

}  // namespace weir::sql
