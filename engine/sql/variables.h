// The other direction of substitute_variables, for the printers. Any thread.
#pragma once

#include <string>

namespace weir::sql {

// ${name} → $${name}: the content of a string or quoted name that keeps its meaning when variables are substituted in
// it.
std::string escape_variables(const std::string& text);

}  // namespace weir::sql
