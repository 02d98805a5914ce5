// The text of a script as the lexer reads it: characters with their ASCII letters in upper case, so that keywords are
// case-insensitive, and the way back from characters to bytes. Owned by a TokenList; one thread.
#pragma once

#include <antlr4-runtime.h>

#include <string>
#include <string_view>
#include <vector>

#include "engine/sql/ast.h"

namespace weir::sql {

class SourceText : public antlr4::ANTLRInputStream {
 public:
  // Throws StatementError (kSyntax) with the place of the first byte that is not UTF-8.
  explicit SourceText(std::string text);

  size_t LA(ssize_t i) override;

  const std::string& text() const { return text_; }
  // `character` may be one past the last.
  size_t byte_offset(size_t character) const { return offsets_.empty() ? character : offsets_[character]; }

  // From the first token's first character to the last token's last one.
  Position position(const antlr4::Token* first, const antlr4::Token* last) const;
  Position position(const antlr4::Token* token) const { return position(token, token); }
  // The bytes of a token as they were written. The end of the text has none.
  std::string_view written(const antlr4::Token* token) const;

 private:
  std::string text_;
  std::vector<uint32_t> offsets_;  // byte offset of each character and of the end; empty when all is ASCII
};

}  // namespace weir::sql
