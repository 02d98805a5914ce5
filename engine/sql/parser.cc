#include "engine/sql/parser.h"

#include <antlr4-runtime.h>

#include <mutex>

#include "engine/sql/bounded_parser.h"
#include "engine/sql/nesting.h"
#include "engine/sql/statement_builder.h"
#include "engine/sql/syntax_error.h"
#include "engine/sql/token_list.h"

namespace weir::sql {

namespace {

using antlr4::atn::ParserATNSimulator;
using antlr4::atn::PredictionMode;

// ANTLR's prediction tables are shared by all parsers and grow while they parse.
std::mutex& parser_mutex() {
  static std::mutex mutex;
  return mutex;
}

// The tree of the tokens, or null when this mode of prediction refuses them. Throws StatementError for too much
// nesting.
template <class RuleContext>
RuleContext* run_parser(BoundedParser& parser, PredictionMode mode, RuleContext* (SqlParser::*rule)()) {
  const std::lock_guard<std::mutex> lock(parser_mutex());
  parser.reset();
  parser.getInterpreter<ParserATNSimulator>()->setPredictionMode(mode);
  try {
    return (parser.*rule)();
  } catch (const antlr4::ParseCancellationException&) {
    return nullptr;
  }
}

// Parses `range` by the rule and gives its tree to `build`. Throws StatementError.
template <class RuleContext, class Build>
auto parse_range(const TokenList& tokens, const TokenList::Range& range, size_t rule_index,
                 RuleContext* (SqlParser::*rule)(), const Build& build) {
  tokens.check(range);
  antlr4::ListTokenSource source(tokens.copy(range));
  antlr4::CommonTokenStream stream(&source);
  stream.fill();
  BoundedParser parser(&stream, tokens.source());
  parser.removeErrorListeners();
  parser.setErrorHandler(std::make_shared<antlr4::BailErrorStrategy>());
  // SLL decides nearly every text and is fast. What it refuses is nearly always wrong; what isn't, LL decides.
  if (RuleContext* tree = run_parser(parser, PredictionMode::SLL, rule)) return build(tree);
  if (const auto error = find_syntax_error(parser.getATN(), rule_index, stream.getTokens(), tokens.source()))
    throw *error;
  if (RuleContext* tree = run_parser(parser, PredictionMode::LL, rule)) return build(tree);
  throw StatementError(StatementError::Kind::kInternal,
                       "INTERNAL: the parser refuses a statement that the grammar takes", tokens.position(range));
}

StatementPtr parse_one(const TokenList& tokens, const TokenList::Range& range, Language language) {
  auto statement = std::make_shared<Statement>();
  StatementBuilder builder(tokens.source());
  if (language == Language::kTestScripts) {
    statement->body = parse_range(tokens, range, SqlParser::RuleSingleTestStatement, &SqlParser::singleTestStatement,
                                  [&](SqlParser::SingleTestStatementContext* ctx) {
                                    return ctx->statement() ? builder.statement(ctx->statement())
                                                            : builder.test_statement(ctx->testStatement());
                                  });
  } else {
    statement->body =
        parse_range(tokens, range, SqlParser::RuleSingleStatement, &SqlParser::singleStatement,
                    [&](SqlParser::SingleStatementContext* ctx) { return builder.statement(ctx->statement()); });
  }
  statement->pos = tokens.position(range);
  statement->text = tokens.source().text().substr(statement->pos.begin, statement->pos.end - statement->pos.begin);
  return statement;
}

[[noreturn]] void refuse_script(const Position& pos, const std::string& message) {
  throw StatementError(StatementError::Kind::kSyntax, "Syntax Error: " + message, pos);
}

}  // namespace

std::vector<StatementPtr> parse_script(const std::string& text, const Variables& variables, Language language) {
  const TokenList tokens(substitute_variables(text, variables));
  std::vector<StatementPtr> statements;
  for (const TokenList::Range& range : tokens.statements()) {
    statements.push_back(parse_one(tokens, range, language));
    if (!range.complete) {
      const auto end = tokens.copy({range.end - 1, range.end, false});
      refuse_script(tokens.source().position(end.back().get()), "the last statement has no ';' at its end");
    }
  }
  return statements;
}

StatementPtr parse_statement(const std::string& text, const Variables& variables, Language language) {
  const TokenList tokens(substitute_variables(text, variables));
  const auto ranges = tokens.statements();
  if (ranges.empty()) refuse_script(Position{}, "there is no statement in the text");
  if (ranges.size() > 1) {
    refuse_script(tokens.position(ranges[1]), "one statement is expected, but a second one begins here");
  }
  return parse_one(tokens, ranges[0], language);
}

std::vector<StatementText> split_statements(const std::string& text) {
  const TokenList tokens(text);
  std::vector<StatementText> pieces;
  for (const TokenList::Range& range : tokens.statements()) {
    StatementText piece;
    piece.pos = tokens.position(range);
    piece.complete = range.complete;
    piece.text = text.substr(piece.pos.begin, piece.pos.end - piece.pos.begin);
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

ExprPtr parse_expression(const std::string& text) {
  const TokenList tokens(substitute_variables(text, {}));
  ExpressionBuilder builder(tokens.source());
  return parse_range(tokens, tokens.all(), SqlParser::RuleSingleExpression, &SqlParser::singleExpression,
                     [&](SqlParser::SingleExpressionContext* ctx) { return builder.expression(ctx->expression()); });
}

TypeNamePtr parse_type_name(const std::string& text) {
  const TokenList tokens(substitute_variables(text, {}));
  const TreeReader reader(tokens.source());
  return parse_range(tokens, tokens.all(), SqlParser::RuleSingleTypeName, &SqlParser::singleTypeName,
                     [&](SqlParser::SingleTypeNameContext* ctx) { return reader.type_name(ctx->typeName()); });
}

}  // namespace weir::sql
