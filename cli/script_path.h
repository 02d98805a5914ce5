// Where RUN SCRIPT finds its file. Any thread.
#pragma once

#include <string>

namespace weir::cli {

// A relative path counts from the folder of the file that contains the statement; what isn't there, from the current
// folder. `folder`: empty for a statement that comes from no file.
std::string script_path(const std::string& path, const std::string& folder);

}  // namespace weir::cli
