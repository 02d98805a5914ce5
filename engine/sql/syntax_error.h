// What is wrong with a text that the grammar refuses, in words: what was found, what could stand there, and what was
// probably meant. Any thread.
#pragma once

#include <antlr4-runtime.h>

#include <optional>
#include <vector>

#include "engine/sql/error.h"
#include "engine/sql/source_text.h"

namespace weir::sql {

// The first mistake, or nullopt when the grammar takes the tokens. `tokens` are those of one statement, the last one of
// type EOF; `start_rule` is the rule that they are to match.
std::optional<StatementError> find_syntax_error(const antlr4::atn::ATN& atn, size_t start_rule,
                                                const std::vector<antlr4::Token*>& tokens, const SourceText& source);

}  // namespace weir::sql
