// Reads type patterns and signatures: "(ARRAY<T>, STRING...) -> T". Used while the registry is built; one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/functions/type_pattern.h"

namespace weir {

struct ParsedSignature {
  std::vector<TypePatternPtr> parameters;
  TypePatternPtr result;
  int variadic = -1;  // index of the parameter followed by "..."
};

// Every member throws std::invalid_argument that quotes the text when it can't be read.
class TypePatternParser {
 public:
  explicit TypePatternParser(std::string_view text) : text_(text) {}

  TypePatternPtr parse_pattern();
  ParsedSignature parse_signature();
  void expect_end();

 private:
  void skip_spaces();
  bool accept(std::string_view token);
  void expect(std::string_view token);
  std::string word();
  void parse_struct_fields(TypePattern& pattern);
  void parse_lambda(TypePattern& pattern);
  [[noreturn]] void fail(const std::string& what) const;

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace weir
