#include "engine/sql/token_list.h"

#include "engine/sql/error.h"
#include "engine/sql/nesting.h"
#include "engine/sql/utf8.h"

namespace weir::sql {

namespace {

using antlr4::CommonToken;
using antlr4::Token;

std::string unclosed_message(size_t type) {
  switch (type) {
    case SqlToken::UNCLOSED_STRING:
      return "the string that begins here has no closing quote ('); a quote inside a string is written twice ('')";
    case SqlToken::UNCLOSED_QUOTED:
      return "the quoted name that begins here has no closing quote (\"); strings take single quotes (')";
    case SqlToken::UNCLOSED_BACKQUOTED:
      return "the name that begins here has no closing back-quote (`)";
    case SqlToken::UNCLOSED_COMMENT:
      return "the comment that begins here has no closing */";
    default:
      return {};
  }
}

std::string unrecognized_message(const std::string& character) {
  const std::string found = "unexpected character '" + character + "'";
  if (character == "‘" || character == "’") return found + ": strings take the plain quote (')";
  if (character == "“" || character == "”") return found + ": strings take the plain single quote (')";
  if (character == "!") return found + ": \"not equal\" is written <> or !=, and a condition is negated with NOT";
  if (character == "|") return found + ": texts are joined with ||, conditions with OR";
  if (character == "&") return found + ": conditions are joined with AND";
  if (character == "$") return found + ": a variable is written ${name}";
  if (static_cast<unsigned char>(character[0]) >= 0x80) {
    return found + ": a name that has other characters than A-Z, 0-9, _ and @ is written in `back-quotes`";
  }
  return found;
}

// A token of type EOF just behind `last`, which may span lines.
std::unique_ptr<CommonToken> end_behind(const SourceText& source, const Token* last) {
  size_t line = last->getLine();
  size_t column = last->getCharPositionInLine();
  const std::string_view written = source.written(last);
  for (size_t at = 0; at < written.size();) {
    const Utf8Character character = utf8_next(written, at);
    at += character.length;
    ++column;
    if (character.code == '\n') {
      ++line;
      column = 0;
    }
  }
  auto end = std::make_unique<CommonToken>(Token::EOF);
  end->setStartIndex(last->getStopIndex() + 1);
  end->setStopIndex(last->getStopIndex());
  end->setLine(line);
  end->setCharPositionInLine(column);
  return end;
}

}  // namespace

TokenList::TokenList(std::string text)
    : source_(std::make_unique<SourceText>(std::move(text))),
      lexer_(std::make_unique<grammar::WeirSqlLexer>(source_.get())) {
  lexer_->removeErrorListeners();
  for (;;) {
    std::unique_ptr<Token> token = lexer_->nextToken();
    if (token->getType() == Token::EOF) break;
    if (token->getChannel() == Token::DEFAULT_CHANNEL) tokens_.push_back(std::move(token));
  }
}

std::vector<TokenList::Range> TokenList::statements() const {
  std::vector<Range> ranges;
  size_t begin = 0;
  for (size_t i = 0; i < tokens_.size(); ++i) {
    if (tokens_[i]->getType() != SqlToken::SEMICOLON) continue;
    if (i > begin) ranges.push_back({begin, i, true});
    begin = i + 1;
  }
  if (begin < tokens_.size()) ranges.push_back({begin, tokens_.size(), false});
  return ranges;
}

void TokenList::check(const Range& range) const {
  const auto refuse = [this](const Token* token, const std::string& message) {
    throw StatementError(StatementError::Kind::kSyntax, "Syntax Error: " + message, source_->position(token));
  };
  for (size_t i = range.begin; i < range.end; ++i) {
    const Token* token = tokens_[i].get();
    switch (token->getType()) {
      case SqlToken::UNRECOGNIZED:
        refuse(token, unrecognized_message(std::string(source_->written(token))));
        break;
      case SqlToken::VARIABLE:
        refuse(token, std::string(source_->written(token)) + " stands where no variable is replaced");
        break;
      default:
        if (std::string message = unclosed_message(token->getType()); !message.empty()) refuse(token, message);
    }
  }
  if (range.begin < range.end) {
    const Position pos = position(range);
    if (pos.end - pos.begin > kMaxStatementBytes) {
      refuse(tokens_[range.begin].get(), "a statement of " + std::to_string(pos.end - pos.begin) +
                                             " bytes; the limit is " + std::to_string(kMaxStatementBytes));
    }
  }
  check_nesting(*this, range);
}

std::vector<std::unique_ptr<Token>> TokenList::copy(const Range& range) const {
  std::vector<std::unique_ptr<Token>> copies;
  copies.reserve(range.end - range.begin + 1);
  for (size_t i = range.begin; i < range.end; ++i) {
    copies.push_back(std::make_unique<CommonToken>(tokens_[i].get()));
  }
  std::unique_ptr<CommonToken> end;
  if (range.complete) {
    end = std::make_unique<CommonToken>(tokens_[range.end].get());
    end->setType(Token::EOF);
  } else if (range.end > range.begin) {
    end = end_behind(*source_, tokens_[range.end - 1].get());
  } else {
    end = std::make_unique<CommonToken>(Token::EOF);
    end->setStartIndex(0);
    end->setStopIndex(0);
    end->setLine(1);
    end->setCharPositionInLine(0);
  }
  copies.push_back(std::move(end));
  return copies;
}

Position TokenList::position(const Range& range) const {
  return source_->position(tokens_[range.begin].get(), tokens_[range.end - 1].get());
}

}  // namespace weir::sql
