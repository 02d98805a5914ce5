#include "cli/script_path.h"

#include <filesystem>

namespace weir::cli {

std::string script_path(const std::string& path, const std::string& folder) {
  if (folder.empty()) return path;
  const std::filesystem::path beside = std::filesystem::path(folder) / path;  // `path` itself when it is absolute
  std::error_code unreadable;
  return std::filesystem::exists(beside, unreadable) ? beside.string() : path;
}

}  // namespace weir::cli
