// What of a property's value may be shown. Any thread.
#pragma once

#include <string>

namespace weir::sql {

inline constexpr const char* kMaskedValue = "***";

// `value` as it may be printed: *** for a secret property, else the text with passwords inside of URLs masked.
std::string shown_value(const std::string& property, const std::string& value);

}  // namespace weir::sql
