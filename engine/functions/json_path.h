// Paths into JSON: $.name, $.name[0], $['any name'], $."any name". No wildcards, no filters. Immutable; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/functions/json_text.h"

namespace weir {

class JsonPath {
 public:
  // Throws std::invalid_argument that quotes the path.
  explicit JsonPath(std::string_view path);

  // The value at the path; nothing if there is none. Of members with the same name the last counts.
  std::optional<JsonView> find(const JsonView& root) const;

 private:
  struct Step {
    std::string name;
    // What the step means in an array, where the name is a number.
    std::optional<uint32_t> index;
  };
  std::vector<Step> steps_;
};

}  // namespace weir
