// Upper and lower case by Unicode's full mappings (ß becomes SS), as Java's toUpperCase and toLowerCase give them;
// ASCII is done in place without looking anything up. No state; any thread.
#pragma once

#include <string_view>

#include "engine/types/arena.h"

namespace weir {

std::string_view to_upper_case(std::string_view text, Arena& arena);
std::string_view to_lower_case(std::string_view text, Arena& arena);
// The first character of each word in upper case, the others in lower case; words are separated by ASCII white space.
std::string_view to_initial_capitals(std::string_view text, Arena& arena);

// Java's Character.isUpperCase and so on, for one UTF-16 unit: a surrogate is none of them.
enum class LetterKind { kUpper, kLower, kDigit, kOther };
LetterKind letter_kind(char32_t code_point);

}  // namespace weir
