#include "engine/sql/keyword_table.h"

#include <algorithm>

#include "WeirSqlLexer.h"
#include "WeirSqlParser.h"
#include "engine/sql/parser.h"
#include "engine/sql/variables.h"

namespace weir::sql {

namespace {

bool is_plain_name(const std::string& name) {
  const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && letter(name[0]) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '@'; });
}

}  // namespace

KeywordTable::KeywordTable() {
  using grammar::WeirSqlLexer;
  using grammar::WeirSqlParser;
  antlr4::ANTLRInputStream input;
  WeirSqlLexer lexer(&input);
  antlr4::CommonTokenStream stream(&lexer);
  WeirSqlParser parser(&stream);
  const antlr4::dfa::Vocabulary& vocabulary = parser.getVocabulary();
  const antlr4::atn::ATN& atn = parser.getATN();

  const size_t count = vocabulary.getMaxTokenType() + 1;
  words_.resize(count);
  literals_.resize(count);
  for (size_t type = 1; type < count; ++type) {
    std::string literal = vocabulary.getLiteralName(type);  // 'SELECT', with its quotes
    if (literal.size() < 3) continue;
    std::string word = literal.substr(1, literal.size() - 2);
    if (is_plain_name(word)) {
      sorted_.push_back(word);
      words_[type] = std::move(word);
    } else {
      literals_[type] = std::move(literal);
    }
  }
  literals_[WeirSqlLexer::NOT_EQUAL] = "'<>'";
  usable_as_name_ = atn.nextTokens(atn.ruleToStartState[WeirSqlParser::RuleNonReserved]);
  for (size_t type = 1; type < count; ++type) {
    if (is_reserved(type)) reserved_.push_back(words_[type]);
  }
  std::sort(sorted_.begin(), sorted_.end());
  std::sort(reserved_.begin(), reserved_.end());
}

const KeywordTable& KeywordTable::instance() {
  static const KeywordTable table;
  return table;
}

const std::string& KeywordTable::word(size_t token_type) const {
  static const std::string kNone;
  return token_type < words_.size() ? words_[token_type] : kNone;
}

size_t KeywordTable::type_of(const std::string& keyword) const {
  const auto found = std::find(words_.begin() + 1, words_.end(), keyword);
  return keyword.empty() || found == words_.end() ? antlr4::Token::INVALID_TYPE
                                                  : static_cast<size_t>(found - words_.begin());
}

bool KeywordTable::is_reserved(const std::string& upper_case_word) const {
  return std::binary_search(reserved_.begin(), reserved_.end(), upper_case_word);
}

std::string KeywordTable::describe(size_t token_type) const {
  using grammar::WeirSqlLexer;
  if (is_keyword(token_type)) return word(token_type);
  switch (token_type) {
    case WeirSqlLexer::STRING_VALUE:
      return "a string in single quotes";
    case WeirSqlLexer::INTEGER_VALUE:
      return "a whole number";
    case WeirSqlLexer::DECIMAL_VALUE:
    case WeirSqlLexer::DOUBLE_VALUE:
      return "a number";
    case WeirSqlLexer::IDENTIFIER:
    case WeirSqlLexer::DIGIT_IDENTIFIER:
    case WeirSqlLexer::QUOTED_IDENTIFIER:
    case WeirSqlLexer::BACKQUOTED_IDENTIFIER:
      return "a name";
    case antlr4::Token::EOF:
      return "the end of the statement (';')";
    default:
      return token_type < literals_.size() ? literals_[token_type] : std::string();
  }
}

const std::vector<std::string>& keywords() { return KeywordTable::instance().words(); }

bool needs_quotes(const std::string& name) {
  // ARRAY, MAP and STRUCT may be names, but with a bracket behind them they begin a constructor.
  return !is_plain_name(name) || name == "ARRAY" || name == "MAP" || name == "STRUCT" ||
         KeywordTable::instance().is_reserved(name);
}

std::string quote_identifier(const std::string& name) {
  if (!needs_quotes(name)) return name;
  std::string quoted = "`";
  for (const char c : escape_variables(name)) {
    if (c == '`') quoted += '`';
    quoted += c;
  }
  return quoted + "`";
}

}  // namespace weir::sql
