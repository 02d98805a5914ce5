#include "engine/sql/syntax_error.h"

namespace weir::sql {

StatementError describe_syntax_error(const antlr4::atn::ATN&, size_t, const std::vector<antlr4::Token*>& tokens,
                                     const SourceText& source) {
  return StatementError(StatementError::Kind::kSyntax, "Syntax Error", source.position(tokens.back()));
}

}  // namespace weir::sql
