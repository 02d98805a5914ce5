#include "engine/sql/syntax_hints.h"

#include <algorithm>

#include "WeirSqlParser.h"
#include "engine/sql/error.h"
#include "engine/sql/keyword_table.h"
#include "engine/sql/parser.h"

namespace weir::sql {

namespace {

using Sql = grammar::WeirSqlParser;

// A guess is believed when the statement goes on for so many tokens, or to its end.
constexpr size_t kConvincingRun = 4;

}  // namespace

SyntaxHints::SyntaxHints(GrammarWalk& walk, const std::vector<antlr4::Token*>& tokens, size_t wrong,
                         const GrammarWalk::Places& before, const GrammarWalk::Places& here,
                         const ExpectedWords& expected, const SourceText& source)
    : walk_(walk), tokens_(tokens), wrong_(wrong), before_(before), here_(here), expected_(expected), source_(source) {}

std::string SyntaxHints::word(size_t token) const {
  std::string text(source_.written(tokens_[token]));
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

std::vector<size_t> SyntaxHints::types_from(size_t token) const {
  std::vector<size_t> types;
  for (size_t i = token; i < tokens_.size() && types.size() < kConvincingRun; ++i) types.push_back(type(i));
  return types;
}

bool SyntaxHints::adjacent(size_t left) const {
  return tokens_[left]->getStopIndex() + 1 == tokens_[left + 1]->getStartIndex();
}

std::optional<SyntaxHints::Misspelling> SyntaxHints::misspelling() {
  if (type(wrong_) == Sql::IDENTIFIER) {
    if (const auto nearest = nearest_name(word(wrong_), expected_.keywords())) return Misspelling{wrong_, *nearest};
  }
  if (wrong_ == 0 || type(wrong_ - 1) != Sql::IDENTIFIER) return std::nullopt;
  const ExpectedWords expected_before(walk_, before_, wrong_ - 1);
  std::vector<std::string> candidates = expected_before.keywords();
  while (const auto nearest = nearest_name(word(wrong_ - 1), candidates)) {
    std::vector<size_t> corrected = types_from(wrong_ - 1);
    corrected[0] = KeywordTable::instance().type_of(*nearest);
    if (walk_.accepted_run(before_, corrected, wrong_ - 1) >= 2) return Misspelling{wrong_ - 1, *nearest};
    candidates.erase(std::find(candidates.begin(), candidates.end(), *nearest));
  }
  return std::nullopt;
}

std::string SyntaxHints::hint() {
  for (const auto& guess :
       {comma_too_many(), reserved_word(), name_to_quote(), value_to_quote(), clause_order(), open_parenthesis()}) {
    if (!guess.empty()) return guess;
  }
  return {};
}

// Other dialects' words. They pass as names until something follows them.
std::string SyntaxHints::foreign_sql() const {
  const std::string found = word(wrong_);
  const std::string last = wrong_ > 0 ? word(wrong_ - 1) : "";
  if (last == "ORDER" && found == "BY")
    return "ORDER BY is not part of the language: a stream has no end, so its rows cannot be sorted";
  if (last == "SELECT" && found == "DISTINCT")
    return "SELECT DISTINCT is not part of the language: GROUP BY the columns instead";
  if (found == "SELECT" && (last == "UNION" || (last == "ALL" && wrong_ > 1 && word(wrong_ - 2) == "UNION"))) {
    return "UNION is not part of the language: write each part with INSERT INTO … SELECT into one stream";
  }
  if (last == "UNION" && found == "ALL")
    return "UNION is not part of the language: write each part with INSERT INTO … SELECT into one stream";
  if (last == "OVER" && found == "(")
    return "OVER is not part of the language: aggregate with GROUP BY and a WINDOW clause";
  if (found == "SELECT" && last == "(" && expected_.takes(Sql::CASE))
    return "a query in parentheses can only stand in FROM or JOIN";
  if (found == "=" && last == "=") return "\"equal\" is written with one =";
  if (last == "IS" || (last == "NOT" && wrong_ > 1 && word(wrong_ - 2) == "IS")) {
    return "IS takes NULL, NOT NULL or DISTINCT FROM";
  }
  if (last == "USING" && found == "(") return "a join's condition is written ON left.column = right.column";
  return {};
}

std::string SyntaxHints::comma_too_many() {
  if (wrong_ == 0 || type(wrong_ - 1) != Sql::COMMA || !walk_.accepts(before_, type(wrong_))) return {};
  return "there is a comma too many before it";
}

std::string SyntaxHints::reserved_word() {
  const size_t found = type(wrong_);
  const bool literal = found == Sql::NULL_WORD || found == Sql::TRUE || found == Sql::FALSE;
  if (!KeywordTable::instance().is_reserved(found) || literal || !expected_.name_possible()) return {};
  std::vector<size_t> as_name = types_from(wrong_);
  as_name[0] = Sql::BACKQUOTED_IDENTIFIER;
  if (walk_.accepted_run(here_, as_name, wrong_) < as_name.size()) return {};
  const std::string reserved = word(wrong_);
  return reserved + " is a reserved word; to use it as a name write it in back-quotes: `" + reserved + "`";
}

std::string SyntaxHints::name_to_quote() const {
  if (wrong_ == 0 || wrong_ + 1 >= tokens_.size()) return {};
  const size_t found = type(wrong_);
  const bool joins_names = found == Sql::MINUS || found == Sql::DOT || found == Sql::SLASH;
  const size_t left = type(wrong_ - 1);
  const bool after_name = left == Sql::IDENTIFIER ||
                          (KeywordTable::instance().is_keyword(left) && !KeywordTable::instance().is_reserved(left));
  if (!joins_names || !after_name || !adjacent(wrong_ - 1) || !adjacent(wrong_)) return {};
  return "a name that holds '" + word(wrong_) + "' is written in back-quotes";
}

std::string SyntaxHints::value_to_quote() const {
  if (!expected_.takes(Sql::STRING_VALUE) || expected_.name_possible()) return {};
  if (type(wrong_) == Sql::QUOTED_IDENTIFIER) return "double quotes are for names; a text is written in single quotes";
  if (type(wrong_) == Sql::IDENTIFIER)
    return "a text is written in single quotes: '" + std::string(source_.written(tokens_[wrong_])) + "'";
  return {};
}

std::string SyntaxHints::clause_order() const {
  switch (type(wrong_)) {
    case Sql::WINDOW:
    case Sql::WHERE:
    case Sql::GROUP:
    case Sql::PARTITION:
    case Sql::HAVING:
    case Sql::EMIT:
    case Sql::LIMIT:
    case Sql::JOIN:
    case Sql::INNER:
    case Sql::LEFT:
    case Sql::RIGHT:
    case Sql::FULL:
      break;
    default:
      return {};
  }
  const bool query_could_end = expected_.takes(antlr4::Token::EOF) || expected_.takes(Sql::RIGHT_PAREN) ||
                               expected_.takes(Sql::EMIT) || expected_.takes(Sql::LIMIT);
  const bool after_select = std::any_of(tokens_.begin(), tokens_.begin() + static_cast<ptrdiff_t>(wrong_),
                                        [](const antlr4::Token* token) { return token->getType() == Sql::SELECT; });
  if (!query_could_end || !after_select) return {};
  return "the clauses of a query have one order: FROM, JOIN, WINDOW, WHERE, GROUP BY, PARTITION BY, HAVING, EMIT, "
         "LIMIT";
}

std::string SyntaxHints::open_parenthesis() const {
  if (type(wrong_) != antlr4::Token::EOF || !expected_.takes(Sql::RIGHT_PAREN)) return {};
  std::vector<size_t> open;
  for (size_t i = 0; i < wrong_; ++i) {
    if (type(i) == Sql::LEFT_PAREN) open.push_back(i);
    if (type(i) == Sql::RIGHT_PAREN && !open.empty()) open.pop_back();
  }
  if (open.empty()) return {};
  const Position pos = source_.position(tokens_[open.back()]);
  return "the '(' at line " + std::to_string(pos.line) + ", column " + std::to_string(pos.column) + " is not closed";
}

}  // namespace weir::sql
