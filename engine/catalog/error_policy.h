// What becomes of records that can't be processed: the ON_ERROR, DEAD_LETTER_TOPIC and LATE_TOPIC of a WITH clause. A
// value; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weir {

enum class OnError {
  kSkip,       // it is left out, and goes to the processing log
  kFail,       // the query ends in the state ERROR before it
  kDeadLetter  // as kSkip, and it goes to the dead-letter topic as well
};

struct ErrorPolicy {
  std::optional<OnError> on_error;  // nullopt: not said
  std::string dead_letter_topic;    // kDeadLetter
  std::string late_topic;           // where late records go; empty: to the processing log. Queries only

  bool operator==(const ErrorPolicy&) const = default;
  bool is_default() const { return *this == ErrorPolicy{}; }
};

// "SKIP", "FAIL", "DEAD_LETTER".
const char* on_error_name(OnError on_error);
// Whatever the case of its letters; nullopt: there is none of that name.
std::optional<OnError> on_error_from_name(std::string_view name);

}  // namespace weir
