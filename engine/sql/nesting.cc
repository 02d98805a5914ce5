#include "engine/sql/nesting.h"

#include <algorithm>

#include "engine/sql/error.h"

namespace weir::sql {

namespace {

// One open bracket: a bound on the height of the tree of what stands inside it so far.
struct OpenBracket {
  size_t tallest = 0;  // of the items before the last comma
  size_t height = 0;   // of the item being read
  bool angle = false;
};

bool is_chain_operator(size_t type) {
  switch (type) {
    case SqlToken::PLUS:
    case SqlToken::MINUS:
    case SqlToken::ASTERISK:
    case SqlToken::SLASH:
    case SqlToken::PERCENT:
    case SqlToken::CONCAT:
    case SqlToken::AND:
    case SqlToken::OR:
    case SqlToken::NOT:
    case SqlToken::AT:
    case SqlToken::ARROW:
    case SqlToken::CASE:
    case SqlToken::ARRAY:
      return true;
    default:
      return false;
  }
}

// Tokens that two expressions of one level have between them.
bool ends_expression(size_t type) {
  switch (type) {
    case SqlToken::COMMA:
    case SqlToken::SELECT:
    case SqlToken::FROM:
    case SqlToken::WHERE:
    case SqlToken::GROUP:
    case SqlToken::HAVING:
    case SqlToken::ON:
    case SqlToken::JOIN:
    case SqlToken::EMIT:
      return true;
    default:
      return false;
  }
}

bool opens_type_parameters(const TokenList& tokens, size_t i, size_t begin) {
  if (tokens[i]->getType() != SqlToken::LESS || i == begin) return false;
  const size_t before = tokens[i - 1]->getType();
  return before == SqlToken::ARRAY || before == SqlToken::MAP || before == SqlToken::STRUCT;
}

[[noreturn]] void refuse_shape(const TokenList& tokens, size_t at, const std::string& message) {
  throw StatementError(StatementError::Kind::kSyntax, "Syntax Error: " + message, tokens.source().position(tokens[at]));
}

}  // namespace

void check_nesting(const TokenList& tokens, const TokenList::Range& range) {
  std::vector<OpenBracket> open(1);
  for (size_t i = range.begin; i < range.end; ++i) {
    const size_t type = tokens[i]->getType();
    const bool angle = opens_type_parameters(tokens, i, range.begin);
    if (type == SqlToken::LEFT_PAREN || type == SqlToken::LEFT_BRACKET || angle) {
      if (open.size() > kMaxNesting) {
        refuse_shape(
            tokens, i,
            "more than " + std::to_string(kMaxNesting) + " levels of brackets inside each other; split the expression");
      }
      // A subscript is an operator of the level it stands on.
      if (type == SqlToken::LEFT_BRACKET) ++open.back().height;
      open.push_back({0, 0, angle});
    } else if (open.size() > 1 && (type == SqlToken::RIGHT_PAREN || type == SqlToken::RIGHT_BRACKET ||
                                   (type == SqlToken::GREATER && open.back().angle))) {
      const size_t inner = std::max(open.back().tallest, open.back().height) + 1;
      open.pop_back();
      open.back().height = std::max(open.back().height, inner);
    } else if (ends_expression(type)) {
      open.back().tallest = std::max(open.back().tallest, open.back().height);
      open.back().height = 0;
    } else if (is_chain_operator(type)) {
      ++open.back().height;
    }
    if (open.back().height > kMaxChain) {
      refuse_shape(tokens, i,
                   "an expression of more than " + std::to_string(kMaxChain) +
                       " operators in a row; use IN (…) for long lists of alternatives, or split the expression");
    }
  }
}

}  // namespace weir::sql
