// References in values that keep secrets out of statements and configuration files: ${env:NAME} is an environment
// variable,
// ${file:PATH:KEY} an entry of a properties file. Any thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace weir {

// `value` with its references replaced by what they stand for; `found`, when given, gets each of those. Throws
// std::invalid_argument that says what is missing, without any value.
std::string resolve_references(const std::string& value, std::vector<std::string>* found = nullptr);
bool has_references(const std::string& value);

// Calls `visit` for each entry of a properties file: name=value lines, blanks around both ignored, comments after # or
// !. Throws std::invalid_argument when the file can't be read; what a line makes wrong or `visit` throws comes with
// file and line.
void read_properties_file(const std::string& path,
                          const std::function<void(const std::string& name, const std::string& value)>& visit);

}  // namespace weir
