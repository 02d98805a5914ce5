// Java's regular expressions written as PCRE2 reads them: unions and intersections of character classes, \uXXXX, \0nn,
// POSIX and java.lang character properties, flags. No state; any thread.
#pragma once

#include <string>
#include <string_view>

namespace weir {

struct RegexSyntax {
  std::string pattern;
  bool unicode = false;  // the flag U: \w and its like know all of Unicode
};

// Throws std::invalid_argument that quotes the expression, for what Java refuses and PCRE2 would take for something
// else.
RegexSyntax translate_java_regex(std::string_view pattern);

}  // namespace weir
