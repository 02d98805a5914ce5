#include "engine/sql/source_text.h"

#include <algorithm>

#include "engine/sql/error.h"
#include "engine/sql/utf8.h"

namespace weir::sql {

namespace {

Position invalid_byte_position(std::string_view text, size_t at, size_t column) {
  Position pos;
  pos.begin = static_cast<uint32_t>(at);
  pos.end = pos.begin + 1;
  pos.line = static_cast<uint32_t>(1 + std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(at), '\n'));
  pos.column = static_cast<uint32_t>(column);
  return pos;
}

}  // namespace

SourceText::SourceText(std::string text) : text_(std::move(text)) {
  const bool ascii =
      std::all_of(text_.begin(), text_.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (ascii) {
    _data.assign(text_.begin(), text_.end());
    return;
  }
  _data.reserve(text_.size());
  offsets_.reserve(text_.size() + 1);
  size_t column = 1;
  for (size_t at = 0; at < text_.size();) {
    const auto [code, length] = utf8_next(text_, at);
    if (code == kInvalidCharacter) {
      throw StatementError(StatementError::Kind::kSyntax,
                           "Syntax Error: the text is not valid UTF-8 from this place on",
                           invalid_byte_position(text_, at, column));
    }
    _data.push_back(code);
    offsets_.push_back(static_cast<uint32_t>(at));
    at += length;
    column = code == '\n' ? 1 : column + 1;
  }
  offsets_.push_back(static_cast<uint32_t>(text_.size()));
}

size_t SourceText::LA(ssize_t i) {
  const size_t symbol = ANTLRInputStream::LA(i);
  return symbol >= 'a' && symbol <= 'z' ? symbol - 'a' + 'A' : symbol;
}

Position SourceText::position(const antlr4::Token* first, const antlr4::Token* last) const {
  Position pos;
  pos.begin = static_cast<uint32_t>(byte_offset(first->getStartIndex()));
  // An empty node (and the end of the text) stops before it starts.
  const size_t stop = last == nullptr || last->getStopIndex() + 1 < first->getStartIndex() ? first->getStartIndex()
                                                                                           : last->getStopIndex() + 1;
  pos.end = static_cast<uint32_t>(byte_offset(stop));
  pos.line = static_cast<uint32_t>(first->getLine());
  pos.column = static_cast<uint32_t>(first->getCharPositionInLine() + 1);
  return pos;
}

std::string_view SourceText::written(const antlr4::Token* token) const {
  if (token->getType() == antlr4::Token::EOF) return {};
  const Position pos = position(token);
  return std::string_view(text_).substr(pos.begin, pos.end - pos.begin);
}

}  // namespace weir::sql
