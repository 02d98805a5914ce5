// English names of time zones in texts: abbreviations (PST) and long names (Pacific Standard Time). No state; any
// thread.
#pragma once

#include <string>
#include <string_view>

namespace weir {

// The region that an abbreviation of standard or daylight saving time stands for, the most populous where several use
// it; empty if unknown.
std::string_view region_of_abbreviation(std::string_view abbreviation, bool ignore_case);
// The abbreviation of a region's standard time where the time zone files have none; empty if unknown.
std::string_view abbreviation_of_region(std::string_view region);

// The longest long name at the start of the text: its region and, in `length`, its bytes. Empty if there is none.
std::string region_of_long_name(std::string_view text, size_t& length);

}  // namespace weir
