// Where a bare word such as SECONDS is a unit of time and not a column. Any thread.
#pragma once

#include <optional>
#include <string>

namespace weir::sql {

// Whether the first argument of this function (upper-case name) is a unit: TIMESTAMPADD(SECONDS, …) and its kin.
bool takes_interval_unit(const std::string& function_name);

// SECOND and SECONDS → SECONDS; nullopt for a word that is no unit.
std::optional<std::string> interval_unit(const std::string& upper_case_word);

}  // namespace weir::sql
