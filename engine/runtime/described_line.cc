#include "engine/runtime/described_line.h"

#include <algorithm>

namespace weir {

std::string described_line(const std::string& name, const std::string& value) {
  std::string out = name;
  out.resize(std::max<size_t>(out.size(), 21), ' ');
  return out + ": " + value + "\n";
}

std::string join_names(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

}  // namespace weir
