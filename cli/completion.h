// What Tab offers: keywords, names of the catalog, functions, topics in quotes. Used by readline's callbacks on the
// shell's thread.
#pragma once

#include <string>
#include <vector>

#include "engine/runtime/engine.h"

namespace weir::cli {

// Candidates for the word that ends at the cursor, sorted. Keywords follow the case of what was typed.
std::vector<std::string> completions(Engine& engine, const std::string& word);

}  // namespace weir::cli
