// What the binder's messages have in common. No state; any thread.
#pragma once

#include <string>
#include <vector>

#include "engine/sql/error.h"

namespace weir {

// Throws StatementError (kInvalid): a user's mistake, at `pos`.
[[noreturn]] void refuse(const std::string& message, const sql::Position& pos);
// Throws StatementError (kNotSupported): "WHAT is not supported yet" and, if given, what to do instead.
[[noreturn]] void refuse_unsupported(const std::string& what, const sql::Position& pos,
                                     const std::string& instead = {});

// "A", "A or B", "A, B or C".
std::string list_names(const std::vector<std::string>& names, const std::string& last_word);

}  // namespace weir
