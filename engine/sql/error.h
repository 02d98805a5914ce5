// Errors that end a statement: syntax, binding, catalog, configuration. They carry the place in the text and print it with
// a caret. Thrown by value, caught at the statement's edge (shell, server, test runner).
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/sql/ast.h"

namespace weir {

class StatementError : public std::runtime_error {
 public:
  // kSyntax: the text is no statement. kInvalid: a user's mistake found by the binder or the catalog. kNotSupported: a part
  // of the language that this version doesn't execute. kUnavailable: a peer is away; the same statement may work later.
  // kInternal: a bug of ours.
  enum class Kind { kSyntax, kInvalid, kNotSupported, kUnavailable, kInternal };

  StatementError(Kind kind, const std::string& message, std::optional<sql::Position> pos = std::nullopt)
      : std::runtime_error(message), kind_(kind), pos_(pos) {}

  Kind kind() const { return kind_; }
  const std::optional<sql::Position>& position() const { return pos_; }

  // The message with its place: "line 2, column 8: MESSAGE", the line of `text` and a caret below it. `text` is the
  // text that the position counts in. Without a position: the message alone.
  std::string render(const std::string& text) const;

  // For a statement out of a file: "NAME:LINE:COLUMN: MESSAGE", with the line and a caret where the error has a place of its own.
  // `text` is what was read of the file from its line `first_line` on, `offset` the byte in it that is at fault, or where the statement
  // begins when the error has no place.
  std::string render_in_file(const std::string& name, const std::string& text, size_t offset, uint32_t first_line = 1) const;

 private:
  Kind kind_;
  std::optional<sql::Position> pos_;
};

// The candidate nearest to `name` by edit distance, ignoring case, or nullopt when none is near enough to suggest.
std::optional<std::string> nearest_name(const std::string& name, const std::vector<std::string>& candidates);
// The same as the end of a message: " Did you mean NAME?", or nothing. `quote` stands before and after the name.
std::string suggestion(const std::string& name, const std::vector<std::string>& candidates, const char* quote = "");

}  // namespace weir
