#include "engine/runtime/value_reference.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace weir {

namespace {

constexpr std::string_view kEnvironment = "${env:";
constexpr std::string_view kFile = "${file:";

std::string environment_value(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) throw std::invalid_argument("the environment variable " + name + " is not set");
  return value;
}

// `place` is PATH:KEY; a path may hold colons.
std::string file_value(const std::string& place) {
  const size_t colon = place.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == place.size()) {
    throw std::invalid_argument("'${file:" + place + "}' is not of the form ${file:PATH:KEY}");
  }
  const std::string path = place.substr(0, colon), key = place.substr(colon + 1);
  std::optional<std::string> value;
  read_properties_file(path, [&](const std::string& name, const std::string& text) {
    if (name == key) value = text;  // the last one counts
  });
  if (!value) throw std::invalid_argument("the file " + path + " has no entry " + key);
  return *value;
}

size_t next_reference(const std::string& value, size_t from) {
  return std::min(value.find(kEnvironment, from), value.find(kFile, from));
}

std::string without_blanks(std::string text) {
  text.erase(0, text.find_first_not_of(" \t\r"));
  text.erase(text.find_last_not_of(" \t\r") + 1);
  return text;
}

}  // namespace

bool has_references(const std::string& value) { return next_reference(value, 0) != std::string::npos; }

std::string resolve_references(const std::string& value, std::vector<std::string>* found) {
  std::string out;
  size_t at = 0;
  while (true) {
    const size_t open = next_reference(value, at);
    if (open == std::string::npos) return out + value.substr(at);
    const size_t close = value.find('}', open);
    if (close == std::string::npos) throw std::invalid_argument("'${' has no closing '}'");
    const bool environment = value.compare(open, kEnvironment.size(), kEnvironment) == 0;
    const size_t begin = open + (environment ? kEnvironment : kFile).size();
    const std::string place = value.substr(begin, close - begin);
    const std::string resolved = environment ? environment_value(place) : file_value(place);
    if (found != nullptr) found->push_back(resolved);
    out += value.substr(at, open - at) + resolved;
    at = close + 1;
  }
}

void read_properties_file(const std::string& path,
                          const std::function<void(const std::string&, const std::string&)>& visit) {
  std::ifstream file(path);
  if (!file) throw std::invalid_argument("The file " + path + " can't be read. Check the path and its permissions.");
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    const size_t begin = line.find_first_not_of(" \t\r");
    if (begin == std::string::npos || line[begin] == '#' || line[begin] == '!') continue;
    const size_t equals = line.find('=', begin);
    try {
      if (equals == std::string::npos) throw std::invalid_argument("expected name=value");
      visit(without_blanks(line.substr(begin, equals - begin)), without_blanks(line.substr(equals + 1)));
    } catch (const std::invalid_argument& e) {
      throw std::invalid_argument(path + ", line " + std::to_string(number) + ": " + e.what());
    }
  }
}

}  // namespace weir
