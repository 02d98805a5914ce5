// Expected and actual records beside each other, the first that differs marked. No state; any thread.
#pragma once

#include <string>
#include <vector>

namespace weir::cli {

// Lines of text, each ending with a line break. `first`: the number of the first record that differs; a few records around it
// are shown.
std::string side_by_side(const std::vector<std::string>& expected, const std::vector<std::string>& actual, size_t first);

}  // namespace weir::cli
