// What all builders of the syntax tree read from ANTLR's tree: places, names, literals, durations, types. One thread.
#pragma once

#include <string>

#include "WeirSqlParser.h"
#include "engine/sql/ast.h"
#include "engine/sql/error.h"
#include "engine/sql/source_text.h"

namespace weir::sql {

using SqlParser = grammar::WeirSqlParser;

class TreeReader {
 public:
  explicit TreeReader(const SourceText& source) : source_(source) {}

  TypeNamePtr type_name(SqlParser::TypeNameContext* ctx) const;

 protected:
  Position position(antlr4::ParserRuleContext* ctx) const { return source_.position(ctx->getStart(), ctx->getStop()); }
  Position position(antlr4::tree::TerminalNode* node) const { return source_.position(node->getSymbol()); }
  Position position(antlr4::Token* first, antlr4::Token* last) const { return source_.position(first, last); }

  // The rules below identifier (sourceName, columnName, alias, plainName …) hold exactly one token.
  Identifier identifier(antlr4::ParserRuleContext* ctx) const;
  // The name of a topic: a string's content or an identifier exactly as it was written.
  std::string topic_name(SqlParser::TopicNameContext* ctx) const;
  std::string string_value(antlr4::tree::TerminalNode* node) const;
  int64_t whole_number(SqlParser::WholeNumberContext* ctx) const;
  Duration duration(SqlParser::DurationContext* ctx) const;
  std::string_view written(antlr4::tree::TerminalNode* node) const { return source_.written(node->getSymbol()); }
  std::string_view written(antlr4::ParserRuleContext* ctx) const;
  // NULL, TRUE, 'text', 1, 1.5, 1e3. `sign` is the minus before a number or null.
  ExprPtr literal(antlr4::Token* value, antlr4::Token* sign = nullptr) const;

  template <class T>
  std::shared_ptr<T> located(antlr4::ParserRuleContext* ctx) const {
    auto node = std::make_shared<T>();
    node->pos = position(ctx);
    return node;
  }

  [[noreturn]] static void refuse(const Position& pos, const std::string& message) {
    throw StatementError(StatementError::Kind::kSyntax, "Syntax Error: " + message, pos);
  }

 private:
  TypeNamePtr simple_type(SqlParser::SimpleTypeContext* ctx) const;
  int type_parameter(SqlParser::WholeNumberContext* ctx) const;

  const SourceText& source_;
};

}  // namespace weir::sql
