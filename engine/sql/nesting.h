// Bounds on a statement's shape, so that whatever walks its tree may recurse. Any thread.
#pragma once

#include "engine/sql/token_list.h"

namespace weir::sql {

inline constexpr size_t kMaxNesting = 250;  // parentheses, brackets, types in types, CASE in CASE
inline constexpr size_t kMaxChain = 1000;   // a + b + c …: each operator is one more level of the tree
inline constexpr size_t kMaxStatementBytes = 1 << 20;

// Throws StatementError where brackets nest too deeply or too many operators follow each other. Nesting without
// brackets (CASE, NOT, -) is left to the parser: see BoundedParser.
void check_nesting(const TokenList& tokens, const TokenList::Range& range);

}  // namespace weir::sql
