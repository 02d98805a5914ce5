// JSON with its numbers' text kept, as test cases compare 1.10 and 1.1 as different. Plain values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::cli {

struct JsonMember;

struct JsonNode {
  enum class Kind { kNull, kBoolean, kNumber, kString, kArray, kObject };
  Kind kind = Kind::kNull;
  bool boolean = false;
  bool inexact = false;  // kNumber: read from a floating-point number, whose text says more than its value
  std::string text;      // kNumber: as written; kString
  std::vector<JsonNode> items;
  std::vector<JsonMember> members;

  const JsonNode* find(const std::string& name) const;  // null when absent or no object
  std::string string_or(const std::string& name, const std::string& otherwise) const;
  bool is_null() const { return kind == Kind::kNull; }
  std::string dump() const;  // compact JSON text
};

// Not a std::pair: that would look into JsonNode while it is still incomplete.
struct JsonMember {
  std::string name;
  JsonNode value;
};

// Comments are skipped. Throws std::invalid_argument with the place.
JsonNode parse_json(std::string_view text);

}  // namespace weir::cli
