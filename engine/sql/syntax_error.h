// What is wrong with a text that the grammar refuses, in words: what was found, what could stand there, and what was
// probably meant. Any thread.
#pragma once

#include <antlr4-runtime.h>

#include <vector>

#include "engine/sql/error.h"
#include "engine/sql/source_text.h"

namespace weir::sql {

// `tokens` are those of one statement, the last one of type EOF; `start_rule` is the rule that refused them.
StatementError describe_syntax_error(const antlr4::atn::ATN& atn, size_t start_rule,
                                     const std::vector<antlr4::Token*>& tokens, const SourceText& source);

}  // namespace weir::sql
