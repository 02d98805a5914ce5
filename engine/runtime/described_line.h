// The lines "Name                 : X" of DESCRIBE and EXPLAIN. Any thread.
#pragma once

#include <string>
#include <vector>

namespace weir {

std::string described_line(const std::string& name, const std::string& value);
// With commas between them.
std::string join_names(const std::vector<std::string>& names);

}  // namespace weir
