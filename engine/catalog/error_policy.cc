#include "engine/catalog/error_policy.h"

#include <algorithm>
#include <cctype>

namespace weir {

const char* on_error_name(OnError on_error) {
  switch (on_error) {
    case OnError::kSkip:
      return "SKIP";
    case OnError::kFail:
      return "FAIL";
    case OnError::kDeadLetter:
      return "DEAD_LETTER";
  }
  return "UNKNOWN";
}

std::optional<OnError> on_error_from_name(std::string_view name) {
  std::string word(name);
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::toupper(c); });
  for (const OnError known : {OnError::kSkip, OnError::kFail, OnError::kDeadLetter}) {
    if (word == on_error_name(known)) return known;
  }
  return std::nullopt;
}

}  // namespace weir
